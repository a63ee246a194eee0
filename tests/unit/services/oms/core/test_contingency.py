"""Brackets, OTO and OCO: a lot is never without its stop, exits never fill beyond it, and at most
one of them is at the venue.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from shared.events.venue import ReportKind
from shared.types import OrderClass, OrderType, Side
from tests.unit.services.oms.desk import X, alerts, told
from tests.unit.services.oms.keeping import (
    HUNDRED,
    SL,
    TP,
    Floor,
    filled,
    floor_with_bracket,
    sent,
    states,
)


def test_a_complete_fill_sends_the_take_profit_and_keeps_the_stop() -> None:
    floor = floor_with_bracket()
    events = floor.fill("e1", 100, 48)
    assert (told(events), sent(events)) == (["OrderFilled", "OrderTriggered"], [(TP, HUNDRED)])
    assert states(floor) == {X: "filled", TP: "new", SL: "new kept"}


def test_a_take_profit_that_fills_ends_the_stop() -> None:
    floor = filled()
    events = floor.fill("e2", 100, 49, TP)
    assert told(events) == ["OrderFilled", "CancelPending", "OrderCanceled"]
    assert states(floor) == {X: "filled", TP: "filled", SL: "canceled kept"}
    assert floor.ticks(("t", 9, 40, 100)) == []


def test_a_stop_that_triggers_goes_only_when_the_take_profit_has_ended() -> None:
    floor = filled()
    events = floor.ticks(("t", 9, 47, 100))
    assert told(events) == ["CancelPending"]
    assert states(floor) == {X: "filled", TP: "pending_cancel", SL: "new kept"}
    events = floor.canceled(TP)
    assert (told(events), sent(events)) == (["OrderCanceled", "OrderTriggered"], [(SL, HUNDRED)])
    assert told(floor.fill("e2", 100, "46.9", SL)) == ["OrderFilled"]
    assert states(floor) == {X: "filled", TP: "canceled", SL: "filled"}


def test_a_fill_that_crosses_the_cancel_makes_the_stop_smaller() -> None:
    floor = filled()
    floor.ticks(("t", 9, 47, 100))
    floor.fill("e2", 30, 49, TP)
    assert sent(floor.canceled(TP)) == [(SL, Decimal(70))]


def test_a_take_profit_that_fills_while_it_is_canceled_leaves_nothing_for_the_stop() -> None:
    floor = filled()
    floor.ticks(("t", 9, 47, 100))
    assert told(floor.fill("e2", 100, 49, TP)) == ["OrderFilled", "CancelPending", "OrderCanceled"]
    refused = floor.report(
        ReportKind.CANCEL_REJECTED, TP, request_id=floor.order(TP).request_id, reason="too_late"
    )
    assert (told(refused), sent(refused)) == (["CancelRefused"], [])
    assert states(floor) == {X: "filled", TP: "filled", SL: "canceled kept"}


def test_a_part_that_is_filled_is_protected_at_once() -> None:
    floor = floor_with_bracket()
    assert told(floor.fill("e1", 40, 48)) == ["OrderFilled"]
    events = floor.ticks(("t", 9, 47, 100))
    assert told(events) == ["CancelPending"]
    assert floor.order(X).status == "pending_cancel"
    assert sent(floor.canceled(X)) == [(SL, Decimal(40))]


def test_more_that_fills_while_the_entry_is_canceled_is_protected_too() -> None:
    floor = floor_with_bracket()
    floor.fill("e1", 40, 48)
    floor.ticks(("t", 9, 47, 100))
    floor.fill("e2", 25, 48)
    assert sent(floor.canceled(X)) == [(SL, Decimal(65))]


def test_a_part_can_take_its_profit_while_the_entry_works() -> None:
    floor = floor_with_bracket()
    floor.fill("e1", 40, 48)
    assert told(floor.ticks(("t", 9, 49, 100))) == ["CancelPending"]
    assert sent(floor.canceled(X)) == [(TP, Decimal(40))]
    assert floor.state_of(SL) == "new kept"
    assert told(floor.fill("e2", 40, 49, TP))[-1] == "OrderCanceled"
    assert floor.state_of(SL) == "canceled kept"


def test_an_entry_that_is_canceled_after_a_part_leaves_exits_for_the_part() -> None:
    floor = floor_with_bracket()
    floor.fill("e1", 40, 48)
    floor.cancel("c1")
    assert sent(floor.canceled(X)) == [(TP, Decimal(40))]
    assert floor.order(SL).quantity == 40


@pytest.mark.parametrize("kind", [ReportKind.CANCELED, ReportKind.REJECTED, ReportKind.EXPIRED])
def test_an_entry_that_ends_unfilled_takes_its_exits_with_it(kind: ReportKind) -> None:
    floor = floor_with_bracket()
    floor.report(kind)
    assert {floor.state_of(TP), floor.state_of(SL)} == {"canceled kept"}


def test_a_gap_through_the_stop_while_the_entry_fills_is_got_out_of_at_the_next_tick() -> None:
    floor = floor_with_bracket()
    floor.ticks(("t", 5, 46, 100))
    floor.fill("e1", 100, 46)
    assert told(floor.ticks(("q", 9, 45.9, 46.0))) == ["CancelPending"]
    assert sent(floor.canceled(TP)) == [(SL, HUNDRED)]


def test_an_exit_that_its_owner_cancels_takes_the_other_with_it() -> None:
    floor = filled()
    assert told(floor.cancel("c1", TP)) == ["CancelPending", "CancelPending", "OrderCanceled"]
    assert floor.state_of(SL) == "canceled kept"
    other = filled()
    events = other.cancel("c1", SL)
    assert told(events) == ["CancelPending", "OrderCanceled", "CancelPending"]
    assert other.state_of(TP) == "pending_cancel"


def test_an_exit_that_the_venue_ends_leaves_the_other() -> None:
    floor = filled()
    floor.report(ReportKind.CANCELED, TP, reason="verbal")
    assert floor.state_of(SL) == "new kept"
    assert sent(floor.ticks(("t", 9, 47, 100))) == [(SL, HUNDRED)]


def test_an_exit_that_the_venue_rejects_is_told_as_unprotected() -> None:
    floor = filled()
    floor.ticks(("t", 9, 47, 100))
    floor.canceled(TP)
    assert alerts(floor.report(ReportKind.REJECTED, SL, reason="halted")) == ["unprotected"]


def test_a_lot_whose_last_exit_the_venue_ends_is_told_as_unprotected() -> None:
    floor = filled()
    assert alerts(floor.report(ReportKind.CANCELED, TP, reason="verbal")) == []
    floor.ticks(("t", 9, 47, 100))
    assert alerts(floor.report(ReportKind.CANCELED, SL, reason="verbal")) == ["unprotected"]


def test_exits_that_their_owner_cancels_are_not_told_as_unprotected() -> None:
    floor = filled()
    floor.cancel("c1", SL)
    assert alerts(floor.canceled(TP)) == []


def test_a_cancel_that_comes_when_the_entry_has_filled_leaves_its_exits() -> None:
    for cancel in (lambda floor: floor.cancel("c1"), lambda floor: floor.cancel_by_risk()):
        floor = filled()
        cancel(floor)
        assert (floor.state_of(TP), floor.state_of(SL)) == ("new", "new kept")


def test_a_refused_cancel_is_asked_again_each_second_until_the_way_is_clear() -> None:
    floor = filled()
    floor.ticks(("t", 9, 47, 100))
    first = floor.order(TP).request_id
    floor.report(ReportKind.CANCEL_REJECTED, TP, request_id=first, reason="busy")
    floor.second(1000)
    second = floor.order(TP).request_id
    assert second not in (None, first)
    assert sent(floor.canceled(TP)) == [(SL, HUNDRED)]


def test_a_bust_of_a_part_of_the_entry_makes_the_exit_at_the_venue_smaller() -> None:
    floor = floor_with_bracket()
    floor.fill("e1", 60, 48)
    floor.fill("e2", 40, 48)
    floor.accept(TP)
    events = floor.amend(ReportKind.BUSTED, "b1", "e2")
    assert told(events) == ["ExecutionBusted", "ReplacePending"]
    assert events[1].replacement.quantity == 60  # type: ignore[attr-defined]


def test_a_bust_of_the_whole_entry_takes_the_exit_from_the_venue() -> None:
    floor = filled()
    assert told(floor.amend(ReportKind.BUSTED, "b1", "e1")) == ["ExecutionBusted", "CancelPending"]
    assert floor.order(TP).status == "pending_cancel"
    assert floor.ticks(("t", 9, 47, 100)) == []


def test_exits_that_have_filled_more_than_is_left_of_their_entry_are_told() -> None:
    floor = filled()
    floor.fill("e2", 40, 49, TP)
    events = floor.amend(ReportKind.BUSTED, "b1", "e1")
    assert alerts(events) == ["overfill"]
    assert alerts(floor.fill("e3", 60, 49, TP)) == ["overfill"]


def test_a_late_fill_of_the_entry_is_protected_too() -> None:
    floor = floor_with_bracket()
    floor.fill("e1", 40, 48)
    floor.cancel("c1")
    floor.canceled(X)
    floor.accept(TP)
    events = floor.fill("e2", 10, 48)
    assert alerts(events) == ["late_fill"]
    pending = next(event for event in events if told([event]) == ["ReplacePending"])
    assert pending.replacement.quantity == 50  # type: ignore[attr-defined]


def test_a_stop_waits_for_the_answer_to_a_replace_of_a_take_profit_that_has_filled() -> None:
    floor = floor_with_bracket()
    floor.fill("e1", 40, 48)
    floor.cancel("c1")
    floor.canceled(X)
    floor.accept(TP)
    events = floor.fill("e2", 10, 48)  # late: the take-profit is asked to become 50
    pending = next(event for event in events if told([event]) == ["ReplacePending"])
    floor.ticks(("t", 9, 47, 100))  # the stop has triggered
    assert sent(floor.fill("e3", 40, 49, TP)) == []  # granted, it would work 10 more
    request_id = pending.request_id  # type: ignore[attr-defined]
    refused = ReportKind.REPLACE_REJECTED
    events = floor.report(refused, TP, request_id=request_id, reason="too_late")
    assert sent(events) == [(SL, Decimal(10))]


def test_a_replaced_exit_goes_on_in_its_group() -> None:
    floor = filled()
    changes = {"side": Side.SELL, "type": OrderType.STOP, "stop_price": Decimal("47.5")}
    floor.replace("stop-2", SL, parent_id=X, order_class=OrderClass.BRACKET, **changes)
    assert told(floor.ticks(("t", 9, "47.5", 100))) == ["CancelPending"]
    assert sent(floor.canceled(TP)) == [("stop-2", HUNDRED)]


def test_a_replaced_stop_that_is_an_entry_keeps_its_exits() -> None:
    floor = Floor()
    floor.second(0)
    stop = {"type": OrderType.STOP, "limit_price": None, "stop_price": Decimal(48)}
    floor.bracket(**stop)
    (group,) = floor.rows("groups")
    legs = floor.order(X).state.order.legs
    events = floor.replace("entry-2", order_class=OrderClass.BRACKET, legs=legs, chain_id=X, **stop)
    assert told(events) == ["ReplacePending", "OrderReplaced"]
    assert floor.rows("groups") == [msgspec.structs.replace(group, entry_id="entry-2")]


def test_a_group_without_exits_is_the_same_whether_it_is_in_memory_or_not() -> None:
    both = []
    for is_in_memory in (True, False):
        floor = floor_with_bracket()
        floor.cancel("c1", TP)
        (group,) = floor.rows("groups")
        if is_in_memory:
            floor.state.groups.load([group])
        both.append((told(floor.fill("e1", 100, 48)), floor.rows("groups")))
    assert both[0] == both[1]
    assert both[0][0] == ["OrderFilled"]
    assert both[0][1][0].entered == 100


def test_a_bust_of_the_entry_after_its_exits_have_filled_is_told() -> None:
    floor = floor_with_bracket()
    floor.fill("e1", 100, 48)
    floor.fill("e2", 100, 49, TP)
    floor.restart()
    events = floor.amend(ReportKind.BUSTED, "b1", "e1")
    assert alerts(events) == ["overfill"]


def test_a_bust_of_an_exit_that_brings_a_lot_back_is_told_when_no_exit_is_left() -> None:
    floor = floor_with_bracket()
    floor.fill("e1", 100, 48)
    floor.fill("e2", 100, 49, TP)
    floor.restart()
    events = floor.amend(ReportKind.BUSTED, "b1", "e2", order_id=TP)
    assert (states(floor)[TP], alerts(events)) == ("new", [])  # it works again
    events = floor.canceled(TP)
    assert alerts(events) == ["unprotected"]


def test_everything_goes_on_after_a_restart_in_the_middle() -> None:
    floor = floor_with_bracket()
    floor.restart()
    floor.fill("e1", 100, 48)
    floor.restart()
    floor.ticks(("t", 9, 47, 100))
    floor.restart()
    events = floor.canceled(TP)
    floor.restart()
    assert sent(events) == [(SL, HUNDRED)]
    floor.fill("e2", 100, 47, SL)
    assert states(floor) == {X: "filled", TP: "canceled", SL: "filled"}
