"""Is it an order that can be traded: a quantity, and the prices its type takes, on the tick?

RTS 6: order attribution and validity. This also is the last guard against numbers that are none.
"""

from __future__ import annotations

from services.risk.core import prices
from services.risk.core.codes import ORDER_QUANTITY_INVALID
from services.risk.core.limits import Limits
from services.risk.core.prices import is_positive
from services.risk.core.view import NO_REFERENCE, QUANTITY_DIGITS, View
from services.risk.core.violations import violation
from shared.types import Order, Violation


def order_validity(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies the first thing about quantity and prices that cannot be."""
    is_by_notional = order.notional is not None and not order.quantity
    if not is_positive(order.quantity, QUANTITY_DIGITS) and not is_by_notional:
        most = f"1E{QUANTITY_DIGITS}"
        return violation(ORDER_QUANTITY_INVALID, order, limit=most, value=order.quantity)
    reference = view.reference
    return prices.fault(order, order, None if reference is NO_REFERENCE else reference.tick, "")
