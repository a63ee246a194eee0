"""Sums and products of any precision, exactly; and the average price that is told.

`average_price` is amount / cum, rounded half even to `AVERAGE_PLACES` places where the quotient
does not end before. It is told and stored, never computed with: `amount` is.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact

from shared.types import ZERO, normal

AVERAGE_PLACES = 12
_EXACT = Context(prec=2_000, traps=[Inexact])
_WIDE = Context(prec=200, rounding=ROUND_HALF_EVEN)


def plus(left: Decimal, right: Decimal) -> Decimal:
    """The exact sum."""
    return normal(_EXACT.add(left, right))


def minus(left: Decimal, right: Decimal) -> Decimal:
    """The exact difference."""
    return normal(_EXACT.subtract(left, right))


def times(left: Decimal, right: Decimal) -> Decimal:
    """The exact product."""
    return normal(_EXACT.multiply(left, right))


def average(amount: Decimal, cum: Decimal) -> Decimal:
    """amount / cum to AVERAGE_PLACES places, half even; 0 without fills."""
    if not cum:
        return ZERO
    quotient = _WIDE.divide(amount, cum)
    return normal(quotient.quantize(Decimal(1).scaleb(-AVERAGE_PLACES), context=_WIDE))
