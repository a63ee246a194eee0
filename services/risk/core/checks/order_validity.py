"""Is it an order that can be traded: type, time in force, quantity on the lot, price on the tick?

RTS 6: order attribution and validity. This also is the last guard against numbers that are none.
"""

from __future__ import annotations

from decimal import Decimal

from services.risk.core.codes import (
    ORDER_FEATURE_UNSUPPORTED,
    ORDER_PRICE_INVALID,
    ORDER_PRICE_MISSING,
    ORDER_PRICE_OFF_TICK,
    ORDER_PRICE_UNEXPECTED,
    ORDER_QUANTITY_INVALID,
    ORDER_QUANTITY_OFF_LOT,
    ORDER_TIME_IN_FORCE_UNSUPPORTED,
    ORDER_TYPE_UNSUPPORTED,
    ORDER_WOULD_NOT_REDUCE,
)
from services.risk.core.limits import Limits
from services.risk.core.view import NO_REFERENCE, PRICE_DIGITS, QUANTITY_DIGITS, View, is_positive
from services.risk.core.violations import violation
from shared.types import Order, OrderType, TimeInForce, Violation

TYPES = frozenset({OrderType.MARKET, OrderType.LIMIT})
TIMES_IN_FORCE = frozenset({TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC})
SIMPLE = "simple"
UNSUPPORTED = (
    "stop_price",
    "trail_price",
    "trail_percent",
    "notional",
    "extended_hours",
    "post_only",
    "display_quantity",
    "expires_at",
)


def order_validity(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies the first thing about the order that cannot be."""
    kind, price, reference = order.type, order.limit_price, view.reference
    if kind not in TYPES:
        return violation(ORDER_TYPE_UNSUPPORTED, order, value=kind.value)
    if order.time_in_force not in TIMES_IN_FORCE:
        return violation(ORDER_TIME_IN_FORCE_UNSUPPORTED, order, value=order.time_in_force.value)
    if not view.is_sound:
        return _unsound(order)
    if reference is NO_REFERENCE:
        return None
    instrument = reference.instrument
    if order.quantity % instrument.lot:
        return violation(ORDER_QUANTITY_OFF_LOT, order, limit=instrument.lot, value=order.quantity)
    if price is None:
        if kind is OrderType.LIMIT:
            return violation(ORDER_PRICE_MISSING, order)
    elif kind is OrderType.MARKET:
        message = "market orders require no stop or limit price"
        return violation(ORDER_PRICE_UNEXPECTED, order, value=price, message=message)
    elif price % instrument.tick:
        return _off_tick(order, instrument.tick)
    return _features(order, view)


def _unsound(order: Order) -> Violation | None:
    if not is_positive(order.quantity, QUANTITY_DIGITS):
        most = f"1E{QUANTITY_DIGITS}"
        return violation(ORDER_QUANTITY_INVALID, order, limit=most, value=order.quantity)
    if order.limit_price is not None and not is_positive(order.limit_price, PRICE_DIGITS):
        message, most = "limit price must be > 0", f"1E{PRICE_DIGITS}"
        return violation(
            ORDER_PRICE_INVALID, order, limit=most, value=order.limit_price, message=message
        )
    return None


def _off_tick(order: Order, tick: Decimal) -> Violation:
    message = (
        f"invalid limit_price {order.limit_price}."
        " sub-penny increment does not fulfill minimum pricing criteria"
    )
    return violation(
        ORDER_PRICE_OFF_TICK, order, limit=tick, value=order.limit_price, message=message
    )


def _features(order: Order, view: View) -> Violation | None:
    if order.order_class != SIMPLE or order.parent_id is not None:
        return violation(ORDER_FEATURE_UNSUPPORTED, order, value=order.order_class)
    if order.reduce_only and not view.is_exit:
        return violation(ORDER_WOULD_NOT_REDUCE, order, limit=view.held, value=order.quantity)
    for name in UNSUPPORTED:
        if getattr(order, name):
            return violation(ORDER_FEATURE_UNSUPPORTED, order, value=name)
    return None
