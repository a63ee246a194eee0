"""What an order costs: schedules with a minimum and a maximum for each order.

An order fills in parts, and its fee is that of all of them together: each execution carries what
the order owes so far less what was charged before. Rates: Interactive Brokers, US stocks, as
published: fixed pricing, and the first tier (up to 300,000 shares a month) of tiered pricing
without what exchanges, clearing and regulators charge on top. Where the maximum is below the
minimum, the maximum holds.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from services.venue.core.matching.terms import FeeSchedule
from shared.types import ZERO, normal


class Rates(NamedTuple):
    """per_unit: a share; order_min: an order, both in currency; value_share_max: of its value."""

    per_unit: Decimal
    order_min: Decimal
    value_share_max: Decimal


RATES = {
    FeeSchedule.IB_FIXED: Rates(Decimal("0.005"), Decimal(1), Decimal("0.01")),
    FeeSchedule.IB_TIERED: Rates(Decimal("0.0035"), Decimal("0.35"), Decimal("0.01")),
}


def order_fee(schedule: FeeSchedule, quantity: Decimal, amount: Decimal) -> Decimal:
    """The fee of an order of which `quantity` has traded for `amount` in all."""
    if schedule is FeeSchedule.ZERO:
        return ZERO
    rates = RATES[schedule]
    fee = max(rates.per_unit * quantity, rates.order_min)
    return normal(min(fee, rates.value_share_max * amount))
