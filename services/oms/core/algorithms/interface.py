"""What an algorithm is told of its parent, and the arithmetic that all of them share."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from math import floor

import msgspec

from services.oms.core.algorithms.tape import Tape, minute_of
from services.oms.core.numbers import minus, plus, times
from shared.types import ZERO, Algorithm, Time


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a parent has come. All but the times in units of the instrument.

    quantity: of the parent; done: filled by its children; open: leaves of its live children, one
    that still waits for the gate or the venue included; lot: the smallest step;
    released_at: market time of the last release, None before the first;
    released_in_minute: what was released in the minute of `released_at`, whatever became of it.
    """

    quantity: Decimal
    done: Decimal
    open: Decimal
    lot: Decimal
    released_at: Time | None
    released_in_minute: Decimal


Work = Callable[[Algorithm, Progress, Tape, Time], Decimal]
"""An algorithm: what it wants to release now. `table.due` bounds it and cuts it to whole lots."""


def begun(quantity: Decimal, lot: Decimal) -> Progress:
    """A parent of which nothing has been released."""
    return Progress(
        quantity=quantity,
        done=ZERO,
        open=ZERO,
        lot=lot,
        released_at=None,
        released_in_minute=ZERO,
    )


def left(progress: Progress) -> Decimal:
    """What no child has taken up; below zero if children were filled with too much."""
    return minus(minus(progress.quantity, progress.done), progress.open)


def released_this_minute(progress: Progress, at: Time) -> Decimal:
    """What was released in the minute of market time that `at` lies in."""
    last = progress.released_at
    if last is None or minute_of(last) != minute_of(at):
        return ZERO
    return progress.released_in_minute


def with_release(progress: Progress, quantity: Decimal, at: Time) -> Progress:
    """The progress after a child of that quantity was released."""
    return msgspec.structs.replace(
        progress,
        open=plus(progress.open, quantity),
        released_at=at,
        released_in_minute=plus(released_this_minute(progress, at), quantity),
    )


def share(quantity: Decimal, part: Decimal, whole: Decimal, lot: Decimal) -> Decimal:
    """quantity * part / whole, rounded down to whole lots; exact. `whole` and `lot` above zero."""
    steps = Fraction(quantity) * Fraction(part) / (Fraction(whole) * Fraction(lot))
    return times(Decimal(floor(steps)), lot)
