"""Order bodies: the whole order, or the reason why it cannot be one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from services.gateway.core.numbers import Raw
from services.gateway.core.orders import (
    AlpacaOrder,
    DeskOrder,
    asset_id,
    build,
    find,
    of_alpaca,
    of_desk,
)
from services.gateway.core.problems import Problem
from shared.instruments import Instrument
from shared.types import Order, OrderType, Side, TimeInForce
from tests.fakes.gateway_rows import account_of

INSTRUMENTS = {
    "AIG": Instrument(symbol="AIG", exchange="NYSE"),
    "LOT": Instrument(symbol="LOT", lot=Decimal(10), tick=Decimal("0.05")),
    "OFF": Instrument(symbol="OFF", tradable=False),
}
PLAIN: dict[str, Any] = {
    "symbol": "AIG",
    "qty": Raw(b"100"),
    "side": "buy",
    "type": "limit",
    "time_in_force": "gtc",
    "limit_price": Raw(b"49.61"),
}


def built(**changes: Any) -> Order:
    body = AlpacaOrder(**{**PLAIN, **changes})
    return build(of_alpaca(body), account_of("a-1", venue="paper"), INSTRUMENTS, "o-1", "ada")


def refusal(**changes: Any) -> Problem:
    with pytest.raises(Problem) as refused:
        built(**changes)
    return refused.value


def test_a_body_becomes_the_whole_order_of_its_account_and_actor() -> None:
    assert built() == Order(
        order_id="o-1",
        account_id="a-1",
        firm_id="firm-1",
        client_order_id="o-1",
        symbol="AIG",
        side=Side.BUY,
        quantity=Decimal(100),
        type=OrderType.LIMIT,
        time_in_force=TimeInForce.GTC,
        limit_price=Decimal("49.61"),
        strategy="manual",
        actor="ada",
        venue="paper",
        chain_id="o-1",
    )


def test_an_instrument_is_named_by_symbol_or_asset_id() -> None:
    assert built(symbol=asset_id("AIG")).symbol == "AIG"
    assert built(symbol="aig").symbol == "AIG"
    assert find("NOSUCH", INSTRUMENTS) is None


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"symbol": "OFF"}, 42210000, "not tradable"),
        ({"symbol": "LOT", "qty": Raw(b"15")}, 42210000, "the lot is 10"),
        ({"symbol": "LOT", "qty": Raw(b"10"), "limit_price": Raw(b"1.02")}, 42210000, "sub-penny"),
        ({"qty": Raw(b"1000000000001")}, 40010001, "at most 1000000000000"),
        ({"limit_price": Raw(b"1000000001")}, 40010001, "at most 1000000000"),
        ({"stop_price": Raw(b"5")}, 40010001, "limit orders require no stop price"),
        ({"trail_price": Raw(b"5")}, 40010001, "limit orders require no trail_price"),
        ({"time_in_force": "fok"}, 42210000, "time_in_force fok is not supported"),
        ({"type": "trailing_stop"}, 42210000, "trailing_stop orders are not supported"),
        ({"extended_hours": True}, 42210000, "extended_hours is not supported"),
        ({"take_profit": {"limit_price": "5"}}, 42210000, "take_profit is not supported"),
        ({"qty": Raw(b""), "notional": Raw(b"5")}, 42210000, "not fractionable"),
        ({"side": None}, 40010001, "side is required"),
        ({"type": "odd"}, 40010001, "invalid type"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(
    changes: dict[str, Any], code: int, text: str
) -> None:
    problem = refusal(**changes)
    assert (problem.status, problem.code) == (422, code)
    assert text in problem.message


def test_our_own_body_has_defaults_a_strategy_and_exits() -> None:
    body = DeskOrder(
        symbol="AIG", quantity=Raw(b'"5"'), side="sell", strategy="mean", reduce_only=True
    )
    order = build(of_desk(body), account_of("a-1"), INSTRUMENTS, "o-1", "ada")
    assert (order.type, order.time_in_force) == (OrderType.MARKET, TimeInForce.DAY)
    assert (order.strategy, order.reduce_only) == ("mean", True)


@pytest.mark.parametrize("changes", [{"post_only": True}, {"display_quantity": Raw(b"5")}])
def test_what_our_own_body_cannot_have_yet_is_refused(changes: dict[str, Any]) -> None:
    body = DeskOrder(symbol="AIG", quantity=Raw(b"5"), side="buy", **changes)
    with pytest.raises(Problem, match="not supported"):
        build(of_desk(body), account_of("a-1"), INSTRUMENTS, "o-1", "ada")
