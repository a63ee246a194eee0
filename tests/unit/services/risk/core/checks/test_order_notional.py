"""What `order_notional` denies, and what it lets pass."""

from __future__ import annotations

from services.risk.core.checks.order_notional import order_notional
from shared.types import Side
from tests.unit.services.risk.desk import D, Desk, limit


def test_a_limit_order_is_valued_at_its_limit() -> None:
    desk = Desk(order_notional_max="10000")
    assert desk.check(order_notional, **limit("100", quantity=D(100))) is None
    told = desk.check(order_notional, **limit("100.01", quantity=D(100)))
    assert told is not None
    assert told.code == "NOTIONAL_EXCEEDS_MAX_PER_ORDER"
    assert (told.limit, told.value) == ("10000", "10001")


def test_leaving_the_price_out_bypasses_nothing() -> None:
    desk = Desk(order_notional_max="10210.19")
    told = desk.check(order_notional, quantity=D(100))
    assert told is not None
    assert told.value == "10210.2"  # 100 x 100.10 x 1.02


def test_a_short_sale_is_valued_at_what_buying_back_costs() -> None:
    desk = Desk(order_notional_max="10009.99")
    told = desk.check(order_notional, side=Side.SELL, **limit("1", quantity=D(100)))
    assert told is not None
    assert told.value == "10010"


def test_a_multiplier_counts() -> None:
    desk = Desk(order_notional_max="5000")
    desk.quote("FUT", 100.0, 100.0)
    assert desk.check(order_notional, symbol="FUT", **limit("100", quantity=D(1))) is None
    assert desk.check(order_notional, symbol="FUT", **limit("100", quantity=D(2))) is not None
