"""Do the features of an order go with its type: reduce-only, post-only, iceberg, extended hours?

RTS 6: order validity; reduce-only must truly reduce.
"""

from __future__ import annotations

from services.risk.core.codes import (
    ORDER_DISPLAY_QUANTITY_INVALID,
    ORDER_FEATURE_UNSUPPORTED,
    ORDER_WOULD_NOT_REDUCE,
)
from services.risk.core.limits import Limits
from services.risk.core.prices import is_positive
from services.risk.core.view import QUANTITY_DIGITS, View
from services.risk.core.violations import violation
from shared.types import Order, OrderType, TimeInForce, Violation

AT_ONCE = frozenset({TimeInForce.IOC, TimeInForce.FOK})
EXTENDED = frozenset({TimeInForce.DAY, TimeInForce.GTC})


def feature_validity(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies the first feature that the rest of the order does not allow."""
    is_limit = order.type is OrderType.LIMIT
    if order.reduce_only and not view.is_exit:
        return violation(ORDER_WOULD_NOT_REDUCE, order, limit=view.held, value=order.quantity)
    is_extended = is_limit and (order.time_in_force in EXTENDED or order.parent_id is not None)
    if order.extended_hours and not is_extended:
        return _feature(order, "extended_hours", "extended hours orders are limit and day or gtc")
    if order.post_only and (not is_limit or order.time_in_force in AT_ONCE):
        return _feature(order, "post_only", "post-only orders are limit orders that may rest")
    return None if order.display_quantity is None else _display(order, view)


def _display(order: Order, view: View) -> Violation | None:
    shown, lot = order.display_quantity, view.reference.instrument.lot
    if order.type is not OrderType.LIMIT:
        return _feature(order, "display_quantity", "only limit orders take display_quantity")
    if shown is not None and is_positive(shown, QUANTITY_DIGITS) and shown <= order.quantity:
        if not shown % lot:
            return None
        text = f"display_quantity is no multiple of the lot of {lot:f}"
    else:
        text = "display_quantity must be > 0 and at most the quantity"
    return violation(
        ORDER_DISPLAY_QUANTITY_INVALID, order, limit=order.quantity, value=shown, message=text
    )


def _feature(order: Order, name: str, text: str) -> Violation:
    return violation(ORDER_FEATURE_UNSUPPORTED, order, value=name, message=text)
