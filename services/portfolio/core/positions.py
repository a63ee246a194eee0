"""Positions at average cost, long and short.

The cost of a position is exact while it grows. A partial close takes its share of the cost,
rounded half even
to COST_DIGITS places; what is left keeps the rest, so that cost taken and cost kept always sum to
the cost before, and the books balance to the last digit. (IAS 2.25 allows weighted average cost.)
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import NamedTuple

import msgspec

from services.portfolio.core.rows import PositionRow
from shared.types import ZERO, Execution, Side, normal

COST_DIGITS = Decimal("1E-10")
PRECISION = 60


class Booking(NamedTuple):
    """What a fill does: the position after it, its realised profit, the change of cost, and of cash
    (fee included, negative when cash leaves).
    """

    position: PositionRow
    realised: Decimal
    cost_change: Decimal
    cash_change: Decimal


def signed_quantity(fill: Execution) -> Decimal:
    """Positive for a buy."""
    return fill.quantity if fill.side is Side.BUY else -fill.quantity


def book(old: PositionRow, fill: Execution) -> Booking:
    """Apply a fill. quantity > 0 and a finite price are the venue's and OMS's business."""
    with localcontext(prec=PRECISION):
        signed = signed_quantity(fill)
        closing = _closing(old.quantity, signed)
        taken = _cost_of(old, closing)
        realised = closing * fill.price - taken
        opened = (signed + closing) * fill.price
        quantity = old.quantity + signed
        cost = old.cost_basis - taken + opened
        position = msgspec.structs.replace(
            old,
            quantity=normal(quantity),
            cost_basis=normal(cost),
            average_price=average(quantity, cost),
            realised=normal(old.realised + realised),
            last_price=normal(fill.price),
        )
        cash = -signed * fill.price - fill.fee
        return Booking(position, normal(realised), normal(opened - taken), normal(cash))


def _closing(held: Decimal, signed: Decimal) -> Decimal:
    """How much of the position the fill closes, with the position's sign."""
    if held * signed >= 0:
        return ZERO
    return held if abs(signed) >= abs(held) else -signed


def _cost_of(position: PositionRow, closing: Decimal) -> Decimal:
    if closing == position.quantity:
        return position.cost_basis
    share = position.cost_basis * closing / position.quantity
    return share.quantize(COST_DIGITS, rounding=ROUND_HALF_EVEN)


def average(quantity: Decimal, cost: Decimal) -> Decimal:
    """Cost per unit, to COST_DIGITS places; zero when flat."""
    if not quantity:
        return ZERO
    return normal((cost / quantity).quantize(COST_DIGITS, rounding=ROUND_HALF_EVEN))
