"""Would the position be worth too much, working orders filled at their worst price?

FIA, maximum intraday position, per symbol.
"""

from __future__ import annotations

from services.risk.core.codes import POSITION_EXCEEDS_NOTIONAL_MAX
from services.risk.core.limits import UNLIMITED, Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import ZERO, Order, Violation


def position_notional(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies what could take the position's worth beyond position_notional_max."""
    if limits.position_notional_max == UNLIMITED:
        return None
    held = max(view.held if view.is_buy else -view.held, ZERO)
    price = view.reference.ask * view.holding.multiplier
    after = held * price + view.open_notional + view.worst
    if after <= limits.position_notional_max:
        return None
    return violation(
        POSITION_EXCEEDS_NOTIONAL_MAX,
        order,
        scope=f"symbol:{order.account_id}:{order.symbol}",
        limit=limits.position_notional_max,
        value=held * price,
        projected=after,
    )
