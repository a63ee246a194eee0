"""Does a limit price cross the far side by too much?

RTS 6 art. 15(1)(a), FIA price tolerance. It acts on the aggressive side only: a passive limit may
be as far away as its owner likes. A limit that waits for another price is held against that one.
"""

from __future__ import annotations

from services.risk.core.codes import PRICE_OUTSIDE_COLLAR
from services.risk.core.limits import Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import Order, Violation


def price_collar(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies a buy above the ask, or a sell below the bid, by more than price_collar_pct; of a
    stop limit or limit-if-touched, the same beyond its stop price.
    """
    price, waits_for = order.limit_price, order.stop_price
    if price is None:
        return None
    if view.is_buy:
        side = view.reference.ask if waits_for is None else waits_for
        edge = side * limits.collar_up
        if price <= side or price <= edge:
            return None
    else:
        side = view.reference.bid if waits_for is None else waits_for
        edge = side * limits.collar_down
        if price >= side or price >= edge:
            return None
    return violation(PRICE_OUTSIDE_COLLAR, order, limit=edge, value=price, projected=side)
