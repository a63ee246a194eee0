"""May the order be given as money, and does that buy anything?

Orders by notional are market orders for the day in instruments of which parts are traded; the gate
sets their quantity (`core/sizing.py`).
"""

from __future__ import annotations

from services.risk.core.codes import ORDER_NOTIONAL_INVALID
from services.risk.core.limits import Limits
from services.risk.core.sizing import FRACTION, is_notional, quantity_of
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import Order, OrderClass, OrderType, TimeInForce, Violation


def notional_validity(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies an order by notional that is of another kind, has a quantity of its own, or is worth
    less than the smallest part of a unit.
    """
    notional = order.notional
    if notional is None:
        return None
    text = _fault(order, view) or (
        "" if is_notional(notional) else "notional must be > 0, in whole cents, below 1E12"
    )
    if not text:
        quantity = quantity_of(notional, view.reference.market_worst)
        if not order.quantity:
            text = f"notional buys less than {FRACTION:f} of a unit, or there is no price"
        elif order.quantity != quantity:
            text = "an order has a quantity or a notional, not both"
    return violation(ORDER_NOTIONAL_INVALID, order, value=notional, message=text) if text else None


def _fault(order: Order, view: View) -> str:
    """What about the rest of the order does not go with a notional."""
    if view.replaced is not None:
        return "an order by notional is not replaced"
    if not view.reference.instrument.fractionable:
        return f"{order.symbol} is not traded in parts"
    if order.type is not OrderType.MARKET or order.time_in_force is not TimeInForce.DAY:
        return "orders by notional are market and day"
    if order.order_class is not OrderClass.SIMPLE or order.algorithm is not None:
        return "orders by notional are simple"
    return ""
