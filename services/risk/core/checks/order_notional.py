"""Is one order worth too much?

SEC 15c3-5(c)(1)(ii), RTS 6 art. 15(1)(b): no single order worth more than the limit, at its worst
price; a market order at the far side plus a buffer.
"""

from __future__ import annotations

from services.risk.core.codes import NOTIONAL_EXCEEDS_MAX_PER_ORDER
from services.risk.core.limits import Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import Order, Violation


def order_notional(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies an order worth more than order_notional_max."""
    if view.worst <= limits.order_notional_max:
        return None
    return violation(
        NOTIONAL_EXCEEDS_MAX_PER_ORDER, order, limit=limits.order_notional_max, value=view.worst
    )
