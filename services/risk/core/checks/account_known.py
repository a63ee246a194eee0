"""Is there an account, and do order, command and account name the same owner?

SEC 15c3-5(b): access only for accounts under the firm's own control.
"""

from __future__ import annotations

from services.risk.core.codes import ACCOUNT_MISMATCH, ACCOUNT_UNKNOWN
from services.risk.core.limits import Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import Order, Violation


def account_known(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies an order of an unknown account, or of another firm than the account's."""
    row = view.book.row
    if row is None:
        return violation(ACCOUNT_UNKNOWN, order, value=order.account_id)
    if row.firm_id != order.firm_id:
        return violation(ACCOUNT_MISMATCH, order, limit=row.firm_id, value=order.firm_id)
    return None
