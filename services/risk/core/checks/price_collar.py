"""Does a limit price cross the far side by too much?

RTS 6 art. 15(1)(a), FIA price tolerance. It acts on the aggressive side only: a passive limit may
be as far away as its owner likes.
"""

from __future__ import annotations

from services.risk.core.codes import PRICE_OUTSIDE_COLLAR
from services.risk.core.limits import Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import Order, Violation


def price_collar(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies a buy above the ask, or a sell below the bid, by more than price_collar_pct."""
    price, reference = order.limit_price, view.reference
    if price is None:
        return None
    if view.is_buy:
        if price <= reference.ask or price <= reference.ask * limits.collar_up:
            return None
        side, edge = reference.ask, reference.ask * limits.collar_up
    else:
        if price >= reference.bid or price >= reference.bid * limits.collar_down:
            return None
        side, edge = reference.bid, reference.bid * limits.collar_down
    return violation(PRICE_OUTSIDE_COLLAR, order, limit=edge, value=price, projected=side)
