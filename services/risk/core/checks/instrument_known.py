"""Is the instrument known, and in the account's currency?

SEC 15c3-5(c)(2): only what the account may trade.
"""

from __future__ import annotations

from services.risk.core.codes import INSTRUMENT_CURRENCY_UNSUPPORTED, INSTRUMENT_UNKNOWN
from services.risk.core.limits import Limits
from services.risk.core.view import NO_REFERENCE, View
from services.risk.core.violations import violation
from shared.types import Order, Violation


def instrument_known(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies a symbol that no instrument has, and one in another currency."""
    reference, row = view.reference, view.book.row
    if reference is NO_REFERENCE:
        return violation(INSTRUMENT_UNKNOWN, order, value=order.symbol)
    currency = reference.instrument.currency
    if row is None or row.currency == currency:
        return None
    return violation(INSTRUMENT_CURRENCY_UNSUPPORTED, order, limit=row.currency, value=currency)
