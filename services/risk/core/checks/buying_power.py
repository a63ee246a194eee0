"""Can the account pay for the order, with everything that works filled at its worst?

SEC 15c3-5(c)(1)(i), RTS 6 art. 15(2). Cash accounts: cash less what open buys and withdrawals will
take. Margin: multiplier times equity less gross exposure, working orders in it; equity is our own
book at the prices of the last valuation.
"""

from __future__ import annotations

from decimal import Decimal

from services.risk.core.codes import BUYING_POWER_INSUFFICIENT, BUYING_POWER_TEXT
from services.risk.core.limits import Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import ZERO, Order, Violation


def buying_power(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies an order that costs more than the buying power; one that costs nothing passes."""
    cost = view.added
    if not view.book.is_cash and view.book.has_room(cost):
        return None
    power = view.book.buying_power
    if view.book.is_cash:
        cost = _cash_cost(view)
    if cost <= power or cost <= 0:
        return None
    return violation(
        BUYING_POWER_INSUFFICIENT,
        order,
        limit=power,
        value=cost,
        projected=power - cost,
        message=BUYING_POWER_TEXT,
    )


def _cash_cost(view: View) -> Decimal:
    """What the order may take out of a cash account, beyond what the one it replaces may."""
    if not view.is_buy:
        return ZERO
    return view.worst + view.open_notional - view.holding.buy_notional
