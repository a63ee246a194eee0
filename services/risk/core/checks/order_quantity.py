"""Is one order too many units?

SEC 15c3-5(c)(1)(ii), RTS 6 art. 15(1)(c): the hard maximum of an order's volume.
"""

from __future__ import annotations

from services.risk.core.codes import QUANTITY_EXCEEDS_MAX_PER_ORDER
from services.risk.core.limits import Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import Order, Violation


def order_quantity(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies an order of more than order_quantity_max."""
    if order.quantity <= limits.order_quantity_max:
        return None
    return violation(
        QUANTITY_EXCEEDS_MAX_PER_ORDER,
        order,
        limit=limits.order_quantity_max,
        value=order.quantity,
    )
