"""Fills, busts and corrections: each booked once, whatever the order's status."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.events.venue import ReportKind
from shared.types import Side, TimeInForce
from tests.builders import ACCOUNT, FIRM, NOON
from tests.unit.services.oms.desk import Desk, alerts, standing, told


def working(**fields: object) -> Desk:
    """A desk with an accepted order."""
    desk = Desk()
    desk.submit(**fields)
    desk.accept()
    return desk


def test_a_partial_fill_moves_cum_leaves_and_average() -> None:
    desk = working()
    (event,) = desk.fill("A", 40, "47.82")
    assert told([event]) == ["OrderFilled"]
    assert event.cause == "order-1"
    assert desk.stands() == standing("partially_filled", 100, 40, 60, "47.82")


def test_the_average_price_of_three_fills_is_that_of_the_fix_matrix() -> None:
    desk = working(quantity=10_000)
    desk.fill("A", 2000, 100)
    desk.fill("B", 1000, "100.3")
    desk.fill("C", 7000, "101.1")
    assert desk.stands() == standing("filled", 10_000, 10_000, 0, "100.8")


def test_the_average_stays_exact_over_a_thousand_thirds() -> None:
    desk = working(quantity=3000)
    for number in range(1000):
        desk.fill(f"E{number}", 3, "0.333333333333333333333333333333333333333333")
    row = desk.order()
    assert row.amount == Decimal("999.999999999999999999999999999999999999999")
    assert row.average_price == Decimal("0.333333333333")


def test_a_fill_carries_the_time_of_the_trade_into_the_order() -> None:
    desk = working()
    traded_at = NOON.plus(-1500)
    desk.fill("A", 100, 48, transact_at=traded_at, quote_at=NOON.plus(-2000), quote_row=17)
    assert desk.order().state.filled_at == traded_at
    row = desk.row("executions", "A")
    assert (row.transact_at, row.quote_at, row.quote_row) == (traded_at, NOON.plus(-2000), 17)


def test_an_execution_row_says_whose_it_is_and_when_it_was_booked() -> None:
    desk = working()
    desk.fill("A", 100, 48)
    row = desk.row("executions", "A")
    assert (row.account_id, row.firm_id, row.symbol, row.side) == (ACCOUNT, FIRM, "AIG", Side.BUY)
    assert (row.kind, row.booked_at, row.currency, row.fee) == ("fill", NOON, "USD", 0)


def test_the_same_execution_told_again_is_ignored() -> None:
    desk = working()
    desk.fill("A", 40, 10)
    assert desk.fill("A", 40, "10.00") == []
    assert desk.stands() == standing("partially_filled", 100, 40, 60, 10)


@pytest.mark.parametrize(("quantity", "price"), [(50, 10), (40, 11)])
def test_the_same_execution_id_with_other_content_is_an_alert_and_not_booked(
    quantity: int, price: int
) -> None:
    desk = working()
    desk.fill("A", 40, 10)
    assert alerts(desk.fill("A", quantity, price)) == ["exec_conflict"]
    assert desk.stands() == standing("partially_filled", 100, 40, 60, 10)


def test_an_execution_id_of_another_order_is_a_conflict_too() -> None:
    desk = working()
    desk.fill("A", 40, 10)
    desk.submit("order-2", symbol="IBM")
    assert alerts(desk.fill("A", 40, 10, "order-2", symbol="IBM")) == ["exec_conflict"]
    assert desk.stands("order-2") == standing("pending_new", 100, 0, 100, 0)


def test_a_fill_before_the_acknowledgement_is_booked_and_the_late_one_changes_nothing() -> None:
    desk = Desk()
    desk.submit()
    assert told(desk.fill("A", 40, 10)) == ["OrderFilled"]
    assert desk.accept() == []
    assert desk.stands() == standing("partially_filled", 100, 40, 60, 10)


def test_a_fill_beyond_the_quantity_is_booked_with_an_alert() -> None:
    desk = working()
    events = desk.fill("A", 130, 10)
    assert (told(events), alerts(events)) == (["OrderFilled", "OrderFlagged"], ["overfill"])
    assert desk.stands() == standing("filled", 100, 130, 0, 10)


def test_a_fill_of_a_filled_order_is_an_overfill_and_not_late() -> None:
    desk = working()
    desk.fill("A", 100, 10)
    assert alerts(desk.fill("B", 1, 10)) == ["overfill"]
    assert desk.stands() == standing("filled", 100, 101, 0, 10)


def test_a_fill_within_the_quantity_of_a_pending_replace_is_no_overfill() -> None:
    desk = working()
    desk.replace("order-2", quantity=150)
    assert alerts(desk.fill("A", 150, 10)) == []
    assert desk.stands() == standing("pending_replace", 100, 150, 0, 10)
    assert alerts(desk.fill("B", 1, 10)) == ["overfill"]


@pytest.mark.parametrize(
    ("kind", "status"), [(ReportKind.CANCELED, "canceled"), (ReportKind.EXPIRED, "expired")]
)
def test_a_fill_after_the_end_is_booked_with_an_alert(kind: ReportKind, status: str) -> None:
    desk = working()
    desk.report(kind)
    events = desk.fill("A", 30, 10)
    assert (told(events), alerts(events)) == (["OrderFilled", "OrderFlagged"], ["late_fill"])
    assert desk.stands() == standing(status, 100, 30, 0, 10)


def test_a_late_fill_that_completes_the_order_shows_it_filled() -> None:
    desk = working()
    desk.report(ReportKind.CANCELED)
    assert alerts(desk.fill("A", 100, 10)) == ["late_fill"]
    assert desk.stands() == standing("filled", 100, 100, 0, 10)


def test_a_fill_after_a_reject_is_booked_and_the_order_counts_as_canceled() -> None:
    desk = Desk()
    desk.submit()
    desk.report(ReportKind.REJECTED, reason="broker")
    assert alerts(desk.fill("A", 30, 10)) == ["late_fill"]
    assert desk.stands() == standing("canceled", 100, 30, 0, 10)


def test_a_fill_after_a_day_order_was_done_for_the_day_is_late_but_not_for_gtc() -> None:
    for time_in_force, wanted in ((TimeInForce.DAY, ["late_fill"]), (TimeInForce.GTC, [])):
        desk = working(time_in_force=time_in_force)
        desk.report(ReportKind.DONE_FOR_DAY)
        assert alerts(desk.fill("A", 30, 10)) == wanted
        assert desk.stands()[0] == "done_for_day"


def test_a_fill_of_an_unknown_order_is_kept_and_told_once_and_no_order_is_invented() -> None:
    desk = Desk()
    assert alerts(desk.fill("A", 40, 10, "nobody")) == ["orphan_fill"]
    assert desk.fill("A", 40, 10, "nobody") == []
    assert desk.row("orders", "nobody") is None
    assert desk.row("orphans", "A").execution.quantity == 40
    assert desk.rows("executions") == []


@pytest.mark.parametrize(
    ("quantity", "price"),
    [("NaN", 10), ("Infinity", 10), (0, 10), (-5, 10), (10, "NaN"), (10, "-Infinity"), (10, "-1")],
)
def test_a_fill_with_an_unusable_number_is_an_alert_and_not_booked(
    quantity: object, price: object
) -> None:
    desk = working()
    assert alerts(desk.fill("A", quantity, price)) == ["poison"]
    assert desk.stands() == standing("new", 100, 0, 100, 0)
    assert desk.rows("executions") == []


def test_a_price_of_zero_is_a_price() -> None:
    desk = working()
    assert alerts(desk.fill("A", 100, 0)) == []
    assert desk.stands() == standing("filled", 100, 100, 0, 0)


def test_a_report_of_a_fill_without_an_execution_is_poison() -> None:
    desk = working()
    assert alerts(desk.report(ReportKind.FILLED)) == ["poison"]


def test_a_bust_takes_the_execution_out_and_reopens_the_order() -> None:
    desk = working(quantity=10_000)
    desk.fill("C", 1000, 100)
    desk.fill("D", 9000, 110)
    (event,) = desk.amend(ReportKind.BUSTED, "E", "C")
    assert told([event]) == ["ExecutionBusted"]
    assert event.execution.execution_id == "C"  # type: ignore[attr-defined]
    assert desk.stands() == standing("partially_filled", 10_000, 9000, 1000, 110)


def test_a_bust_of_the_only_fill_leaves_a_new_order() -> None:
    desk = working()
    desk.fill("A", 40, 10)
    desk.amend(ReportKind.BUSTED, "B", "A")
    assert desk.stands() == standing("new", 100, 0, 100, 0)


def test_a_bust_of_a_canceled_order_does_not_reopen_it() -> None:
    desk = working()
    desk.fill("A", 40, 10)
    desk.report(ReportKind.CANCELED)
    desk.amend(ReportKind.BUSTED, "B", "A")
    assert desk.stands() == standing("canceled", 100, 0, 0, 0)


def test_a_correction_replaces_quantity_and_price_and_tells_both() -> None:
    desk = working(quantity=10_000)
    desk.fill("D", 9000, 110)
    (event,) = desk.amend(ReportKind.CORRECTED, "F", "D", 9000, 100)
    prices = (event.previous.price, event.execution.price)  # type: ignore[attr-defined]
    assert prices == (110, 100)
    assert desk.stands() == standing("partially_filled", 10_000, 9000, 1000, 100)


def test_a_correction_of_a_correction_names_the_newest() -> None:
    desk = working(quantity=10_000)
    desk.fill("D", 9000, 110)
    desk.amend(ReportKind.CORRECTED, "F", "D", 9000, 100)
    assert alerts(desk.amend(ReportKind.CORRECTED, "G", "D", 9000, 90)) == ["unknown_exec_ref"]
    desk.amend(ReportKind.CORRECTED, "H", "F", 9000, 120)
    assert desk.stands() == standing("partially_filled", 10_000, 9000, 1000, 120)


def test_an_amendment_told_again_is_ignored() -> None:
    desk = working()
    desk.fill("A", 40, 10)
    desk.amend(ReportKind.CORRECTED, "B", "A", 50, 10)
    assert desk.amend(ReportKind.CORRECTED, "B", "A", 50, 10) == []
    desk.amend(ReportKind.BUSTED, "C", "B")
    assert desk.amend(ReportKind.BUSTED, "C", "B") == []
    assert desk.stands() == standing("new", 100, 0, 100, 0)


@pytest.mark.parametrize("kind", [ReportKind.BUSTED, ReportKind.CORRECTED])
def test_an_amendment_of_an_unknown_execution_is_an_alert(kind: ReportKind) -> None:
    desk = working()
    assert alerts(desk.amend(kind, "B", "A", 50, 10)) == ["unknown_exec_ref"]
    assert desk.stands() == standing("new", 100, 0, 100, 0)


def test_a_correction_beyond_the_quantity_is_an_overfill() -> None:
    desk = working()
    desk.fill("A", 100, 10)
    events = desk.amend(ReportKind.CORRECTED, "B", "A", 120, 10)
    assert alerts(events) == ["overfill"]
    assert desk.stands() == standing("filled", 100, 120, 0, 10)


def test_executions_are_only_ever_added() -> None:
    desk = working()
    desk.fill("A", 40, 10)
    desk.amend(ReportKind.CORRECTED, "B", "A", 50, 10)
    desk.amend(ReportKind.BUSTED, "C", "B")
    kinds = [(row.execution_id, row.kind, row.quantity) for row in desk.rows("executions")]
    assert kinds == [("A", "fill", 40), ("B", "correction", 50), ("C", "bust", 50)]
