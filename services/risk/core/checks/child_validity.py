"""Is a child of an algorithm one: of a live order, like it, and no more than that has left?

SEC 34-70694 (Knight, 2012): no more in children than the parent was approved for.
"""

from __future__ import annotations

from services.risk.core.children import is_like, left, parent_of
from services.risk.core.codes import (
    ORDER_CHILD_EXCEEDS_PARENT,
    ORDER_CHILD_OF_NONE,
    ORDER_CHILD_UNLIKE_PARENT,
)
from services.risk.core.limits import Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import Order, OrderClass, Violation


def child_validity(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies an order with a parent that is not live and worked by an algorithm, that is of another
    account, symbol, side or strategy, or that has less left.
    """
    if order.parent_id is None or view.replaced is not None:
        return None
    parent = parent_of(order, view.state)
    if parent is None:
        return violation(ORDER_CHILD_OF_NONE, order, value=order.parent_id)
    is_single = order.algorithm is None and order.order_class is OrderClass.SIMPLE
    if not is_like(order, parent) or not is_single or order.legs:
        return violation(ORDER_CHILD_UNLIKE_PARENT, order, value=order.parent_id)
    if order.quantity <= left(parent):
        return None
    return violation(ORDER_CHILD_EXCEEDS_PARENT, order, limit=left(parent), value=order.quantity)
