"""The breakers that look at every valuation, in order: add one by a file and a line here.

A measure is a function of a valuation and limits: (value, limit). What its action does, the latch
and the warning at 80 % are the same for all.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from services.risk.core.breakers.daily_loss import daily_loss
from services.risk.core.limits import Limits
from shared.events.portfolio import AccountValued

Measure = Callable[[AccountValued, Limits], tuple[Decimal, Decimal]]


class Breaker(NamedTuple):
    """One breaker: its name, the limit it is told under, what it measures, what it does."""

    name: str
    limit_name: str
    measure: Measure
    action: Callable[[Limits], str]


BREAKERS: tuple[Breaker, ...] = (
    Breaker("daily_loss", "daily_loss_max", daily_loss, lambda limits: limits.daily_loss_action),
)
