"""Would gross exposure be too many times the equity?

SEC 15c3-5(c)(1)(i): capital thresholds.
"""

from __future__ import annotations

from services.risk.core.codes import LEVERAGE_EXCEEDS_MAX
from services.risk.core.limits import UNLIMITED, Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import Order, Violation


def leverage(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies what could take gross exposure beyond leverage_max times equity."""
    if limits.leverage_max == UNLIMITED or view.book.has_room(view.added):
        return None
    most = limits.leverage_max * view.book.equity
    after = view.gross_after()
    if after <= most or view.added <= 0:
        return None
    return violation(
        LEVERAGE_EXCEEDS_MAX, order, limit=most, value=view.book.gross, projected=after
    )
