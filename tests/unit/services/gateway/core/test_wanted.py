"""Bodies in both formats become one shape."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from services.gateway.core.bodies import decode
from services.gateway.core.problems import Problem
from services.gateway.core.wanted import (
    AlpacaOrder,
    DeskOrder,
    Kind,
    Wanted,
    kind_of,
    of_alpaca,
    of_desk,
)
from shared.types import OrderClass, OrderType, TimeInForce

ALPACA = {"symbol": "AIG", "qty": 1, "side": "buy", "type": "market", "time_in_force": "day"}


def alpaca(**changes: Any) -> Kind:
    raw = msgspec.json.encode({**ALPACA, **changes})
    return kind_of(of_alpaca(decode(msgspec.json.Decoder(AlpacaOrder), raw)))


def desk(**fields: Any) -> Wanted:
    raw = msgspec.json.encode({"symbol": "AIG", "quantity": 1, "side": "buy", **fields})
    return of_desk(decode(msgspec.json.Decoder(DeskOrder), raw))


def text_of(ask: Any, **fields: Any) -> str:
    with pytest.raises(Problem) as refused:
        ask(**fields)
    return refused.value.message


def test_our_words_have_defaults_and_alpacas_none() -> None:
    assert kind_of(desk()) == Kind(
        type=OrderType.MARKET, time_in_force=TimeInForce.DAY, order_class=OrderClass.SIMPLE
    )
    assert desk().strategy == "manual"
    assert kind_of(desk(order_class="oco")).type is OrderType.LIMIT
    assert text_of(alpaca, type=None) == "type is required"
    assert text_of(alpaca, time_in_force=None) == "time_in_force is required"


def test_an_empty_order_class_is_simple() -> None:
    assert alpaca(order_class="").order_class is OrderClass.SIMPLE
    assert alpaca(order_class="bracket").order_class is OrderClass.BRACKET


def test_alpacas_words_are_its_own_closed_lists() -> None:
    assert text_of(alpaca, type="market_if_touched") == (
        "invalid type: one of market, limit, stop, stop_limit, trailing_stop is expected"
    )
    assert text_of(alpaca, time_in_force="gtd") == (
        "invalid time_in_force: one of day, gtc, ioc, fok, opg, cls is expected"
    )
    assert text_of(alpaca, order_class="mleg") == (
        "invalid order_class: one of simple, bracket, oto, oco is expected"
    )
    ours = kind_of(desk(type="market_if_touched", time_in_force="gtd"))
    assert (ours.type, ours.time_in_force) == (OrderType.MARKET_IF_TOUCHED, TimeInForce.GTD)


def test_legs_of_options_are_refused() -> None:
    assert "use take_profit, stop_loss" in text_of(alpaca, legs=[{"symbol": "X"}])


def test_a_misspelled_field_of_an_exit_or_a_plan_is_refused() -> None:
    assert "`stop`" in text_of(alpaca, stop_loss={"stop": "5"})
    assert "`bin`" in text_of(desk, algorithm={"name": "twap", "bin": 5})


def test_only_our_words_say_how_an_order_rests_and_is_worked() -> None:
    wanted = desk(post_only=True, reduce_only=True, strategy="mean", algorithm={"name": "twap"})
    assert (wanted.post_only, wanted.reduce_only, wanted.strategy) == (True, True, "mean")
    assert wanted.algorithm is not None and wanted.algorithm.name == "twap"
    assert "algorithm" in text_of(alpaca, algorithm={"name": "twap"})
