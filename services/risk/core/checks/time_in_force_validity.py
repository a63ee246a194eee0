"""Does the time in force go with the type, and is its end known and still to come?

RTS 6: order validity. An order that waits for a price cannot end at once or at an auction.
"""

from __future__ import annotations

from services.risk.core.codes import ORDER_EXPIRY_INVALID, ORDER_TIME_IN_FORCE_UNSUPPORTED
from services.risk.core.limits import Limits
from services.risk.core.prices import WAITING
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import Order, Time, TimeInForce, Violation

RESTING = frozenset({TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD})


def time_in_force_validity(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies a waiting order that may not rest, and an `expires_at` that is missing, past (market
    time) or of no use.
    """
    force, expires_at = order.time_in_force, order.expires_at
    if order.type in WAITING and force not in RESTING:
        text = f"{order.type} orders are day, gtc or gtd"
        return violation(ORDER_TIME_IN_FORCE_UNSUPPORTED, order, value=force.value, message=text)
    if force is not TimeInForce.GTD:
        if expires_at is None:
            return None
        return _expiry(order, f"only gtd orders take expires_at, not {force}")
    if expires_at is None:
        return _expiry(order, "gtd orders need expires_at")
    if expires_at <= view.market:
        return _expiry(order, "expires_at is not after the market time", view.market)
    return None


def _expiry(order: Order, text: str, limit: Time | None = None) -> Violation:
    return violation(ORDER_EXPIRY_INVALID, order, limit=limit, value=order.expires_at, message=text)
