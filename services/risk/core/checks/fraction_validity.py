"""May the order be for a part of a lot?

Parts are traded in fractionable instruments only, by simple market or limit orders for the day.
"""

from __future__ import annotations

from services.risk.core.codes import ORDER_FRACTION_UNSUPPORTED, ORDER_QUANTITY_OFF_LOT
from services.risk.core.limits import Limits
from services.risk.core.sizing import FRACTION
from services.risk.core.view import NO_REFERENCE, View
from services.risk.core.violations import violation
from shared.types import Order, OrderClass, OrderType, TimeInForce, Violation

TYPES = frozenset({OrderType.MARKET, OrderType.LIMIT})


def fraction_validity(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies a quantity that is no multiple of the lot, unless parts may be traded like that. (Of
    a quantity that the gate has set itself, `notional_validity` says the same.)
    """
    instrument, quantity = view.reference.instrument, order.quantity
    is_ours = order.notional is not None
    if is_ours or view.reference is NO_REFERENCE or not quantity % instrument.lot:
        return None
    if not instrument.fractionable:
        return violation(ORDER_QUANTITY_OFF_LOT, order, limit=instrument.lot, value=quantity)
    if quantity % FRACTION:
        return violation(ORDER_QUANTITY_OFF_LOT, order, limit=FRACTION, value=quantity)
    is_simple = order.order_class is OrderClass.SIMPLE and order.algorithm is None
    if is_simple and order.type in TYPES and order.time_in_force is TimeInForce.DAY:
        return None
    return violation(ORDER_FRACTION_UNSUPPORTED, order, limit=instrument.lot, value=quantity)
