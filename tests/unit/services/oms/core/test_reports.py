"""What each report of a venue does, and what reports that cannot be do: nothing, with an alert."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.oms.core.reports import REPORTS
from shared.events.venue import ReportKind
from shared.types import TimeInForce
from tests.unit.services.oms.desk import Desk, alerts, standing, told

ENDS = (ReportKind.CANCELED, ReportKind.EXPIRED, ReportKind.REJECTED)
BOOKED = {ReportKind.FILLED, ReportKind.BUSTED, ReportKind.CORRECTED}


def working(**fields: object) -> Desk:
    """A desk with an accepted order."""
    desk = Desk()
    desk.submit(**fields)
    desk.accept()
    return desk


def test_every_kind_of_report_has_its_place() -> None:
    assert set(REPORTS) | BOOKED == set(ReportKind)


def test_an_acceptance_is_told_once_and_keeps_the_venues_id() -> None:
    desk = Desk()
    desk.submit()
    (event,) = desk.report(ReportKind.ACCEPTED, venue_order_id="V7")
    assert (told([event]), event.cause) == (["OrderAccepted"], "order-1")
    assert desk.order().state.venue_order_id == "V7"
    assert desk.accept() == []
    assert desk.order().state.venue_order_id == "V7"


def test_an_acceptance_after_a_fill_is_not_told_and_still_keeps_the_venues_id() -> None:
    desk = Desk()
    desk.submit()
    desk.fill("A", 40, 10)
    assert desk.report(ReportKind.ACCEPTED, venue_order_id="V7") == []
    assert desk.order().state.venue_order_id == "V7"
    assert desk.stands() == standing("partially_filled", 100, 40, 60, 10)


def test_a_rejection_ends_the_order_with_the_venues_reason() -> None:
    desk = Desk()
    desk.submit()
    (event,) = desk.report(ReportKind.REJECTED, reason="guard: kill flag is set")
    assert told([event]) == ["OrderRejected"]
    assert desk.order().state.reason == "guard: kill flag is set"
    assert desk.stands() == standing("rejected", 100, 0, 0, 0)
    assert desk.report(ReportKind.REJECTED, reason="again") == []


def test_an_order_that_the_link_knows_it_did_not_send_is_rejected() -> None:
    desk = Desk()
    desk.submit()
    assert told(desk.report(ReportKind.NOT_SENT, reason="no session")) == ["OrderRejected"]


def test_a_rejection_after_a_fill_cancels_the_rest_with_an_alert() -> None:
    desk = working()
    desk.fill("A", 40, 10)
    events = desk.report(ReportKind.REJECTED, reason="broker")
    assert (told(events), alerts(events)) == (
        ["OrderCanceled", "OrderFlagged"],
        ["reject_after_fill"],
    )
    assert desk.stands() == standing("canceled", 100, 40, 0, 10)


def test_a_rejection_of_a_filled_order_is_an_alert_only() -> None:
    desk = working()
    desk.fill("A", 100, 10)
    assert alerts(desk.report(ReportKind.REJECTED)) == ["reject_after_fill"]
    assert desk.stands() == standing("filled", 100, 100, 0, 10)


def test_an_unsolicited_cancel_ends_the_order_and_keeps_what_was_filled() -> None:
    desk = working(quantity=10_000)
    desk.fill("A", 1000, 100)
    (event,) = desk.report(ReportKind.CANCELED, reason="verbal")
    assert (told([event]), event.cause) == (["OrderCanceled"], "order-1")
    assert desk.stands() == standing("canceled", 10_000, 1000, 0, 100)


def test_a_cancel_told_again_is_ignored() -> None:
    desk = working()
    desk.report(ReportKind.CANCELED)
    assert desk.report(ReportKind.CANCELED) == []


def test_an_expiry_ends_the_order() -> None:
    desk = working()
    desk.wait(60)
    (event,) = desk.report(ReportKind.EXPIRED)
    assert told([event]) == ["OrderExpired"]
    assert desk.order().state.expired_at == desk.at.market
    assert desk.report(ReportKind.EXPIRED) == []


def test_a_gtc_order_done_for_the_day_goes_on_after_it_is_restated() -> None:
    desk = working(quantity=10_000, time_in_force=TimeInForce.GTC)
    desk.fill("A", 2000, 100)
    assert told(desk.report(ReportKind.DONE_FOR_DAY)) == ["OrderDoneForDay"]
    assert desk.stands() == standing("done_for_day", 10_000, 2000, 8000, 100)
    assert told(desk.report(ReportKind.RESTATED)) == ["OrderRestated"]
    assert desk.stands() == standing("partially_filled", 10_000, 2000, 8000, 100)


def test_a_suspended_order_can_be_canceled_and_reinstated() -> None:
    desk = working()
    assert told(desk.report(ReportKind.SUSPENDED)) == ["OrderSuspended"]
    desk.cancel("c1")
    desk.report(ReportKind.CANCEL_REJECTED, request_id="c1", reason="halted")
    assert desk.stands()[0] == "suspended"
    desk.report(ReportKind.RESTATED)
    assert desk.stands() == standing("new", 100, 0, 100, 0)


def test_a_restatement_may_change_the_quantity() -> None:
    desk = working()
    desk.fill("A", 40, 10)
    desk.report(ReportKind.RESTATED, quantity=Decimal(60))
    assert desk.stands() == standing("partially_filled", 60, 40, 20, 10)
    assert desk.order().state.order.quantity == 60


def test_an_open_order_settles_an_unknown_outcome() -> None:
    desk = Desk()
    desk.submit()
    assert told(desk.report(ReportKind.OPEN_ORDER, cum_quantity=Decimal(0))) == ["OrderAccepted"]
    assert desk.report(ReportKind.OPEN_ORDER, cum_quantity=Decimal(0)) == []


def test_an_open_order_with_other_fills_raises_reconcile() -> None:
    desk = working()
    events = desk.report(ReportKind.OPEN_ORDER, cum_quantity=Decimal(40))
    assert alerts(events) == ["reconcile"]
    assert desk.stands() == standing("new", 100, 0, 100, 0)


def test_an_order_that_is_open_at_the_venue_and_ended_here_raises_reconcile() -> None:
    desk = working()
    desk.report(ReportKind.CANCELED)
    assert alerts(desk.report(ReportKind.OPEN_ORDER, cum_quantity=Decimal(0))) == ["reconcile"]
    assert desk.stands() == standing("canceled", 100, 0, 0, 0)


@pytest.mark.parametrize(
    "kind", [k for k in ReportKind if k not in BOOKED | {ReportKind.PENDING, ReportKind.POSITION}]
)
def test_a_report_about_an_unknown_order_raises_reconcile(kind: ReportKind) -> None:
    assert alerts(Desk().report(kind, "nobody")) == ["reconcile"]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (ReportKind.REJECTED, ReportKind.ACCEPTED),
        (ReportKind.REJECTED, ReportKind.DONE_FOR_DAY),
        (ReportKind.CANCELED, ReportKind.DONE_FOR_DAY),
        (ReportKind.EXPIRED, ReportKind.SUSPENDED),
        (ReportKind.CANCELED, ReportKind.RESTATED),
    ],
)
def test_a_report_that_cannot_be_changes_nothing_and_raises_reconcile(
    first: ReportKind, then: ReportKind
) -> None:
    desk = working()
    desk.report(first)
    before = desk.order()
    assert alerts(desk.report(then)) == ["reconcile"]
    assert desk.order() == before


@pytest.mark.parametrize("then", ENDS)
@pytest.mark.parametrize("first", ENDS)
@pytest.mark.parametrize("late", [0, 40, 100])
def test_another_end_of_what_the_venue_ended_is_no_news(
    first: ReportKind, then: ReportKind, late: int
) -> None:
    desk = working()
    desk.report(first)
    if late:
        desk.fill("A", late, 10)
    before = desk.order()
    is_reject_after_fill = late and then is ReportKind.REJECTED and first is not then
    assert alerts(desk.report(then)) == (["reject_after_fill"] if is_reject_after_fill else [])
    assert desk.order() == before


def test_a_reject_of_a_suspended_order_without_fills_rejects_it() -> None:
    desk = working()
    desk.report(ReportKind.SUSPENDED)
    assert told(desk.report(ReportKind.REJECTED, reason="halted")) == ["OrderRejected"]
    assert desk.stands() == standing("rejected", 100, 0, 0, 0)


def test_a_cancel_that_names_the_replace_outstanding_does_not_grant_it() -> None:
    desk = working()
    desk.replace("order-2", quantity=Decimal(90))
    events = desk.report(ReportKind.CANCELED, request_id="order-2")
    assert told(events) == ["OrderCanceled", "ReplaceRefused"]
    assert events[0].cause == "order-1"


def test_a_halt_does_not_show_over_the_end_of_the_day() -> None:
    desk = working()
    desk.report(ReportKind.DONE_FOR_DAY)
    assert told(desk.report(ReportKind.SUSPENDED)) == ["OrderSuspended"]
    assert desk.stands() == standing("done_for_day", 100, 0, 0, 0)


def test_a_replacement_that_nobody_asked_for_raises_reconcile() -> None:
    desk = working()
    assert alerts(desk.report(ReportKind.REPLACED, request_id="order-2")) == ["reconcile"]
    assert desk.stands() == standing("new", 100, 0, 100, 0)


def test_a_cancel_of_an_order_that_filled_under_it_came_too_late_and_raises_reconcile() -> None:
    desk = working()
    desk.cancel("c1")
    desk.fill("A", 100, 10)
    events = desk.report(ReportKind.CANCELED, request_id="c1")
    assert (told(events), alerts(events)) == (["CancelRefused", "OrderFlagged"], ["reconcile"])
    assert desk.stands() == standing("filled", 100, 100, 0, 10)


def test_a_flag_says_how_the_order_stands_in_the_book() -> None:
    desk = working()
    desk.cancel("c1")
    desk.fill("A", 100, 10)
    (flagged,) = desk.report(ReportKind.REJECTED)
    assert flagged.state == desk.order().state  # type: ignore[attr-defined]
    assert flagged.state.status == "pending_cancel"  # type: ignore[attr-defined]
    *_, flagged = desk.report(ReportKind.CANCELED, request_id="c1")
    assert flagged.state == desk.order().state  # type: ignore[attr-defined]
    other = Desk()
    other.submit()
    *_, flagged = other.report(ReportKind.OPEN_ORDER, cum_quantity=Decimal(40))
    assert flagged.state == other.order().state  # type: ignore[attr-defined]
    assert flagged.state.status == "new"  # type: ignore[attr-defined]
