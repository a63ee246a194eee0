"""The volume that a VWAP expects in each of its bins, from the same stretch of earlier days.

One-minute bars are read at the same New York time of day as the plan's. Runs of a replay write the
same minute again and again, and some stop in the middle: of each minute the largest volume counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from services.gateway.core.problems import Problem, unprocessable
from shared.types import SECOND_US, ZERO, Algorithm, Time
from shared.volume_curve import volume_curve

NEW_YORK = ZoneInfo("America/New_York")
DAYS = 20
DAYS_BACK = 40
"""Calendar days that are looked through for DAYS days with volume."""
MINUTE_US = 60 * SECOND_US

Bar = tuple[Time, Decimal]
"""When a one-minute bar began, and its volume."""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """The plan's stretch of time on another day; `ends_at` is exclusive."""

    day: date
    starts_at: Time
    ends_at: Time


def windows(plan: Algorithm) -> list[Window]:
    """The stretch of a plan on each day before it, the newest first. Raises Problem."""
    first, last = _local(plan.starts_at), _local(Time(plan.ends_at - 1))
    if first.date() != last.date():
        raise no_curve("the plan does not lie within one day")
    if plan.ends_at - plan.starts_at < plan.bins * MINUTE_US:
        raise no_curve("its bins are shorter than the minutes that volume is kept for")
    days = (first.date() - timedelta(days=back) for back in range(1, DAYS_BACK + 1))
    return [_window(day, first, plan) for day in days if day.weekday() < 5]


def _local(time: Time) -> datetime:
    return time.moment.astimezone(NEW_YORK)


def _window(day: date, first: datetime, plan: Algorithm) -> Window:
    start = Time.of(datetime.combine(day, first.time(), NEW_YORK))
    return Window(day=day, starts_at=start, ends_at=start.plus(plan.ends_at - plan.starts_at))


def curve_of(plan: Algorithm, bars: Mapping[date, Iterable[Bar]]) -> tuple[Decimal, ...]:
    """The share of volume expected in each bin, from the bars of each day's window. Raises
    Problem where no day had any.
    """
    binned = {w.day: in_bins(bars[w.day], w, plan.bins) for w in windows(plan) if w.day in bars}
    known = {day: volumes for day, volumes in binned.items() if any(volumes)}
    if not known:
        raise no_curve(f"no volume is stored of the {DAYS_BACK} days before")
    return volume_curve(known, _local(plan.starts_at).date(), DAYS)


def in_bins(bars: Iterable[Bar], window: Window, bins: int) -> list[Decimal]:
    """The volume in each bin of a window; a bar belongs to the bin that it begins in."""
    largest: dict[Time, Decimal] = {}
    for start, volume in bars:
        if window.starts_at <= start < window.ends_at:
            largest[start] = max(volume, largest.get(start, ZERO))
    found, length = [ZERO] * bins, window.ends_at - window.starts_at
    for start, volume in largest.items():
        found[(start - window.starts_at) * bins // length] += volume
    return found


def no_curve(why: str) -> Problem:
    """A VWAP of which nobody knows how its volume spreads."""
    return unprocessable(f"vwap needs a curve: {why}; give algorithm.curve")
