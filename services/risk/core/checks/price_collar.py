"""Does a limit price cross the far side by too much?

RTS 6 art. 15(1)(a), FIA price tolerance. It acts on the aggressive side only: a passive limit may
be as far away as its owner likes. A limit that waits for another price is held against that one.
"""

from __future__ import annotations

from decimal import Decimal

from services.risk.core.codes import PRICE_OUTSIDE_COLLAR
from services.risk.core.groups import exit_side
from services.risk.core.limits import Limits
from services.risk.core.prices import are_sound
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import Leg, Order, Side, Violation


def price_collar(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies a buy above the ask, or a sell below the bid, by more than price_collar_pct; of a
    stop limit or limit-if-touched (a leg, too), the same beyond its stop price.
    """
    ask, bid = view.reference.ask, view.reference.bid
    found = _beyond(order, order, view.is_buy, ask if view.is_buy else bid, limits)
    if found is not None or view.replaced is not None:
        return found
    is_buy = exit_side(order) is Side.BUY if order.legs else False
    for leg in order.legs:
        if leg.stop_price is not None and are_sound(leg):
            found = found or _beyond(order, leg, is_buy, leg.stop_price, limits)
    return found


def _beyond(
    order: Order, priced: Order | Leg, is_buy: bool, far_side: Decimal, limits: Limits
) -> Violation | None:
    price = priced.limit_price
    side = far_side if priced.stop_price is None else priced.stop_price
    if price is None:
        return None
    edge = side * (limits.collar_up if is_buy else limits.collar_down)
    if price <= max(side, edge) if is_buy else price >= min(side, edge):
        return None
    return violation(PRICE_OUTSIDE_COLLAR, order, limit=edge, value=price, projected=side)
