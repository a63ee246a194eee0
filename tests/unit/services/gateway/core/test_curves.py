"""The curve of a VWAP, from bars written by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from services.gateway.core.curves import Window, curve_of, in_bins, windows
from services.gateway.core.problems import Problem
from shared.types import Algorithm, Time

MINUTE = 60_000_000


def at(text: str) -> Time:
    return Time.parse(text)


def plan(starts_at: str, ends_at: str, bins: int = 2) -> Algorithm:
    return Algorithm(name="vwap", starts_at=at(starts_at), ends_at=at(ends_at), bins=bins)


# Noon to 12:04 in New York: 16:00 in October, 17:00 in November, when clocks have been put back.
OCTOBER = plan("2013-10-09T16:00:00Z", "2013-10-09T16:04:00Z")
DAY_BEFORE = Window(
    day=date(2013, 10, 8), starts_at=at("2013-10-08T16:00:00Z"), ends_at=at("2013-10-08T16:04:00Z")
)


def bars(start: Time, *volumes: int) -> list[tuple[Time, Decimal]]:
    return [(start.plus(n * MINUTE), Decimal(volume)) for n, volume in enumerate(volumes)]


def test_the_same_time_of_each_weekday_before_is_looked_at_never_the_day_itself() -> None:
    found = windows(OCTOBER)
    assert found[0] == DAY_BEFORE
    assert [one.day.day for one in found[:4]] == [8, 7, 4, 3]
    assert len(found) == 28  # of 40 days before a Wednesday, six week-ends are none


def test_the_time_of_day_is_new_yorks_on_both_sides_of_the_change_of_clocks() -> None:
    found = windows(plan("2013-11-04T17:00:00Z", "2013-11-04T17:04:00Z"))
    assert found[0].starts_at == at("2013-11-01T16:00:00Z")


def test_a_bar_belongs_to_the_bin_that_it_begins_in() -> None:
    inside = bars(DAY_BEFORE.starts_at, 100, 50, 30, 20, 999)
    before = (DAY_BEFORE.starts_at.plus(-MINUTE), Decimal(999))
    assert in_bins([before, *inside], DAY_BEFORE, 2) == [Decimal(150), Decimal(50)]


def test_of_a_minute_that_several_runs_wrote_the_largest_counts() -> None:
    start = DAY_BEFORE.starts_at
    twice = [*bars(start, 100, 50, 30, 20), *bars(start, 60, 50, 30)]
    assert in_bins(twice, DAY_BEFORE, 2) == [Decimal(150), Decimal(50)]


def test_the_curve_is_the_mean_of_the_days_shares() -> None:
    two_before = at("2013-10-07T16:00:00Z")
    stored = {
        date(2013, 10, 8): bars(DAY_BEFORE.starts_at, 100, 50, 30, 20),  # 0.75, 0.25
        date(2013, 10, 7): bars(two_before, 1, 0, 2, 1),  # 0.25, 0.75
        date(2013, 10, 4): [],
    }
    assert curve_of(OCTOBER, stored) == (Decimal("0.5"), Decimal("0.5"))


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (OCTOBER, "no volume is stored of the 40 days before"),
        (plan("2013-10-09T19:00:00Z", "2013-10-10T15:00:00Z"), "does not lie within one day"),
        (plan("2013-10-09T16:00:00Z", "2013-10-09T16:01:59Z"), "bins are shorter than the minutes"),
    ],
)
def test_without_history_there_is_no_curve(asked: Algorithm, text: str) -> None:
    with pytest.raises(Problem) as refused:
        curve_of(asked, {})
    assert refused.value.status == 422
    assert refused.value.message.startswith("vwap needs a curve: ")
    assert text in refused.value.message


def test_a_plan_may_end_at_midnight() -> None:
    assert windows(plan("2013-10-09T19:00:00Z", "2013-10-10T04:00:00Z"))
