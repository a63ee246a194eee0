"""Reports say whose they are, what they answer and in which session."""

from __future__ import annotations

from services.venue.core.observations import LinkOpened
from services.venue.core.reports import execution_of, report_unsent, venue_order_id
from shared.events.venue import ReportKind
from tests.builders import ACCOUNT, FIRM, NOON, order
from tests.unit.services.venue.floor import Floor, quote


def test_the_exchanges_id_follows_from_ours() -> None:
    assert venue_order_id("order-1") == venue_order_id("order-1") != venue_order_id("order-2")


def test_a_report_carries_everything_a_reader_needs() -> None:
    floor = Floor()
    floor.see("", LinkOpened(at=NOON, market_at=NOON, process="p"))
    (accepted,) = floor.submit()
    assert (accepted.firm_id, accepted.account_id, accepted.link) == (FIRM, ACCOUNT, "paper")
    assert (accepted.order_id, accepted.cause, accepted.session) == ("order-1", "order-1", 1)
    assert (accepted.symbol, accepted.cum_quantity) == ("AIG", 0)
    assert accepted.venue_order_id == venue_order_id("order-1")


def test_a_report_about_an_order_the_exchange_does_not_hold_names_the_request() -> None:
    told = report_unsent(
        order(), ReportKind.CANCEL_REJECTED, 3, request_id="c1", reason="unknown_order"
    )
    assert (told.cause, told.request_id, told.venue_order_id) == ("c1", "c1", None)


def test_an_execution_is_reported_as_it_is_kept() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82))
    (_, filled) = floor.submit()
    (row,) = floor.rows("paper_executions")
    assert filled.execution == execution_of(row, "USD")
