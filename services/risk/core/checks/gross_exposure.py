"""Would all positions together be worth too much, working orders filled?

FIA, maximum intraday position, per account.
"""

from __future__ import annotations

from services.risk.core.codes import GROSS_EXPOSURE_EXCEEDS_MAX
from services.risk.core.limits import UNLIMITED, Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import Order, Violation


def gross_exposure(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies what could take gross exposure beyond gross_exposure_max."""
    if limits.gross_exposure_max == UNLIMITED or view.book.has_room(view.added):
        return None
    after = view.gross_after()
    if after <= limits.gross_exposure_max or view.added <= 0:
        return None
    return violation(
        GROSS_EXPOSURE_EXCEEDS_MAX,
        order,
        limit=limits.gross_exposure_max,
        value=view.book.gross,
        projected=after,
    )
