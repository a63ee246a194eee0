"""Plans with sensible values, and a parent whose children all trade at once."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from services.oms.core.algorithms.interface import Progress, begun, with_release
from services.oms.core.algorithms.table import due
from services.oms.core.algorithms.tape import Tape, blank
from shared.types import Algorithm, Time

START = Time.parse("2013-10-09T13:30:00Z")
SECOND_US = 1_000_000
MINUTE_US = 60_000_000


def plan(name: str = "twap", minutes: int = 100, **fields: Any) -> Algorithm:
    """A plan of that many minutes from the opening on, ten bins unless told otherwise."""
    values = {"starts_at": START, "ends_at": START.plus(minutes * MINUTE_US), **fields}
    return Algorithm(name=name, **values)


def minute(number: float) -> Time:
    """The time that many minutes after the opening."""
    return START.plus(round(number * MINUTE_US))


def progress(quantity: Any = 1000, done: Any = 0, open: Any = 0, lot: Any = 1) -> Progress:
    """A parent of which nothing was released by the algorithm yet, whatever is done or open."""
    fresh = begun(Decimal(quantity), Decimal(lot))
    return msgspec.structs.replace(fresh, done=Decimal(done), open=Decimal(open))


def filled(state: Progress, quantity: Decimal | None = None) -> Progress:
    """Some of what is open is filled, all of it by default."""
    amount = state.open if quantity is None else quantity
    return msgspec.structs.replace(state, done=state.done + amount, open=state.open - amount)


def ended(state: Progress) -> Progress:
    """What is open ends unfilled: denied, rejected, canceled or expired."""
    return msgspec.structs.replace(state, open=Decimal(0))


def released(
    plan: Algorithm, state: Progress, times: Iterable[Time], tape: Tape | None = None
) -> list[Decimal]:
    """What is released at each of the times, where every child is filled at once."""
    found = []
    for at in times:
        quantity = due(plan, state, tape or blank(plan), at)
        found.append(quantity)
        if quantity:
            state = filled(with_release(state, quantity, at))
    return found
