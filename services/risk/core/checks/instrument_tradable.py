"""May new risk be taken in the instrument?

SEC 15c3-5(c)(2): the restricted list.
"""

from __future__ import annotations

from services.risk.core.codes import INSTRUMENT_NOT_TRADABLE
from services.risk.core.limits import Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import Order, Violation


def instrument_tradable(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies new risk in an instrument that is not tradable."""
    if view.reference.instrument.tradable:
        return None
    return violation(INSTRUMENT_NOT_TRADABLE, order, value=order.symbol)
