"""Were too many orders and replaces approved in the last second?

RTS 6 art. 15(1)(d). Any second counts, not the clock's. Cancels and exits are not counted here.
"""

from __future__ import annotations

from services.risk.core.codes import RATE_EXCEEDS_MAX_PER_SECOND
from services.risk.core.limits import Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import SECOND_US, Order, Violation


def orders_per_second(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies one more than orders_per_second_max in any second of wall time."""
    times, most = view.book.arrivals, limits.orders_per_second_max
    if len(times) < most:
        return None
    if most and times[-most] <= view.wall - SECOND_US:
        return None
    recent = sum(1 for time in times if time > view.wall - SECOND_US)
    return violation(
        RATE_EXCEEDS_MAX_PER_SECOND, order, limit=most, value=recent, projected=recent + 1
    )
