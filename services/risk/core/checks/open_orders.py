"""Are too many orders open?

RTS 6: a maximum of orders that have not ended, per account.
"""

from __future__ import annotations

from services.risk.core.codes import OPEN_ORDERS_EXCEED_MAX
from services.risk.core.groups import is_entry
from services.risk.core.limits import Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import Order, Violation


def open_orders(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies one more than open_orders_max; a replace adds none, an order with exits two."""
    new = 2 if is_entry(order) else 1
    after = view.book.open_count + (new if view.replaced is None else 0)
    if after <= limits.open_orders_max:
        return None
    return violation(
        OPEN_ORDERS_EXCEED_MAX,
        order,
        limit=limits.open_orders_max,
        value=view.book.open_count,
        projected=after,
    )
