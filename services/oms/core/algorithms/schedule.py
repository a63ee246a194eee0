"""The bins of a plan, and the release of a schedule: one child a bin, up to the bin's target.

Theory of operation
-------------------
The time of a plan is cut into `bins` equal stretches. A schedule says how much of the parent
should have been released once a bin has begun: a cumulative target, so that nothing is lost or
doubled when no look falls into a bin, or a child ends with leaves. What is released is the target
less what children hold or have filled, once a bin. What a child could not trade is made up with
the next bin's child, never at once: a child that the gate denies would else be sent again at each
look.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from services.oms.core.algorithms.interface import Progress
from services.oms.core.numbers import minus
from shared.types import ZERO, Algorithm, Time

Target = Callable[[Algorithm, Progress, int], Decimal]
"""The cumulative target once so many bins have begun, 1 to bins - 1. In the last it is all."""


def once_a_bin(target: Target, plan: Algorithm, progress: Progress, at: Time) -> Decimal:
    """What is missing to the target of the bin that `at` lies in; nothing if that bin released."""
    begun = bins_begun(plan, at)
    last = progress.released_at
    if last is not None and bins_begun(plan, last) >= begun:
        return ZERO
    wanted = target(plan, progress, begun) if begun < plan.bins else progress.quantity
    return minus(minus(wanted, progress.done), progress.open)


def bins_begun(plan: Algorithm, at: Time) -> int:
    """How many bins have begun: 1 to `plan.bins`, for starts_at <= at < ends_at."""
    return (at - plan.starts_at) * plan.bins // (plan.ends_at - plan.starts_at) + 1
