"""Is there a price to judge the order by: fresh, not crossed, above zero, finite?

FIA, market-data reasonability. A quote is as old as the last sign of life of its feed.
"""

from __future__ import annotations

from services.risk.core.codes import VIOLATIONS
from services.risk.core.limits import Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import Order, Violation


def reference_price_valid(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies where the symbol's quote cannot be trusted."""
    if view.fault is None:
        return None
    quote = view.reference.quote
    seen = None if quote is None else f"bid {quote.bid} ask {quote.ask} at {quote.at}"
    return violation(
        view.fault,
        order,
        scope=f"symbol::{order.symbol}",
        limit=limits.quote_age_us // 1000,
        value=seen,
        message=VIOLATIONS[view.fault],
    )
