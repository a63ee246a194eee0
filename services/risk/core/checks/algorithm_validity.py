"""Can the order be worked by the algorithm it names, in the time it names?

RTS 6: order validity. Its plan is two market times and what its name asks for: a curve of volume
for vwap, a rate for pov.
"""

from __future__ import annotations

from decimal import Decimal

from services.risk.core.codes import ORDER_ALGORITHM_INVALID, ORDER_ALGORITHM_UNSUPPORTED
from services.risk.core.limits import Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import (
    SECOND_US,
    Algorithm,
    Order,
    OrderClass,
    OrderType,
    Time,
    TimeInForce,
    Violation,
)

TWAP, VWAP, POV = "twap", "vwap", "pov"
NAMES = (TWAP, VWAP, POV)
BINS_MAX = 1000
DIGITS_MAX = 30
"""Of a number of a plan, before and after the decimal point."""
TYPES = frozenset({OrderType.MARKET, OrderType.LIMIT})


def algorithm_validity(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies a plan that cannot be carried out, and an order that no algorithm works."""
    plan = order.algorithm
    if plan is None:
        return None
    text = _of_order(order)
    if text:
        return violation(ORDER_ALGORITHM_UNSUPPORTED, order, value=plan.name, message=text)
    text = _of_time(plan, view.market) or _of_name(plan)
    return (
        violation(ORDER_ALGORITHM_INVALID, order, value=plan.name, message=text) if text else None
    )


def _of_order(order: Order) -> str:
    if order.type not in TYPES or order.time_in_force is not TimeInForce.DAY:
        return "an algorithm works market or limit orders, day"
    if order.order_class is not OrderClass.SIMPLE or order.legs:
        return "an algorithm works no order with legs"
    for name in ("display_quantity", "notional", "post_only"):
        if getattr(order, name):
            return f"an algorithm works no order with {name}"
    return ""


def _of_time(plan: Algorithm, now: Time) -> str:
    if plan.ends_at <= plan.starts_at:
        return f"ends_at {plan.ends_at} is not after starts_at {plan.starts_at}"
    if plan.ends_at <= now:
        return f"ends_at {plan.ends_at} is not after the market time {now}"
    if not 1 <= plan.bins <= BINS_MAX:
        return f"bins must be from 1 to {BINS_MAX}: {plan.bins}"
    if plan.ends_at - plan.starts_at < plan.bins * SECOND_US:
        return f"{plan.bins} bins are shorter than a second each"
    return ""


def _of_name(plan: Algorithm) -> str:
    if plan.name not in NAMES:
        return f"no algorithm is called {plan.name!r}: one of {', '.join(NAMES)}"
    if plan.name == VWAP:
        if len(plan.curve) != plan.bins:
            return f"vwap needs one entry of curve for each of {plan.bins} bins: {len(plan.curve)}"
        if not all(_is_number(one) and one >= 0 for one in plan.curve) or not any(plan.curve):
            return "the entries of curve must not be negative, and their sum above 0"
    if plan.name == POV and (
        plan.rate is None or not _is_number(plan.rate) or not 0 < plan.rate <= 1
    ):
        return "pov needs a rate above 0 and at most 1"
    return ""


def _is_number(value: Decimal) -> bool:
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -DIGITS_MAX and value.adjusted() < DIGITS_MAX
