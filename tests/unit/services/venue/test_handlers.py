"""The paper link as a room: what it does with ticks without orders, sessions, and restarts."""

from __future__ import annotations

from services.venue.core.observations import LinkOpened
from services.venue.handlers import HANDLERS, ROOM
from shared import codec
from shared.events.venue import VenueReport
from shared.topics import read_by
from tests.builders import NOON
from tests.unit.services.venue.floor import Floor, fills, kinds, quote, trade


def test_the_room_handles_something_of_every_topic_it_reads_but_its_inbox() -> None:
    for topic in read_by(ROOM.name):
        if topic.name != "venue.inbox":
            assert set(topic.carries) & set(HANDLERS), topic.name


def test_ticks_of_a_symbol_without_orders_change_no_row() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82), trade(1, 47.8, 100))
    floor.submit("order-1", symbol="IBM", limit_price="40")
    before = {name: dict(rows) for name, rows in floor.stored.items()}
    assert floor.ticks(quote(2, 11, 47.81, 47.82)) == []
    assert floor.complete(3) == []
    assert floor.stored == before


def test_a_tick_that_touches_no_order_of_its_symbol_changes_no_row() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82))
    floor.submit(limit_price="47.50")
    before = {name: dict(rows) for name, rows in floor.stored.items()}
    assert floor.ticks(quote(2, 11, 47.80, 47.82), trade(3, 47.7, 900)) == []
    assert floor.stored == before


def test_a_clock_that_tells_nothing_new_changes_no_row() -> None:
    floor = Floor()
    session = (True, "2013-10-10T13:30:00Z", "2013-10-09T20:00:00Z")
    floor.clock("2013-10-09T16:00:01Z", *session)
    before = {name: dict(rows) for name, rows in floor.stored.items()}
    floor.clock("2013-10-09T16:00:02Z", *session)
    assert floor.stored == before


def test_each_process_opens_a_session_with_the_next_number_and_tells_what_is_open() -> None:
    floor = Floor()
    opening = LinkOpened(at=NOON, market_at=NOON, process="venue-paper")
    assert floor.see("", opening) == []
    floor.submit(limit_price="47")
    floor.submit("order-2", ms=0, limit_price="47")
    floor.cancel("c1", "order-2")
    floor.restart()
    (report,) = floor.see("", opening)
    assert isinstance(report, VenueReport)
    assert (report.kind, report.order_id, report.session) == ("open_order", "order-1", 2)


def test_orders_go_on_after_a_restart_with_the_first_quote_that_comes() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82, ask_size=60))
    floor.submit()
    floor.restart()
    reports = floor.ticks(quote(5, 12, 47.83, 47.84))
    assert fills(reports) == [(40, 47.84, 5, 12)]


def test_reports_reach_the_wire_and_come_back() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82))
    reports = floor.submit()
    assert kinds(reports) == ["accepted", "filled"]
    for report in reports:
        assert codec.decode("venue.paper.reports", codec.encode(report)) == report
