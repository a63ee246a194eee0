"""Where exits stand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from services.gateway.core.exits import check_places
from services.gateway.core.problems import Problem
from shared.events.market import QuoteFlag, QuoteUpdated
from shared.instruments import Instrument
from shared.types import Leg, OrderClass, OrderType, Side
from tests.builders import NOON
from tests.builders import order as order_of

AIG = Instrument(symbol="AIG")
QUOTE = QuoteUpdated(
    at=NOON, market_at=NOON, symbol="AIG", bid=49.6, bid_size=1, ask=49.61, ask_size=1, row=0,
    source="replay",
)  # fmt: skip
AT_50: dict[str, Any] = {"type": OrderType.LIMIT, "limit_price": Decimal(50)}


def profit(price: str) -> Leg:
    ids: dict[str, Any] = {"order_id": "p", "client_order_id": "p"}
    return Leg(**ids, type=OrderType.LIMIT, limit_price=Decimal(price))


def loss(price: str | None) -> Leg:
    ids: dict[str, Any] = {"order_id": "l", "client_order_id": "l"}
    if price is None:
        return Leg(**ids, type=OrderType.TRAILING_STOP, trail_price=Decimal(1))
    return Leg(**ids, type=OrderType.STOP, stop_price=Decimal(price))


def problem_of(quote: QuoteUpdated | None = QUOTE, **fields: Any) -> Problem | None:
    order = order_of("o-1", **{"order_class": OrderClass.BRACKET, **fields})
    try:
        check_places(order, AIG, {} if quote is None else {"AIG": quote})
    except Problem as problem:
        return problem
    return None


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({**AT_50, "legs": (profit("49"), loss("49"))},
         "take_profit.limit_price must be > stop_loss.stop_price"),
        ({**AT_50, "side": Side.SELL, "legs": (profit("51"), loss("51"))},
         "take_profit.limit_price must be < stop_loss.stop_price"),
        ({**AT_50, "order_class": OrderClass.OCO, "side": Side.SELL, "legs": (loss("50"),)},
         "take_profit.limit_price must be > stop_loss.stop_price"),
        ({**AT_50, "order_class": OrderClass.OCO, "side": Side.BUY, "legs": (loss("50"),)},
         "take_profit.limit_price must be < stop_loss.stop_price"),
        ({**AT_50, "legs": (profit("55"), loss("50"))},
         "stop_loss.stop_price must be <= base_price - 0.01"),
        ({**AT_50, "side": Side.SELL, "legs": (profit("45"), loss("50"))},
         "stop_loss.stop_price must be >= base_price + 0.01"),
        ({**AT_50, "legs": (profit("50"), loss("45"))},
         "take_profit.limit_price must be >= base_price + 0.01"),
        ({"side": Side.SELL, "legs": (profit("49.60"), loss("55"))},
         "take_profit.limit_price must be <= base_price - 0.01"),
        ({"legs": (profit("55"), loss("49.61"))},
         "stop_loss.stop_price must be <= base_price - 0.01"),
        ({"side": Side.SELL, "legs": (profit("45"), loss("49.60"))},
         "stop_loss.stop_price must be >= base_price + 0.01"),
        ({"type": OrderType.STOP, "stop_price": Decimal(60), "legs": (profit("70"), loss("60"))},
         "stop_loss.stop_price must be <= base_price - 0.01"),
    ],
)  # fmt: skip
def test_an_exit_on_the_wrong_side_is_refused(fields: dict[str, Any], text: str) -> None:
    problem = problem_of(**fields)
    assert problem is not None and (problem.code, problem.message) == (42210000, text)


def test_the_base_price_is_the_entrys_own_or_the_far_side_of_the_market() -> None:
    own = problem_of(**AT_50, legs=(loss("50"),), order_class=OrderClass.OTO)
    market = problem_of(legs=(loss("49.61"),), order_class=OrderClass.OTO)
    assert own is not None and own.extra == {"base_price": "50"}
    assert market is not None and market.extra == {"base_price": "49.61"}


@pytest.mark.parametrize(
    "fields",
    [
        {**AT_50, "legs": (profit("55"), loss("49.99"))},
        {"legs": (profit("55"), loss("49.60"))},
        {"side": Side.SELL, "legs": (profit("45"), loss("49.61"))},
        {**AT_50, "order_class": OrderClass.OCO, "side": Side.SELL, "legs": (loss("49.99"),)},
        {**AT_50, "legs": (profit("50.01"), loss(None))},
        {"order_class": OrderClass.OTO, "legs": (profit("49.62"),)},
        {"order_class": OrderClass.SIMPLE},
        {"legs": (profit("55"), loss("54")), "quote": None},
    ],
)
def test_exits_in_their_places_pass(fields: dict[str, Any]) -> None:
    assert problem_of(**fields) is None


def test_a_quote_that_is_not_sound_is_no_base() -> None:
    crossed = msgspec.structs.replace(QUOTE, flags=(QuoteFlag.CROSSED,))
    assert problem_of(crossed, legs=(profit("55"), loss("54"))) is None
