"""Is there a whole valuation of the account, not older than its limit?

State caught up (design section 4): every tick of the clock brings one.
"""

from __future__ import annotations

from services.risk.core.codes import VALUATION_INCOMPLETE, VALUATION_MISSING, VALUATION_STALE
from services.risk.core.limits import Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import Order, Violation


def valuation_age(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies where the last AccountValued is missing, old, or lacks a price."""
    valued = view.valued
    if valued is None:
        return violation(VALUATION_MISSING, order)
    age_us = view.wall - valued.at
    if age_us > limits.valuation_age_us:
        return violation(
            VALUATION_STALE, order, limit=limits.valuation_age_us // 1000, value=age_us // 1000
        )
    return None if valued.complete else violation(VALUATION_INCOMPLETE, order)
