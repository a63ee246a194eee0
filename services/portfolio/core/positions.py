"""Positions at average cost, long and short.

The cost of a position is exact while it grows. A partial close takes its share of the cost,
rounded half even to ten places; what is left keeps the rest, so that cost taken and cost kept
always sum to the cost before, and the books balance to the last digit. (IAS 2.25 allows weighted
average cost.) The average price is derived from the cost and only shown.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

import msgspec

from services.portfolio.core.rows import PositionRow
from shared.types import ZERO, Execution, Side, normal

ONE = Decimal(1)
STEP = Decimal("1E-10")
_BUY = Side.BUY


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
    return fill.quantity if fill.side is _BUY else -fill.quantity


def reversal(fill: Execution) -> Execution:
    """The fill that takes another one back: the other side, at its price, its fee returned."""
    side = Side.SELL if fill.side is _BUY else _BUY
    return msgspec.structs.replace(fill, side=side, fee=-fill.fee)


def book(old: PositionRow, fill: Execution, multiplier: Decimal = ONE) -> Booking:
    """Apply a fill. quantity > 0 and a finite price are the venue's and OMS's business."""
    signed, unit = signed_quantity(fill), fill.price * multiplier
    closing = _closing(old.quantity, signed)
    taken = _cost_of(old, closing)
    realised = closing * unit - taken
    opened = (signed + closing) * unit
    quantity = old.quantity + signed
    cost = old.cost_basis - taken + opened
    position = msgspec.structs.replace(
        old,
        quantity=normal(quantity),
        cost_basis=normal(cost),
        average_price=average(quantity * multiplier, cost),
        realised=normal(old.realised + realised),
        last_price=normal(fill.price),
        lastday_price=old.lastday_price if old.quantity else None,
    )
    cash = -signed * unit - fill.fee
    return Booking(position, normal(realised), normal(opened - taken), normal(cash))


def _closing(held: Decimal, signed: Decimal) -> Decimal:
    """How much of the position the fill closes, with the position's sign."""
    if held * signed >= 0:
        return ZERO
    return held if abs(signed) >= abs(held) else -signed


def _cost_of(position: PositionRow, closing: Decimal) -> Decimal:
    if closing == position.quantity:
        return position.cost_basis
    return rounded(position.cost_basis * closing / position.quantity)


def average(quantity: Decimal, cost: Decimal) -> Decimal:
    """Cost per unit, to ten places; zero when flat."""
    return normal(rounded(cost / quantity)) if quantity else ZERO


def rounded(quotient: Decimal) -> Decimal:
    """Ten places, half even."""
    return quotient.quantize(STEP, rounding=ROUND_HALF_EVEN)
