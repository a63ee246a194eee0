"""How many units an order by notional is: as many as its money pays for at their worst price."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from services.risk.core.prices import is_positive
from shared.types import ZERO, Order, normal

if TYPE_CHECKING:
    from services.risk.core.state import RiskState

NOTIONAL_DIGITS = 12
"""How many digits there may be before the decimal point."""
CENT = Decimal("0.01")
PLACES = 9
FRACTION = Decimal(1).scaleb(-PLACES)
"""The smallest part of a unit that can be traded."""


def is_notional(notional: Decimal) -> bool:
    """Whether it is an amount above zero in whole cents."""
    return is_positive(notional, NOTIONAL_DIGITS) and not notional % CENT


def quantity_of(notional: Decimal, unit: Decimal) -> Decimal:
    """The units that so much money pays for, rounded down to 9 places; 0 where either is none."""
    if not is_notional(notional) or unit <= 0:
        return ZERO
    return normal((notional.scaleb(PLACES) // unit).scaleb(-PLACES))


def sized(order: Order, state: RiskState) -> Order:
    """An order by notional with its quantity, by the live quote; any other order as it is."""
    reference = state.references.get(order.symbol)
    if order.notional is None or order.quantity or reference is None:
        return order
    sights = state.sights if state.sights.latest is state.latest else state.look_anew()
    quote = sights.read(reference.sight)
    if quote is not None and quote is not reference.quote:
        reference.update(quote)
    quantity = quantity_of(order.notional, reference.market_worst if quote is not None else ZERO)
    return msgspec.structs.replace(order, quantity=quantity) if quantity else order
