"""Sums and products of any precision, exactly; what is no number to count with; and the average
price that is told.

`average_price` is amount / cum, rounded half even to `AVERAGE_PLACES` places where the quotient
does not end before. It is told and stored, never computed with: `amount` is.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact

from shared.types import ONE, ZERO, normal

AVERAGE_PLACES = 12
DIGITS_MAX = 60
"""Digits before the point and after it that a number may have which somebody tells us."""

_EXACT = Context(prec=2_000, traps=[Inexact])
_WIDE = Context(prec=200, rounding=ROUND_HALF_EVEN)
_CENT = Decimal("0.01")
_PLACES = Decimal(1).scaleb(-AVERAGE_PLACES)


def plus(left: Decimal, right: Decimal) -> Decimal:
    """The exact sum."""
    return normal(_EXACT.add(left, right))


def minus(left: Decimal, right: Decimal) -> Decimal:
    """The exact difference."""
    return normal(_EXACT.subtract(left, right))


def times(left: Decimal, right: Decimal) -> Decimal:
    """The exact product."""
    return normal(_EXACT.multiply(left, right))


def is_usable(value: Decimal) -> bool:
    """Whether a number that was told can be computed with: finite, and of a size and a precision
    that sums and products carry exactly.
    """
    if not value.is_finite() or value.adjusted() >= DIGITS_MAX:
        return False
    if value.same_quantum(ONE) or value.same_quantum(_CENT):
        return True
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -DIGITS_MAX


def is_count(value: Decimal) -> bool:
    """Whether it can be a quantity: usable and above zero."""
    return is_usable(value) and value > 0


def scaled(value: Decimal, by: int, over: int) -> Decimal:
    """value x by / over: exactly where that ends, else to AVERAGE_PLACES places, half even."""
    product = times(value, Decimal(by))
    try:
        return normal(_EXACT.divide(product, Decimal(over)))
    except Inexact:
        return _to_places(_WIDE.divide(product, Decimal(over)))


def average(amount: Decimal, cum: Decimal) -> Decimal:
    """amount / cum to AVERAGE_PLACES places, half even; 0 without fills."""
    if not cum:
        return ZERO
    return _to_places(_WIDE.divide(amount, cum))


def _to_places(quotient: Decimal) -> Decimal:
    return normal(quotient.quantize(_PLACES, context=_WIDE))
