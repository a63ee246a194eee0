"""Sessions: orders wait for them, day orders end with them."""

from __future__ import annotations

from services.venue.core.matching.hours import expiry, session_start, ticked
from services.venue.core.rows import PaperClockRow
from shared.events.market import ClockAdvanced
from shared.table import At
from shared.types import Time, TimeInForce
from tests.unit.services.venue.floor import Floor, fills, kinds, quote

OPEN, CLOSE = "2013-10-09T13:30:00Z", "2013-10-09T20:00:00Z"
OPEN_10, CLOSE_10 = "2013-10-10T13:30:00Z", "2013-10-10T20:00:00Z"


def ms(text: str) -> float:
    """A time as milliseconds after noon of 2013-10-09 (16:00 UTC)."""
    return (Time.parse(text) - Time.parse("2013-10-09T16:00:00Z")) / 1000


def a_clock(now: str, is_open: bool, next_open: str, next_close: str) -> ClockAdvanced:
    moment = Time.parse(now)
    return ClockAdvanced(
        at=moment,
        market_at=moment,
        market_time=moment,
        wall_time=moment,
        is_open=is_open,
        session=now[:10],
        next_open=Time.parse(next_open),
        next_close=Time.parse(next_close),
    )


def after(*messages: ClockAdvanced) -> PaperClockRow:
    row = None
    for message in messages:
        row = ticked(row, message)
    assert row is not None
    return row


NIGHT = a_clock("2013-10-09T12:00:00Z", False, OPEN, CLOSE)
DAY = a_clock(OPEN, True, OPEN_10, CLOSE)
EVENING = a_clock(CLOSE, False, OPEN_10, CLOSE_10)


def test_without_a_clock_the_exchange_is_always_open() -> None:
    assert session_start(None, 12345) == 0


def test_before_the_open_only_times_of_the_coming_session_lie_in_it() -> None:
    clock = after(NIGHT)
    assert session_start(clock, Time.parse("2013-10-09T13:29:59.999999Z")) is None
    assert session_start(clock, Time.parse(OPEN)) == Time.parse(OPEN)
    assert session_start(clock, Time.parse(CLOSE)) is None


def test_in_the_session_its_beginning_is_known_from_the_clock_before() -> None:
    clock = after(NIGHT, DAY)
    assert session_start(clock, Time.parse("2013-10-09T15:00:00Z")) == Time.parse(OPEN)
    assert session_start(clock, Time.parse("2013-10-09T13:00:00Z")) is None
    assert session_start(clock, Time.parse(CLOSE)) is None


def test_a_clock_that_skips_the_night_begins_a_new_session() -> None:
    clock = after(NIGHT, DAY, a_clock(OPEN_10, True, "2013-10-11T13:30:00Z", CLOSE_10))
    assert session_start(clock, Time.parse("2013-10-10T14:00:00Z")) == Time.parse(OPEN_10)
    assert session_start(clock, Time.parse("2013-10-09T19:00:00Z")) is None


def test_a_day_order_ends_at_the_next_close_and_a_gtc_order_never() -> None:
    arrived = Time.parse("2013-10-09T15:00:00Z")
    assert expiry(TimeInForce.DAY, after(NIGHT, DAY), arrived) == Time.parse(CLOSE)
    assert expiry(TimeInForce.DAY, after(EVENING), Time.parse(CLOSE)) == Time.parse(CLOSE_10)
    assert expiry(TimeInForce.GTC, after(NIGHT, DAY), arrived) is None


def closed_floor() -> Floor:
    """Before the open; 47.81 x 47.82 stands since 12:00."""
    floor = Floor()
    midnight = Time.parse("2013-10-09T04:00:00Z")
    floor.at = At(midnight, midnight)
    floor.clock("2013-10-09T12:00:00Z", False, OPEN, CLOSE)
    floor.ticks(quote(ms("2013-10-09T12:00:00Z"), 10, 47.81, 47.82))
    return floor


