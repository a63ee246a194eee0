"""Were limits ever set for the account?

SEC 15c3-5(c)(1): no access without limits set beforehand.
"""

from __future__ import annotations

from services.risk.core.codes import LIMITS_MISSING
from services.risk.core.limits import Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import Order, Violation


def limits_loaded(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies where no limits are in force."""
    return None if limits.is_loaded else violation(LIMITS_MISSING, order)
