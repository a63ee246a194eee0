"""Participation (percentage of volume): a share of what the market trades, minute by minute.

In each minute no more is released than rate * the volume traded in it so far, and children end
with their minute (FIX ParticipationRate, tag 849). So what is filled in a minute is never more
than rate * what the market has traded in it by then. There is no catching up: what a minute did
not fill is left to later volume, and the parent may end unfilled (Kissell and Glantz, Optimal
Trading Strategies, 2003).
"""

from __future__ import annotations

from decimal import Decimal

from services.oms.core.algorithms.interface import Progress, released_this_minute
from services.oms.core.algorithms.tape import MINUTE_US, Tape, minute_of
from services.oms.core.numbers import minus, times
from shared.types import ZERO, Algorithm, Time


def pov(plan: Algorithm, progress: Progress, tape: Tape, at: Time) -> Decimal:
    """rate * the volume of this minute, less what was released in it."""
    if plan.rate is None or tape.minute != minute_of(at):
        return ZERO
    return minus(times(plan.rate, tape.volume), released_this_minute(progress, at))


def minute_ends_at(plan: Algorithm, at: Time) -> Time:
    """When a child released at `at` has to end: with its minute, and not after the plan."""
    return min(minute_of(at).plus(MINUTE_US), plan.ends_at)
