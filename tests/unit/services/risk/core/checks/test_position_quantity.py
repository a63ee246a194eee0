"""What `position_quantity` denies, and what it lets pass."""

from __future__ import annotations

from services.risk.core.checks.position_quantity import position_quantity
from shared.types import Side
from tests.unit.services.risk.desk import D, Desk, limit


def test_position_and_working_orders_together_count() -> None:
    desk = Desk(position_quantity_max="300")
    desk.buy("AIG", "100", "100")
    desk.submit("working", **limit("99"))
    assert desk.check(position_quantity, quantity=D(100)) is None
    told = desk.check(position_quantity, quantity=D(101))
    assert told is not None
    assert told.code == "POSITION_EXCEEDS_QUANTITY_MAX"
    assert (told.limit, told.value, told.projected) == ("300", "100", "301")


def test_a_short_position_counts_by_its_size() -> None:
    desk = Desk(position_quantity_max="300")
    desk.short("AIG", "250", "100")
    told = desk.check(position_quantity, side=Side.SELL, quantity=D(51))
    assert told is not None
    assert told.projected == "-301"


def test_another_symbols_position_does_not_count() -> None:
    desk = Desk(position_quantity_max="100")
    desk.buy("IBM", "100", "50")
    assert desk.denied("one", quantity=D(100)) == []
