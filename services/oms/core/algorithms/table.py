"""The algorithms by name, and what holds for all of them."""

from __future__ import annotations

from decimal import Decimal

from services.oms.core.algorithms.interface import Progress, Work, left, share
from services.oms.core.algorithms.pov import minute_ends_at, pov
from services.oms.core.algorithms.tape import Tape
from services.oms.core.algorithms.twap import twap
from services.oms.core.algorithms.vwap import vwap
from shared.types import ZERO, Algorithm, Time

ALGORITHMS: dict[str, Work] = {"twap": twap, "vwap": vwap, "pov": pov}


def due(plan: Algorithm, progress: Progress, tape: Tape, at: Time) -> Decimal:
    """The quantity of the next child, to be released at market time `at`; 0 for none.

    Whole lots; only for starts_at <= at < ends_at; done + open + due is at most the quantity.
    """
    if not plan.starts_at <= at < plan.ends_at:
        return ZERO
    wanted = ALGORITHMS[plan.name](plan, progress, tape, at)
    bounded = max(min(wanted, left(progress)), ZERO)
    return share(bounded, Decimal(1), Decimal(1), progress.lot)


def child_expires_at(plan: Algorithm, at: Time) -> Time | None:
    """When a child that is released at `at` has to end by itself; None for never."""
    return minute_ends_at(plan, at) if plan.name == "pov" else None
