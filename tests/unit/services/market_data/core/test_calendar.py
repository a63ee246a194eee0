"""Sessions of the New York Stock Exchange, against its published hours."""

from __future__ import annotations

import pytest

from services.market_data.adapters.calendar import nyse
from services.market_data.core.calendar import Calendar, Session
from shared.types import Time

DAY = 86_400_000_000
THREE = Calendar([Session("a", 10, 20), Session("b", 30, 40), Session("c", 50, 60)])


def test_a_moment_belongs_to_the_open_session_or_the_next() -> None:
    assert [THREE.current(t).date for t in (0, 10, 19, 20, 25)] == ["a", "a", "a", "b", "b"]
    assert [THREE.is_open(t) for t in (9, 10, 19, 20)] == [False, True, True, False]


def test_next_opening_and_close_are_after_the_moment() -> None:
    assert [THREE.next_open(t) for t in (0, 10, 20)] == [10, 30, 30]
    assert [THREE.next_close(t) for t in (0, 10, 20)] == [20, 20, 40]


def test_boundaries_are_told_once() -> None:
    assert THREE.boundaries(5, 40) == [10, 20, 30, 40]
    assert THREE.boundaries(10, 20) == [20]
    assert THREE.boundaries(21, 29) == []


def test_the_last_finished_session_is_over() -> None:
    assert THREE.last_finished(20).date == "a"
    assert THREE.last_finished(45).date == "b"
    with pytest.raises(ValueError):
        THREE.last_finished(15)
    with pytest.raises(ValueError):
        THREE.current(60)


def test_nyse_was_open_from_half_past_nine_to_four_and_closed_early_before_christmas() -> None:
    calendar = nyse([Time.parse("2015-12-23T15:00:00Z")])
    noon = int(Time.parse("2015-12-23T17:00:00Z"))
    session = calendar.current(noon)
    assert str(Time(session.open_us)) == "2015-12-23T14:30:00Z"
    assert str(Time(session.close_us)) == "2015-12-23T21:00:00Z"
    assert str(Time(calendar.current(noon + DAY).close_us)) == "2015-12-24T18:00:00Z"
    assert calendar.current(noon + 2 * DAY).date == "2015-12-28"
