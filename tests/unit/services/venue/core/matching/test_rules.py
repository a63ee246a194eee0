"""Price formation: the far side, the limit, prints, and who comes first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from services.venue.core.matching.quote import Quote
from services.venue.core.matching.rules import far_side, goes_through, priority, reaches
from services.venue.core.rows import PaperOrderRow
from shared.instruments import Instrument
from shared.types import OrderType, Side, TimeInForce
from tests.builders import NOON


def an_order(side: Side, limit: str | None = None, number: int = 0) -> PaperOrderRow:
    fields: dict[str, Any] = {"limit_price": None if limit is None else Decimal(limit)}
    return PaperOrderRow(
        order_id=f"order-{number}",
        venue_order_id="v",
        account_id="a",
        firm_id="f",
        symbol="AIG",
        side=side,
        type=OrderType.MARKET if limit is None else OrderType.LIMIT,
        time_in_force=TimeInForce.DAY,
        quantity=Decimal(100),
        extended_hours=False,
        status="resting",
        number=number,
        arrived_at=NOON,
        **fields,
    )


def test_the_far_side_is_the_ask_for_a_buy_and_the_bid_for_a_sell() -> None:
    quote = Quote(0, 0, 47.81, 300.0, 47.82, 200.0)
    instrument = Instrument(symbol="AIG")
    assert far_side(an_order(Side.BUY), quote, instrument) == (Decimal("47.82"), 200)
    assert far_side(an_order(Side.SELL), quote, instrument) == (Decimal("47.81"), 300)


@pytest.mark.parametrize(
    ("side", "limit", "price", "reached", "gone_through"),
    [
        (Side.BUY, "47.80", "47.79", True, True),
        (Side.BUY, "47.80", "47.80", True, False),
        (Side.BUY, "47.80", "47.81", False, False),
        (Side.SELL, "47.80", "47.81", True, True),
        (Side.SELL, "47.80", "47.80", True, False),
        (Side.SELL, "47.80", "47.79", False, False),
        (Side.BUY, None, "1000", True, False),
        (Side.SELL, None, "0.01", True, False),
    ],
)
def test_a_quote_reaches_a_limit_and_only_a_better_print_goes_through_it(
    side: Side, limit: str | None, price: str, reached: bool, gone_through: bool
) -> None:
    order = an_order(side, limit)
    assert reaches(order, Decimal(price)) is reached
    assert goes_through(order, Decimal(price)) is gone_through


def test_market_orders_come_first_then_the_better_limit_then_the_earlier() -> None:
    buys = [
        an_order(Side.BUY, "47.80", 1),
        an_order(Side.BUY, "47.90", 2),
        an_order(Side.BUY, "47.80", 0),
        an_order(Side.BUY, None, 3),
    ]
    assert [order.number for order in sorted(buys, key=priority)] == [3, 2, 0, 1]
    sells = [an_order(Side.SELL, "47.90", 0), an_order(Side.SELL, "47.80", 1)]
    assert [order.number for order in sorted(sells, key=priority)] == [1, 0]
