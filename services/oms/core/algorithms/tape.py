"""What the market has traded: a fold of trade prints, minute by minute of market time."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from services.oms.core.numbers import plus
from shared.types import SECOND_US, ZERO, Algorithm, Time

MINUTE_US = 60 * SECOND_US


class Tape(msgspec.Struct, frozen=True, kw_only=True):
    """What the market has traded while the plan ran, as far as the algorithm may look.

    minute: the market time at which the minute of the latest print began; volume: traded in that
    minute so far; total: traded since `starts_at`. Both in units of the instrument.
    """

    minute: Time
    volume: Decimal = ZERO
    total: Decimal = ZERO


def minute_of(at: Time) -> Time:
    """The beginning of the minute that a time lies in."""
    return Time(at - at % MINUTE_US)


def blank(plan: Algorithm) -> Tape:
    """The tape of a plan for which no print has been seen."""
    return Tape(minute=minute_of(plan.starts_at))


def traded(tape: Tape, plan: Algorithm, prints: Iterable[tuple[Time, Decimal]]) -> Tape:
    """The tape after trade prints (market time, size) in their order.

    Prints outside starts_at <= time < ends_at are not the plan's. One of an earlier minute than
    the tape's came late: it counts in the total only, so that no minute is ever found larger than
    it was.
    """
    minute, volume, total = tape.minute, tape.volume, tape.total
    for time, size in prints:
        if not plan.starts_at <= time < plan.ends_at:
            continue
        total = plus(total, size)
        began = minute_of(time)
        if began > minute:
            minute, volume = began, ZERO
        if began == minute:
            volume = plus(volume, size)
    return Tape(minute=minute, volume=volume, total=total)
