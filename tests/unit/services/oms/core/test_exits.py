"""Exits are taken in with their order: a bracket, an OTO with either of them, an OCO."""

from __future__ import annotations

from decimal import Decimal

from shared.types import OrderClass, Side
from tests.unit.services.oms.desk import X, told
from tests.unit.services.oms.keeping import (
    HUNDRED,
    LIMIT,
    SL,
    STOP,
    TP,
    Floor,
    floor_with_bracket,
    oco,
    sent,
    states,
    with_legs,
)


def test_the_entry_is_sent_first_and_its_exits_are_kept() -> None:
    floor = Floor()
    events = floor.bracket()
    assert told(events) == ["OrderSubmitted", "OrderAccepted", "OrderAccepted"]
    sides = [event.state.order.side for event in events]  # type: ignore[attr-defined]
    assert sides == [Side.BUY, Side.SELL, Side.SELL]
    parents = [event.state.order.parent_id for event in events]  # type: ignore[attr-defined]
    assert parents == [None, X, X]
    assert states(floor) == {X: "pending_new", TP: "new kept", SL: "new kept"}


def test_exits_of_an_entry_that_has_not_filled_do_not_watch() -> None:
    floor = floor_with_bracket()
    assert floor.ticks(("t", 5, 40, 100), ("t", 6, 60, 100)) == []


def test_an_oto_with_a_stop_only_protects_from_the_first_fill() -> None:
    floor = with_legs(OrderClass.OTO, STOP)
    floor.fill("e1", 40, 48)
    assert told(floor.ticks(("t", 9, 47, 100))) == ["CancelPending"]
    assert sent(floor.canceled(X)) == [(SL, Decimal(40))]


def test_an_oto_with_a_limit_only_sends_it_when_the_entry_has_filled() -> None:
    floor = with_legs(OrderClass.OTO, LIMIT)
    assert sent(floor.fill("e1", 100, 48)) == [(TP, HUNDRED)]


def test_an_oco_has_its_take_profit_at_the_venue_and_its_stop_kept() -> None:
    floor = oco()
    assert (floor.state_of(X), floor.state_of(SL)) == ("new", "new kept")
    assert told(floor.ticks(("t", 9, 47, 100))) == ["CancelPending"]
    floor.fill("e1", 20, 49)
    assert sent(floor.canceled(X)) == [(SL, Decimal(80))]


def test_an_oco_that_takes_its_profit_ends_its_stop() -> None:
    floor = oco()
    floor.fill("e1", 60, 49)
    assert floor.state_of(SL) == "new kept"
    floor.fill("e2", 40, 49)
    assert floor.state_of(SL) == "canceled kept"


def test_exits_whose_cancel_came_first_are_never_kept() -> None:
    floor = Floor()
    floor.cancel("c1", SL)
    events = floor.bracket()
    assert told(events) == ["OrderSubmitted", "OrderCanceled", "OrderCanceled"]
    assert floor.rows("groups") == []
