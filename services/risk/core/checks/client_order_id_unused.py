"""Did the account use this client_order_id before?

SEC 15c3-5(c)(1)(ii), duplicate orders. Unique for ever among orders not denied: a denial leaves
the id free, and a refused duplicate touches nothing of the order that has it.
"""

from __future__ import annotations

from services.risk.core.codes import CLIENT_ORDER_ID_TEXT, CLIENT_ORDER_ID_USED
from services.risk.core.limits import Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import Order, Violation


def client_order_id_unused(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies an order whose client_order_id, or that of a new leg, is used up or empty."""
    legs = order.legs if view.replaced is None else ()
    for name in (order.client_order_id, *(leg.client_order_id for leg in legs)):
        if not name or view.state.client_ids.get(order.account_id, name) is not None:
            return violation(CLIENT_ORDER_ID_USED, order, value=name, message=CLIENT_ORDER_ID_TEXT)
    return None
