"""A replace that was granted: what the successor takes over, and answers that were not awaited."""

from __future__ import annotations

from decimal import Decimal

from shared.events.venue import ReportKind
from shared.types import TimeInForce
from tests.unit.services.oms.desk import Desk, alerts, standing, told


def replaced(quantity: int = 120, **fields: object) -> Desk:
    """A desk whose order of 100, of which 40 are filled, was replaced."""
    desk = Desk()
    desk.submit(**fields)
    desk.fill("A", 40, 10)
    desk.replace("order-2", quantity=quantity, **fields)
    desk.report(ReportKind.REPLACED, request_id="order-2")
    return desk


def test_the_successor_has_the_fills_of_its_chain_and_the_old_one_is_closed() -> None:
    desk = replaced()
    assert desk.stands() == standing("replaced", 100, 40, 0, 10)
    assert desk.stands("order-2") == standing("partially_filled", 120, 40, 80, 10)
    row = desk.order("order-2")
    assert (row.chain_id, row.amount, row.state.order.replaces) == ("order-1", 400, "order-1")


def test_the_successor_remembers_the_splits_of_its_chain() -> None:
    desk = Desk()
    desk.submit(time_in_force=TimeInForce.GTC)
    desk.fill("A", 10, 9)
    desk.report(ReportKind.RESTATED, split=(1, 3))
    desk.replace("order-2", quantity=50, time_in_force=TimeInForce.GTC)
    desk.report(ReportKind.REPLACED, request_id="order-2")
    row = desk.order("order-2")
    assert (row.splits, row.parts) == (((1, 3),), 10)
    desk.amend(ReportKind.BUSTED, "B", "A", order_id="order-1")
    assert desk.stands("order-2") == standing("new", 50, 0, 50, 0)


def test_a_fill_under_an_older_id_reaches_a_successor_that_has_ended() -> None:
    desk = replaced()
    desk.report(ReportKind.CANCELED, "order-2")
    desk.restart()
    events = desk.fill("B", 5, 10, "order-1")
    assert (told(events), alerts(events)) == (["OrderFilled", "OrderFlagged"], ["late_fill"])
    assert desk.stands("order-2") == standing("canceled", 120, 45, 0, 10)
    assert desk.stands("order-1") == standing("replaced", 100, 40, 0, 10)


def test_the_newest_of_a_long_chain_is_found_from_its_oldest_id_after_the_end() -> None:
    desk = replaced()
    for number in (3, 4, 5):
        desk.replace(f"order-{number}", f"order-{number - 1}", quantity=100 + number)
        desk.report(ReportKind.REPLACED, f"order-{number - 1}", request_id=f"order-{number}")
    desk.report(ReportKind.EXPIRED, "order-5")
    desk.fill("B", 5, 10, "order-1")
    assert desk.stands("order-5") == standing("expired", 105, 45, 0, 10)
    (refused,) = desk.cancel("c1", "order-2")
    assert refused.order_id == "order-5"  # type: ignore[attr-defined]


def test_a_replaced_told_twice_is_one() -> None:
    desk = replaced()
    assert desk.report(ReportKind.REPLACED, request_id="order-2", quantity=Decimal(120)) == []
    assert desk.report(ReportKind.REPLACED, "order-2", request_id="order-2") == []


def test_a_replaced_that_nobody_asked_for_needs_a_person() -> None:
    desk = replaced()
    assert alerts(desk.report(ReportKind.REPLACED, "order-2", request_id="x")) == ["reconcile"]
    assert alerts(desk.report(ReportKind.REPLACED, "order-2")) == ["reconcile"]
    assert desk.stands("order-2") == standing("partially_filled", 120, 40, 80, 10)


def test_a_replace_to_less_than_is_filled_brings_an_overfill_to_light() -> None:
    desk = Desk()
    desk.submit()
    desk.fill("A", 40, 10)
    desk.replace("order-2", quantity=30)
    events = desk.report(ReportKind.REPLACED, request_id="order-2", quantity=Decimal(30))
    assert (told(events), alerts(events)) == (["OrderReplaced", "OrderFlagged"], ["overfill"])
    assert desk.stands("order-2") == standing("filled", 30, 40, 0, 10)


def test_a_replace_to_what_is_filled_ends_a_suspended_order() -> None:
    desk = Desk()
    desk.submit()
    desk.fill("A", 40, 10)
    desk.report(ReportKind.SUSPENDED)
    desk.replace("order-2", quantity=40)
    desk.report(ReportKind.REPLACED, request_id="order-2", quantity=Decimal(40))
    assert desk.stands("order-2") == standing("filled", 40, 40, 0, 10)
