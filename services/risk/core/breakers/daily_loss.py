"""The loss of the market day, marked to market: realised and unrealised, flows apart.

loss = equity at the start of the day + net flows since - equity now. Percentages are of the
flow-adjusted base. Where both limits are set, the smaller one counts.
"""

from __future__ import annotations

from decimal import Decimal

from services.risk.core.limits import HUNDRED, UNLIMITED, Limits
from shared.events.portfolio import AccountValued
from shared.types import normal


def daily_loss(valued: AccountValued, limits: Limits) -> tuple[Decimal, Decimal]:
    """(loss, limit) in the account's currency; the limit is infinite where none is set."""
    base = valued.day_start_equity + valued.day_flows
    return normal(base - valued.equity), normal(_limit(base, limits))


def _limit(base: Decimal, limits: Limits) -> Decimal:
    if limits.daily_loss_pct_max == UNLIMITED:
        return limits.daily_loss_max
    share = max(base, Decimal(0)) * limits.daily_loss_pct_max / HUNDRED
    return min(limits.daily_loss_max, share)