def test_an_order_outside_the_session_is_accepted_and_waits_for_the_open() -> None:
    floor = closed_floor()
    assert kinds(floor.submit(ms=ms("2013-10-09T12:30:00Z"))) == ["accepted"]
    assert floor.ticks(quote(ms("2013-10-09T13:00:00Z"), 11, 47.9, 47.91)) == []
    floor.clock(OPEN, True, OPEN_10, CLOSE)
    reports = floor.ticks(quote(ms(OPEN) + 5, 12, 48.0, 48.01))
    assert fills(reports) == [(100, 47.91, ms(OPEN), 11)]


def test_the_open_counts_even_when_the_ticks_come_before_the_clock() -> None:
    floor = closed_floor()
    floor.submit(ms=ms("2013-10-09T12:30:00Z"))
    reports = floor.ticks(quote(ms(OPEN) + 5, 12, 48.0, 48.01))
    assert fills(reports) == [(100, 47.82, ms(OPEN), 10)]


def test_only_a_limit_with_extended_hours_trades_outside_the_session() -> None:
    at = ms("2013-10-09T12:00:00Z")
    extended = {"limit_price": "48", "extended_hours": True}
    assert kinds(closed_floor().submit(ms=at, **extended)) == ["accepted", "filled"]
    assert kinds(closed_floor().submit(ms=at, limit_price="48")) == ["accepted"]
    assert kinds(closed_floor().submit(ms=at, extended_hours=True)) == ["accepted"]


def test_a_resting_order_does_not_trade_after_the_close() -> None:
    floor = closed_floor()
    floor.clock(OPEN, True, OPEN_10, CLOSE)
    at = ms("2013-10-09T15:00:00Z")
    floor.ticks(quote(at, 11, 47.81, 47.82))
    floor.submit("gtc", ms=at, limit_price="47.5", time_in_force=TimeInForce.GTC)
    assert floor.ticks(quote(ms(CLOSE) + 1, 12, 47.0, 47.1)) == []
    floor.clock(CLOSE, False, OPEN_10, CLOSE_10)
    assert floor.ticks(quote(ms(OPEN_10) - 1, 13, 47.0, 47.1)) == []
    reports = floor.ticks(quote(ms(OPEN_10) + 1, 14, 47.0, 47.1))
    assert fills(reports) == [(100, 47.5, ms(OPEN_10) + 1, 14)]


def test_day_orders_expire_at_the_close_and_gtc_orders_stay() -> None:
    floor = closed_floor()
    floor.clock(OPEN, True, OPEN_10, CLOSE)
    at = ms("2013-10-09T15:00:00Z")
    floor.ticks(quote(at, 11, 47.81, 47.82))
    floor.submit("day", ms=at, limit_price="40")
    floor.submit("gtc", ms=at, limit_price="40", time_in_force=TimeInForce.GTC)
    assert floor.clock("2013-10-09T19:59:59Z", True, OPEN_10, CLOSE) == []
    (report,) = floor.clock(CLOSE, False, OPEN_10, CLOSE_10)
    assert (report.order_id, str(report.kind)) == ("day", "expired")
    assert [row.order_id for row in floor.rows("paper_orders") if row.is_live] == ["gtc"]


def test_a_day_order_that_came_before_any_clock_ends_with_the_session_that_the_clock_tells() -> (
    None
):
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82))
    floor.submit(limit_price="40")
    assert floor.clock("2013-10-09T16:00:01Z", True, OPEN_10, CLOSE) == []
    assert floor.paper().expires_at == Time.parse(CLOSE)
    assert kinds(floor.clock(CLOSE, False, OPEN_10, CLOSE_10)) == ["expired"]


def test_the_session_survives_a_restart() -> None:
    floor = closed_floor()
    floor.restart()
    assert kinds(floor.submit(ms=ms("2013-10-09T12:30:00Z"))) == ["accepted"]
    assert floor.ticks(quote(ms("2013-10-09T13:00:00Z"), 11, 47.9, 47.91)) == []


def test_an_ioc_outside_the_session_is_canceled_at_once() -> None:
    at = ms("2013-10-09T12:30:00Z")
    reports = closed_floor().submit(ms=at, time_in_force=TimeInForce.IOC)
    assert kinds(reports) == ["accepted", "canceled"]
    assert reports[-1].reason == "outside the session"
