"""Are the shares there that a sell needs, and does no order pass through zero?

A sell may not exceed what is held less what other sells hold; what goes beyond zero is another
order. Short sales start from no position, in margin accounts, where the instrument allows it.
"""

from __future__ import annotations

from services.risk.core.codes import (
    POSITION_WOULD_FLIP,
    QUANTITY_EXCEEDS_AVAILABLE,
    SHORT_NOT_ALLOWED,
    quantity_text,
)
from services.risk.core.limits import Limits
from services.risk.core.view import View
from services.risk.core.violations import number_text, violation
from shared.types import ZERO, Order, Violation


def shares_held(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies selling shares that are not there, passing through zero, a short not allowed."""
    held = view.held
    if view.is_buy:
        return None if held >= 0 else _beyond(order, view, POSITION_WOULD_FLIP)
    if view.book.is_cash:
        return _beyond(order, view, QUANTITY_EXCEEDS_AVAILABLE)
    if held > 0:
        return _beyond(order, view, POSITION_WOULD_FLIP)
    if view.reference.instrument.shortable:
        return None
    return violation(SHORT_NOT_ALLOWED, order, value=order.symbol)


def _beyond(order: Order, view: View, code: str) -> Violation | None:
    held = abs(view.held) if (view.held < 0) is view.is_buy else ZERO
    available = max(held - view.open_same, ZERO)
    if view.quantity <= available:
        return None
    requested = number_text(view.quantity)
    return violation(
        code,
        order,
        limit=available,
        value=view.quantity,
        projected=view.held + (view.quantity if view.is_buy else -view.quantity),
        message=quantity_text(requested, number_text(available)),
    )
