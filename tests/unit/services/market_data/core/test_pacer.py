"""Market time: wall time times speed, without the closed hours, never back."""

from __future__ import annotations

from services.market_data.core.calendar import Calendar, Session
from services.market_data.core.pacer import Pacer

HOUR = 3_600_000_000
CALENDAR = Calendar(
    [
        Session("a", 10 * HOUR, 16 * HOUR),
        Session("b", 34 * HOUR, 40 * HOUR),
        Session("c", 58 * HOUR, 64 * HOUR),
    ]
)


def test_market_time_goes_with_the_steady_clock_times_the_speed() -> None:
    pacer = Pacer(11 * HOUR, 10, CALENDAR, always_open=False)
    assert pacer.advance(500, 11 * HOUR) == 11 * HOUR
    assert pacer.advance(600, 11 * HOUR) == 11 * HOUR + 1000


def test_a_replay_leaps_over_closed_hours_to_its_next_tick() -> None:
    pacer = Pacer(17 * HOUR, 1, CALENDAR, always_open=False)
    pacer.advance(0, 17 * HOUR)
    assert pacer.advance(10, 33 * HOUR) == 33 * HOUR


def test_a_replay_waits_for_a_tick_that_is_near_or_inside_the_session() -> None:
    pacer = Pacer(17 * HOUR, 1, CALENDAR, always_open=False)
    pacer.advance(0, 17 * HOUR)
    assert pacer.advance(10, 17 * HOUR + 1_000_000) == 17 * HOUR + 10
    pacer = Pacer(11 * HOUR, 1, CALENDAR, always_open=False)
    pacer.advance(0, 15 * HOUR)
    assert pacer.advance(10, 15 * HOUR) == 11 * HOUR + 10


def test_a_market_that_is_always_open_goes_from_close_to_open() -> None:
    pacer = Pacer(16 * HOUR - 5, 1, CALENDAR, always_open=True)
    pacer.advance(0, None)
    assert pacer.advance(10, None) == 34 * HOUR


def test_market_time_never_goes_back() -> None:
    pacer = Pacer(12 * HOUR, 1, CALENDAR, always_open=False)
    assert pacer.move_to(11 * HOUR, None) == 12 * HOUR
