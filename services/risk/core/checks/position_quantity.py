"""Would the position have too many units, working orders filled?

FIA, maximum intraday position, per symbol.
"""

from __future__ import annotations

from services.risk.core.codes import POSITION_EXCEEDS_QUANTITY_MAX
from services.risk.core.limits import Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import Order, Violation


def position_quantity(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies what could take the position beyond position_quantity_max."""
    held = view.held if view.is_buy else -view.held
    after = held + view.open_same + view.quantity
    if after <= limits.position_quantity_max:
        return None
    return violation(
        POSITION_EXCEEDS_QUANTITY_MAX,
        order,
        scope=f"symbol:{order.account_id}:{order.symbol}",
        limit=limits.position_quantity_max,
        value=view.held,
        projected=after if view.is_buy else -after,
    )
