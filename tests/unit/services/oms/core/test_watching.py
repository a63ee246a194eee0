"""One stretch of ticks over several kept orders."""

from __future__ import annotations

from decimal import Decimal

from shared.types import OrderType
from tests.unit.services.oms.keeping import Floor, sent


def test_each_order_of_the_symbol_sees_the_same_ticks() -> None:
    floor = Floor()
    for number in (46, 47, 48):
        floor.keep(OrderType.STOP, order_id=f"at-{number}", stop_price=number)
    floor.keep(OrderType.STOP, order_id="other", stop_price=48, symbol="IBM")
    events = floor.ticks(("t", 5, 47, 100))
    assert sent(events) == [("at-47", Decimal(100)), ("at-48", Decimal(100))]
    assert sent(floor.ticks(("t", 7, 40, 100))) == [("at-46", Decimal(100))]


def test_of_two_exits_the_one_that_is_looked_at_first_is_chosen() -> None:
    floor = Floor()
    floor.bracket()
    floor.accept()
    floor.fill("e1", 40, 48)
    floor.ticks(("t", 5, 49, 100), ("t", 6, 47, 100))
    assert floor.row("groups", "order-1").chosen == "stop-loss"


def test_ticks_of_a_symbol_without_kept_orders_say_nothing() -> None:
    assert Floor().ticks(("t", 5, 47, 100)) == []
