"""What `order_quantity` denies, and what it lets pass."""

from __future__ import annotations

from services.risk.core.checks.order_quantity import order_quantity
from shared.types import Side
from tests.unit.services.risk.desk import D, Desk


def test_just_the_limit_passes_and_one_more_does_not() -> None:
    desk = Desk(order_quantity_max="100")
    assert desk.check(order_quantity, quantity=D(100)) is None
    told = desk.check(order_quantity, quantity=D(101))
    assert told is not None
    assert (told.code, told.limit, told.value) == ("QUANTITY_EXCEEDS_MAX_PER_ORDER", "100", "101")


def test_zero_is_a_limit() -> None:
    desk = Desk(order_quantity_max="0")
    assert desk.denied("one", quantity=D(1)) == ["QUANTITY_EXCEEDS_MAX_PER_ORDER"]


def test_an_exit_is_not_asked() -> None:
    desk = Desk()
    desk.buy("AIG", "100", "100")
    desk.set_limits(order_quantity_max="1")
    assert desk.denied("out", side=Side.SELL, quantity=D(100)) == []
