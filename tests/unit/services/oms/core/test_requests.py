"""Cancels and replaces: one at a time, each answered once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.events.venue import ReportKind
from shared.types import TimeInForce
from tests.unit.services.oms.desk import Desk, alerts, standing, told


def working(**fields: object) -> Desk:
    """A desk with an accepted order."""
    desk = Desk()
    desk.submit(**fields)
    desk.accept()
    return desk


def reasons(events: list[object]) -> list[str]:
    return [event.reason for event in events if hasattr(event, "reason")]


def test_a_cancel_of_a_live_order_is_pending_at_once_and_answers_its_command() -> None:
    desk = working()
    (event,) = desk.cancel("c1")
    assert told([event]) == ["CancelPending"]
    assert (event.cause, event.request_id) == ("c1", "c1")  # type: ignore[attr-defined]
    assert desk.stands() == standing("pending_cancel", 100, 0, 100, 0)


def test_a_cancel_of_an_order_the_venue_has_not_acknowledged_goes_to_the_venue_too() -> None:
    desk = Desk()
    desk.submit()
    assert told(desk.cancel("c1")) == ["CancelPending"]
    assert told(desk.accept()) == ["OrderAccepted"]
    assert desk.stands() == standing("pending_cancel", 100, 0, 100, 0)
    assert desk.order().under == "new"


def test_the_canceled_order_names_the_cancel_as_its_cause() -> None:
    desk = working()
    desk.cancel("c1")
    (event,) = desk.report(ReportKind.CANCELED, request_id="c1")
    assert (told([event]), event.cause) == (["OrderCanceled"], "c1")
    assert desk.stands() == standing("canceled", 100, 0, 0, 0)
    assert desk.row("requests", "c1").status == "done"


def test_the_venues_pending_changes_nothing() -> None:
    desk = working()
    desk.cancel("c1")
    assert desk.report(ReportKind.PENDING, request_id="c1") == []
    assert desk.stands()[0] == "pending_cancel"


def test_a_second_cancel_is_refused_while_one_is_pending() -> None:
    desk = working()
    desk.cancel("c1")
    (event,) = desk.cancel("c2")
    assert (told([event]), reasons([event]), event.cause) == (["CancelRefused"], ["pending"], "c2")
    assert told(desk.report(ReportKind.CANCELED, request_id="c1")) == ["OrderCanceled"]


def test_after_a_refused_cancel_the_order_shows_what_it_was_and_can_be_canceled_again() -> None:
    desk = working()
    desk.fill("A", 40, 10)
    desk.cancel("c1")
    (event,) = desk.report(ReportKind.CANCEL_REJECTED, request_id="c1", reason="broker")
    assert (told([event]), reasons([event]), event.cause) == (["CancelRefused"], ["broker"], "c1")
    assert desk.stands() == standing("partially_filled", 100, 40, 60, 10)
    assert told(desk.cancel("c2")) == ["CancelPending"]


def test_fills_while_a_cancel_is_pending_are_booked_and_do_not_show() -> None:
    desk = working()
    desk.cancel("c1")
    desk.fill("A", 100, 10)
    assert desk.stands() == standing("pending_cancel", 100, 100, 0, 10)
    desk.report(ReportKind.CANCEL_REJECTED, request_id="c1", reason="too_late")
    assert desk.stands() == standing("filled", 100, 100, 0, 10)


@pytest.mark.parametrize(
    "kind", [ReportKind.CANCELED, ReportKind.EXPIRED, ReportKind.REJECTED], ids=str
)
def test_an_order_that_ended_refuses_a_cancel_as_too_late(kind: ReportKind) -> None:
    desk = working()
    desk.report(kind)
    assert reasons(desk.cancel("c1")) == ["too_late"]


def test_filled_and_denied_orders_refuse_a_cancel_as_too_late() -> None:
    desk = working()
    desk.fill("A", 100, 10)
    assert reasons(desk.cancel("c1")) == ["too_late"]
    desk.deny("order-2")
    assert reasons(desk.cancel("c2", "order-2")) == ["too_late"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (ReportKind.CANCELED, "OrderCanceled"),
        (ReportKind.EXPIRED, "OrderExpired"),
        (ReportKind.REJECTED, "OrderRejected"),
    ],
)
def test_an_end_while_a_cancel_is_pending_is_told_first_and_the_cancel_came_too_late(
    kind: ReportKind, name: str
) -> None:
    desk = working()
    desk.cancel("c1")
    events = desk.report(kind)
    assert told(events) == [name, "CancelRefused"]
    assert (events[0].cause, events[1].cause) == ("order-1", "c1")
    assert reasons(events) == ["too_late"]


def test_the_venues_later_answer_to_a_request_that_came_too_late_is_ignored() -> None:
    desk = working()
    desk.cancel("c1")
    desk.report(ReportKind.EXPIRED)
    assert desk.report(ReportKind.CANCEL_REJECTED, request_id="c1", reason="too_late") == []
    assert desk.report(ReportKind.CANCELED, request_id="c1") == []
    assert desk.stands() == standing("expired", 100, 0, 0, 0)


def test_a_refusal_as_unknown_raises_reconcile() -> None:
    desk = working()
    desk.cancel("c1")
    events = desk.report(ReportKind.CANCEL_REJECTED, request_id="c1", reason="unknown_order")
    assert told(events) == ["CancelRefused", "OrderFlagged"]
    assert alerts(events) == ["reconcile"]


def test_a_cancel_that_the_venue_took_after_refusing_it_is_true() -> None:
    desk = working()
    desk.cancel("c1")
    desk.report(ReportKind.CANCEL_REJECTED, request_id="c1", reason="broker")
    assert told(desk.report(ReportKind.CANCELED, request_id="c1")) == ["OrderCanceled"]
    assert desk.stands()[0] == "canceled"


# -- replaces -------------------------------------------------------------------------------------


def test_a_replace_is_pending_with_the_order_it_wants_and_reserves_nothing_by_itself() -> None:
    desk = working()
    (event,) = desk.replace("order-2", quantity=150)
    assert told([event]) == ["ReplacePending"]
    assert event.replacement.quantity == 150  # type: ignore[attr-defined]
    assert desk.stands() == standing("pending_replace", 100, 0, 100, 0)


def test_a_replaced_order_hands_its_fills_to_its_successor() -> None:
    desk = working()
    desk.fill("A", 40, 10)
    desk.replace("order-2", quantity=80)
    (event,) = desk.report(ReportKind.REPLACED, request_id="order-2", quantity=Decimal(80))
    assert (told([event]), event.cause) == (["OrderReplaced"], "order-2")
    assert desk.stands() == standing("replaced", 100, 40, 0, 10)
    assert desk.order().state.replaced_by == "order-2"
    assert desk.stands("order-2") == standing("partially_filled", 80, 40, 40, 10)
    assert desk.order("order-2").chain_id == "order-1"


def test_a_replace_below_what_was_filled_is_filled() -> None:
    desk = working(quantity=10_000)
    desk.fill("A", 8000, 100)
    desk.replace("order-2", quantity=7000)
    desk.report(ReportKind.REPLACED, request_id="order-2", quantity=Decimal(8000))
    assert desk.stands("order-2") == standing("filled", 8000, 8000, 0, 100)


def test_a_report_about_the_old_id_reaches_the_successor() -> None:
    desk = working()
    desk.replace("order-2", quantity=80)
    desk.report(ReportKind.REPLACED, request_id="order-2")
    desk.replace("order-3", "order-2", quantity=60)
    desk.report(ReportKind.REPLACED, "order-2", request_id="order-3")
    desk.fill("A", 10, 10, "order-1")
    assert desk.stands("order-3") == standing("partially_filled", 60, 10, 50, 10)
    (event,) = desk.cancel("c1", "order-1")
    assert event.state.order.order_id == "order-3"  # type: ignore[attr-defined]


def test_a_report_may_name_a_request_that_was_answered_long_ago() -> None:
    desk = working()
    desk.cancel("c1")
    desk.report(ReportKind.CANCEL_REJECTED, request_id="c1")
    desk.replace("order-2", quantity=Decimal(90))
    desk.report(ReportKind.REPLACE_REJECTED, request_id="order-2")
    desk.fill("A", 40, 10, "c1")
    desk.fill("B", 10, 10, "order-2")
    assert desk.stands() == standing("partially_filled", 100, 50, 50, 10)
    assert reasons(desk.cancel("c2", "order-2")) == ["unknown_order"]


def test_a_replace_is_refused_while_another_request_is_pending() -> None:
    desk = working()
    desk.replace("order-2", quantity=80)
    events = desk.replace("order-3", quantity=70)
    assert (told(events), reasons(events)) == (["ReplaceRefused"], ["pending"])
    desk = working()
    desk.cancel("c1")
    assert reasons(desk.replace("order-3", quantity=70)) == ["pending"]


def test_a_refused_replace_leaves_the_old_order_as_it_was() -> None:
    desk = working()
    desk.replace("order-2", quantity=80)
    events = desk.report(ReportKind.REPLACE_REJECTED, request_id="order-2", reason="broker")
    assert (told(events), reasons(events)) == (["ReplaceRefused"], ["broker"])
    assert desk.stands() == standing("new", 100, 0, 100, 0)
    assert desk.row("orders", "order-2") is None


def test_a_replace_of_an_order_that_ended_or_is_unknown_is_refused() -> None:
    desk = working()
    desk.fill("A", 100, 10)
    assert reasons(desk.replace("order-2", quantity=200)) == ["too_late"]
    assert reasons(desk.replace("order-3", "nobody", quantity=200)) == ["unknown_order"]


def test_a_replace_that_risk_denied_is_told_with_its_code() -> None:
    desk = working()
    events = desk.deny_replace("order-2", code="NOTIONAL")
    assert (told(events), reasons(events)) == (["ReplaceRefused"], ["NOTIONAL"])
    assert events[0].cause == "order-2"
    assert desk.stands() == standing("new", 100, 0, 100, 0)


def test_a_cancel_during_a_replace_waits_silently_and_follows_the_answer() -> None:
    desk = working()
    desk.replace("order-2", quantity=80)
    assert desk.cancel("c1") == []
    events = desk.report(ReportKind.REPLACED, request_id="order-2")
    assert told(events) == ["OrderReplaced", "CancelPending"]
    assert (events[1].cause, desk.stands("order-2")[0]) == ("c1", "pending_cancel")
    desk.report(ReportKind.CANCELED, "order-2", request_id="c1")
    assert desk.stands("order-2") == standing("canceled", 80, 0, 0, 0)


def test_a_queued_cancel_follows_a_refused_replace_on_the_old_order() -> None:
    desk = working()
    desk.replace("order-2", quantity=80)
    desk.cancel("c1")
    events = desk.report(ReportKind.REPLACE_REJECTED, request_id="order-2", reason="broker")
    assert told(events) == ["ReplaceRefused", "CancelPending"]
    assert desk.stands()[0] == "pending_cancel"


def test_only_one_cancel_is_queued() -> None:
    desk = working()
    desk.replace("order-2", quantity=80)
    desk.cancel("c1")
    assert reasons(desk.cancel("c2")) == ["pending"]


def test_an_end_during_a_replace_refuses_both_what_was_pending_and_what_was_queued() -> None:
    desk = working()
    desk.replace("order-2", quantity=80)
    desk.cancel("c1", "order-2")
    events = desk.report(ReportKind.CANCELED, reason="verbal")
    assert told(events) == ["OrderCanceled", "ReplaceRefused", "CancelRefused"]
    assert reasons(events) == ["too_late", "too_late"]
    assert [row.status for row in desk.rows("requests")] == ["refused", "refused"]


def test_a_queued_cancel_of_an_order_that_filled_meanwhile_comes_too_late() -> None:
    desk = working()
    desk.replace("order-2", quantity=40)
    desk.cancel("c1")
    desk.fill("A", 40, 10)
    events = desk.report(ReportKind.REPLACED, request_id="order-2", quantity=Decimal(40))
    assert told(events) == ["OrderReplaced", "CancelRefused"]
    assert desk.stands("order-2") == standing("filled", 40, 40, 0, 10)


def test_requests_survive_a_restart() -> None:
    desk = working(time_in_force=TimeInForce.GTC)
    desk.replace("order-2", quantity=80)
    desk.cancel("c1")
    desk.restart()
    assert told(desk.report(ReportKind.REPLACED, request_id="order-2")) == [
        "OrderReplaced",
        "CancelPending",
    ]
