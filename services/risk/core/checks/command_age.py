"""Is the command fresh, or did it wait somewhere?

State caught up (design section 4): a verdict on an order nobody waits for any more is none.
"""

from __future__ import annotations

from services.risk.core.codes import COMMAND_TOO_OLD
from services.risk.core.limits import Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import Order, Violation


def command_age(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies a command older than command_age_ms_max (wall time)."""
    age_us = view.wall - view.asked_at
    if age_us <= limits.command_age_us:
        return None
    return violation(
        COMMAND_TOO_OLD, order, limit=limits.command_age_us // 1000, value=age_us // 1000
    )
