"""The order management room: approvals, denials, cancels that overtake, silence of a venue."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.events.risk import OrderDenied
from shared.events.venue import ReportKind, ReportUnreadable
from shared.types import OrderStatus
from tests.builders import ACCOUNT, FIRM, NOON
from tests.unit.services.oms.desk import Desk, alerts, standing, told

OTHER = "22222222-2222-4222-8222-222222222222"


def reasons(events: list[object]) -> list[str]:
    return [event.reason for event in events if hasattr(event, "reason")]


def test_an_approved_order_is_committed_to_be_sent_and_answers_its_command() -> None:
    desk = Desk()
    (event,) = desk.submit(exit=True)
    assert (told([event]), event.cause) == (["OrderSubmitted"], "order-1")
    assert (event.firm_id, event.account_id) == (FIRM, ACCOUNT)
    state = event.state  # type: ignore[attr-defined]
    assert (state.status, state.exit, state.submitted_at) == (OrderStatus.PENDING_NEW, True, NOON)
    assert desk.stands() == standing("pending_new", 100, 0, 100, 0)


def test_the_times_of_an_order_are_market_times() -> None:
    desk = Desk()
    desk.at = desk.at._replace(market=NOON.plus(-3_600_000_000))
    desk.submit()
    assert desk.order().state.submitted_at == NOON


def test_an_order_approved_twice_is_sent_once() -> None:
    desk = Desk()
    desk.submit()
    assert alerts(desk.submit()) == ["duplicate_order"]
    desk.fill("A", 100, 10)
    assert alerts(desk.submit()) == ["duplicate_order"]
    assert desk.stands() == standing("filled", 100, 100, 0, 10)


def test_a_denied_order_is_recorded_and_told_with_its_state_and_violations() -> None:
    desk = Desk()
    (event,) = desk.deny(code="ORDER_NOTIONAL")
    assert isinstance(event, OrderDenied)
    assert event.state is not None and event.state.status is OrderStatus.DENIED
    assert (event.cause, event.violations[0].code) == ("order-1", "ORDER_NOTIONAL")
    assert desk.stands() == standing("denied", 100, 0, 0, 0)
    assert desk.order().state.reason == "ORDER_NOTIONAL"


@pytest.mark.parametrize("quantity", ["0", "-5", "NaN", "Infinity"])
def test_a_denied_order_is_recorded_as_it_was_asked_for_however_absurd(quantity: str) -> None:
    desk = Desk()
    assert told(desk.deny(quantity=Decimal(quantity))) == ["OrderDenied"]
    row = desk.order()
    assert (str(row.quantity), row.leaves_quantity, row.status) == (quantity, 0, "denied")


def test_a_denial_of_an_id_that_is_in_the_book_touches_nothing() -> None:
    desk = Desk()
    desk.submit()
    assert alerts(desk.deny()) == ["duplicate_order"]
    assert desk.stands() == standing("pending_new", 100, 0, 100, 0)


def test_a_cancel_for_an_id_that_has_not_arrived_is_refused_and_remembered() -> None:
    desk = Desk()
    (refused,) = desk.cancel("c1")
    assert (told([refused]), reasons([refused])) == (["CancelRefused"], ["unknown_order"])
    (event,) = desk.submit()
    assert (told([event]), event.cause) == (["OrderCanceled"], "order-1")
    assert desk.stands() == standing("canceled", 100, 0, 0, 0)
    assert desk.order().state.canceled_at == NOON


def test_a_remembered_cancel_survives_a_restart_and_is_used_once() -> None:
    desk = Desk()
    desk.cancel("c1")
    desk.restart()
    assert told(desk.submit()) == ["OrderCanceled"]
    assert desk.rows("remembered_cancels") == []
    assert told(desk.submit("order-2")) == ["OrderSubmitted"]


def test_a_remembered_cancel_is_forgotten_when_the_order_is_denied() -> None:
    desk = Desk()
    desk.cancel("c1")
    assert told(desk.deny()) == ["OrderDenied"]
    assert desk.rows("remembered_cancels") == []


def test_a_cancel_that_overtakes_its_replace_cancels_the_old_order_instead() -> None:
    desk = Desk()
    desk.submit()
    desk.accept()
    assert reasons(desk.cancel("c1", "order-2")) == ["unknown_order"]
    events = desk.replace("order-2", quantity=150)
    assert told(events) == ["ReplaceRefused", "CancelPending"]
    assert (reasons(events), [event.cause for event in events]) == (["canceled"], ["order-2", "c1"])
    assert desk.stands() == standing("pending_cancel", 100, 0, 100, 0)
    assert desk.rows("remembered_cancels") == []


def test_a_cancel_of_another_accounts_order_is_unknown_and_holds_nothing_up() -> None:
    desk = Desk()
    desk.submit()
    assert reasons(desk.cancel("c1", account_id=OTHER)) == ["unknown_order"]
    assert desk.stands() == standing("pending_new", 100, 0, 100, 0)
    assert desk.rows("remembered_cancels") == []


def test_nobody_can_cancel_anothers_order_before_it_arrives() -> None:
    desk = Desk()
    desk.cancel("c1", account_id=OTHER)
    assert told(desk.submit()) == ["OrderSubmitted"]


def test_risk_can_have_an_order_canceled_and_hears_no_refusal() -> None:
    desk = Desk()
    desk.submit()
    (event,) = desk.cancel_by_risk()
    assert told([event]) == ["CancelPending"]
    request_id = event.request_id  # type: ignore[attr-defined]
    assert desk.cancel_by_risk(seq=8) == []
    (canceled,) = desk.report(ReportKind.CANCELED, request_id=request_id)
    assert canceled.cause == request_id
    assert desk.cancel_by_risk(seq=9) == []


def test_risk_asking_for_an_order_that_is_not_there_is_nothing() -> None:
    assert Desk().cancel_by_risk("nobody") == []


def test_a_silent_venue_is_told_once_and_nothing_is_sent_again() -> None:
    desk = Desk()
    desk.submit()
    assert desk.tick(9.9) == []
    events = desk.tick(0.2)
    assert (told(events), alerts(events)) == (["OrderFlagged"], ["unknown_outcome"])
    assert desk.tick(60) == []
    assert desk.stands() == standing("pending_new", 100, 0, 100, 0)
    assert told(desk.accept()) == ["OrderAccepted"]


def test_a_venue_that_answered_is_not_silent() -> None:
    desk = Desk()
    desk.submit()
    desk.accept()
    assert desk.tick(60) == []


def test_a_cancel_without_an_answer_is_told_even_when_fills_go_on() -> None:
    desk = Desk()
    desk.submit()
    desk.accept()
    desk.cancel("c1")
    desk.fill("A", 40, 10)
    assert alerts(desk.tick(10)) == ["unknown_outcome"]


def test_the_clock_ends_no_order_that_a_venue_holds() -> None:
    desk = Desk()
    desk.submit()
    desk.accept()
    assert desk.tick(86_400) == []
    assert desk.stands() == standing("new", 100, 0, 100, 0)


def test_a_report_that_cannot_be_read_is_for_a_person() -> None:
    desk = Desk()
    unreadable = ReportUnreadable(
        at=NOON, market_at=NOON, firm_id=FIRM, account_id=ACCOUNT, link="paper", raw="{"
    )
    (event,) = desk.hear(unreadable)
    assert (alerts([event]), event.account_id) == (["reconcile"], ACCOUNT)
