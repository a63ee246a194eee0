"""What the exchange does to its own book: hand-worked."""

from __future__ import annotations

from decimal import Decimal

from shared.events.venue import VenueReport
from shared.ids import derived_id
from tests.builders import ACCOUNT
from tests.unit.services.venue.floor import Floor, X, kinds, quote

D = Decimal


def floor(faults: str, ask_size: float = 500) -> Floor:
    one = Floor()
    one.terms(faults=faults)
    one.ticks(quote(0, 10, 47.81, 47.82, ask_size=ask_size))
    return one


def position(one: Floor) -> Decimal:
    return one.row("paper_positions", ACCOUNT, "AIG").quantity


def numbers(report: VenueReport) -> tuple[Decimal, Decimal, str | None]:
    assert report.execution is not None
    return report.execution.quantity, report.execution.price, report.execution.execution_ref


def test_a_bust_of_a_filled_order_takes_all_back_and_cancels_the_rest() -> None:
    one = floor("bust@AIG")
    assert kinds(one.submit()) == ["accepted", "filled"]  # the bust is told three seconds later
    paper, first = one.paper(), derived_id("execution", X, 1)
    assert (paper.status, paper.cum_quantity, paper.amount, paper.fee) == ("canceled", 0, 0, 0)
    assert position(one) == 0
    (amended,) = one.rows("paper_amendments")
    assert (amended.execution_ref, amended.kind) == (first, "bust")
    assert (amended.quantity, amended.price) == (0, 0)


def test_a_bust_of_an_order_that_works_leaves_it_working() -> None:
    one = floor("bust@AIG", ask_size=60)
    assert kinds(one.submit()) == ["accepted", "filled"]
    paper = one.paper()
    assert (paper.status, paper.cum_quantity, paper.leaves) == ("taking", 0, 100)
    one.ticks(quote(5, 12, 47.83, 47.84))  # all hundred at 47.84; told after the bust
    paper = one.paper()
    assert (paper.status, paper.cum_quantity, paper.amount) == ("filled", 100, D("4784"))
    assert position(one) == 100


def test_a_correction_moves_the_price_by_a_tick_and_no_position() -> None:
    one = floor("correct@AIG")
    reports = one.submit()
    assert kinds(reports) == ["accepted", "filled", "corrected"]
    assert numbers(reports[2]) == (100, D("47.83"), derived_id("execution", X, 1))
    paper = one.paper()
    assert (paper.status, paper.cum_quantity, paper.amount) == ("filled", 100, D("4783"))
    assert position(one) == 100
    (amended,) = one.rows("paper_amendments")
    assert (amended.kind, amended.quantity, amended.price) == ("correction", 100, D("47.83"))


def test_an_order_that_stands_in_the_book_is_canceled_unasked() -> None:
    one = floor("cancel@AIG")
    reports = one.submit(limit_price="47.50")
    assert kinds(reports) == ["accepted", "canceled"]
    assert (reports[1].reason, one.paper().status) == ("unsolicited", "canceled")


def test_an_order_that_is_filled_at_once_is_not_canceled() -> None:
    assert kinds(floor("cancel@AIG").submit()) == ["accepted", "filled"]


def test_a_reject_after_a_fill_ends_what_still_works() -> None:
    one = floor("reject_after_fill@AIG", ask_size=60)
    assert kinds(one.submit()) == ["accepted", "filled", "rejected"]
    assert (one.paper().status, one.paper().cum_quantity, position(one)) == ("rejected", 60, 60)
    assert one.ticks(quote(5, 12, 47.83, 47.84)) == []


def test_a_reject_of_a_filled_order_changes_nothing() -> None:
    one = floor("reject_after_fill@AIG")
    assert kinds(one.submit()) == ["accepted", "filled", "rejected"]
    assert (one.paper().status, position(one)) == ("filled", 100)


def test_a_conflict_is_the_same_id_at_another_price() -> None:
    reports = floor("conflict@AIG").submit()
    assert kinds(reports) == ["accepted", "filled", "filled"]
    assert numbers(reports[1]) == (100, D("47.82"), None)
    assert numbers(reports[2]) == (100, D("48.82"), None)
    names = {one.execution.execution_id for one in reports[1:] if one.execution is not None}
    assert len(names) == 1


def test_an_orphan_is_the_fill_of_an_order_nobody_knows() -> None:
    one = floor("orphan@AIG")
    reports = one.submit()
    assert kinds(reports) == ["accepted", "filled", "filled"]
    assert [report.order_id == X for report in reports] == [True, True, False]
    assert position(one) == 100


def test_only_the_first_execution_suffers() -> None:
    one = floor("correct@AIG", ask_size=60)
    assert kinds(one.submit()) == ["accepted", "filled", "corrected"]
    assert kinds(one.ticks(quote(5, 12, 47.83, 47.84))) == ["filled"]


def test_another_symbol_is_not_struck() -> None:
    one = floor("bust@IBM")
    assert kinds(one.submit()) == ["accepted", "filled"]
    assert one.paper().status == "filled"
