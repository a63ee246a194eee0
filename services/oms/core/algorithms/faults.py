"""What makes a plan impossible. Asked once, before an order is taken; `due` relies on it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from services.oms.core.algorithms.table import ALGORITHMS
from shared.types import SECOND_US, Algorithm, Time

BINS_MAX = 1_000
DIGITS_MAX = 30
"""Of any number of a plan, before and after the point."""

Rule = Callable[[Algorithm, Decimal, Decimal, Time], str | None]


def fault(algorithm: Algorithm, quantity: Decimal, lot: Decimal, now: Time) -> str | None:
    """All that is wrong with a plan for a parent of that quantity, in one text; None if nothing.

    `now` is market time. Fewer lots than bins are no fault: some bins are empty then. Parameters
    of other algorithms are not looked at.
    """
    found = (rule(algorithm, quantity, lot, now) for rule in FAULTS)
    return "; ".join(text for text in found if text is not None) or None


def unknown_name(plan: Algorithm, quantity: Decimal, lot: Decimal, now: Time) -> str | None:
    """Only the algorithms of the table can be run."""
    if plan.name in ALGORITHMS:
        return None
    return f"algorithm {plan.name} is unknown: one of {', '.join(ALGORITHMS)} is expected"


def ends_before_start(plan: Algorithm, quantity: Decimal, lot: Decimal, now: Time) -> str | None:
    """A plan has a time to run in."""
    if plan.ends_at > plan.starts_at:
        return None
    return f"ends_at {plan.ends_at} is not after starts_at {plan.starts_at}"


def in_the_past(plan: Algorithm, quantity: Decimal, lot: Decimal, now: Time) -> str | None:
    """A plan that began a moment ago can run still; one that has ended cannot."""
    return None if plan.ends_at > now else f"ends_at {plan.ends_at} is in the past at {now}"


def bins_out_of_range(plan: Algorithm, quantity: Decimal, lot: Decimal, now: Time) -> str | None:
    """At least one bin, and no more than the schedule is made for."""
    return None if 1 <= plan.bins <= BINS_MAX else f"bins must be 1 to {BINS_MAX}, not {plan.bins}"


def bins_too_short(plan: Algorithm, quantity: Decimal, lot: Decimal, now: Time) -> str | None:
    """The clock is told each second: of shorter bins some, even the last, would see no look."""
    length_us = plan.ends_at - plan.starts_at
    if plan.bins < 1 or length_us <= 0 or length_us >= plan.bins * SECOND_US:
        return None
    return f"{plan.bins} bins are too many for {length_us} microseconds: one lasts 1 second or more"


def curve_unusable(plan: Algorithm, quantity: Decimal, lot: Decimal, now: Time) -> str | None:
    """VWAP needs an expected volume for each bin, and some volume in all."""
    if plan.name != "vwap":
        return None
    if not plan.curve:
        return "vwap needs a curve"
    if len(plan.curve) != plan.bins:
        return f"the curve has {len(plan.curve)} entries for {plan.bins} bins"
    for number, entry in enumerate(plan.curve):
        if not is_sound(entry):
            return f"curve[{number}] is no number of at most {DIGITS_MAX} digits: {entry}"
        if entry < 0:
            return f"curve[{number}] is negative: {entry}"
    return None if any(plan.curve) else "the sum of the curve must be above 0"


def rate_out_of_range(plan: Algorithm, quantity: Decimal, lot: Decimal, now: Time) -> str | None:
    """POV takes a share of the volume: some, and not more than all of it."""
    if plan.name != "pov":
        return None
    if plan.rate is None:
        return "pov needs a rate"
    if is_sound(plan.rate) and 0 < plan.rate <= 1:
        return None
    return f"rate must be above 0 and at most 1, not {plan.rate}"


def quantity_off_lot(plan: Algorithm, quantity: Decimal, lot: Decimal, now: Time) -> str | None:
    """Children are whole lots: a rest that is none could never be released."""
    if not (is_sound(lot) and lot > 0):
        return f"lot must be above 0, not {lot}"
    if is_sound(quantity) and quantity > 0 and not Fraction(quantity) % Fraction(lot):
        return None
    return f"quantity must be a positive number of whole lots of {lot}, not {quantity}"


def is_sound(value: Decimal) -> bool:
    """Whether it is a number, of a size that can be reckoned with exactly."""
    if not value.is_finite():
        return False
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -DIGITS_MAX and value.adjusted() < DIGITS_MAX


FAULTS: tuple[Rule, ...] = (
    unknown_name,
    ends_before_start,
    in_the_past,
    bins_out_of_range,
    bins_too_short,
    curve_unusable,
    rate_out_of_range,
    quantity_off_lot,
)
"""Their order is the order of their texts."""
