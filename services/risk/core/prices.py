"""Which prices a type of order takes, and what is wrong with those that an order or a leg names."""

from __future__ import annotations

from decimal import Decimal

from services.risk.core.codes import (
    ORDER_PRICE_INVALID,
    ORDER_PRICE_MISSING,
    ORDER_PRICE_OFF_TICK,
    ORDER_PRICE_UNEXPECTED,
)
from services.risk.core.violations import violation
from shared.types import Leg, Order, OrderType, Violation

PRICE_DIGITS = 9
PERCENT_DIGITS = 2
"""How many digits there may be before the decimal point."""
PERCENT_STEP = Decimal("0.0001")

LIMIT, STOP, TRAIL_PRICE, TRAIL_PERCENT = (
    "limit_price",
    "stop_price",
    "trail_price",
    "trail_percent",
)
PRICES = (LIMIT, STOP, TRAIL_PRICE, TRAIL_PERCENT)
TRAILS = (TRAIL_PRICE, TRAIL_PERCENT)
TAKES: dict[OrderType, tuple[str, ...]] = {
    OrderType.MARKET: (),
    OrderType.LIMIT: (LIMIT,),
    OrderType.STOP: (STOP,),
    OrderType.STOP_LIMIT: (STOP, LIMIT),
    OrderType.TRAILING_STOP: TRAILS,
    OrderType.MARKET_IF_TOUCHED: (STOP,),
    OrderType.LIMIT_IF_TOUCHED: (STOP, LIMIT),
}
"""All of them, but of a trailing stop only one: its trail is a price or a percentage."""
WAITING = frozenset(TAKES) - {OrderType.MARKET, OrderType.LIMIT}
"""The types that wait for a price before they are sent."""
STOP_LOSSES = frozenset({OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})
"""The types of an exit that limits a loss."""


def is_positive(value: Decimal, digits: int) -> bool:
    """Whether it is a finite number above zero with at most so many digits before the point."""
    return bool(value.is_finite() and value and not value.is_signed() and value.adjusted() < digits)


def are_sound(priced: Order | Leg) -> bool:
    """Whether every price that is there can be reckoned with."""
    return all(_is_sound(name, getattr(priced, name)) for name in PRICES)


def fault(order: Order, priced: Order | Leg, tick: Decimal | None, of: str) -> Violation | None:
    """The first thing wrong with the prices of an order or of its leg; `of` is put before their
    names. Without a tick (no instrument) the grid is not looked at.
    """
    if _is_plain(priced, tick):
        return None
    for name in PRICES:
        value = getattr(priced, name)
        if not _is_sound(name, value):
            digits = PERCENT_DIGITS if name == TRAIL_PERCENT else PRICE_DIGITS
            text = f"{of}{name.replace('_', ' ')} must be > 0"
            return violation(
                ORDER_PRICE_INVALID, order, limit=f"1E{digits}", value=value, message=text
            )
    return _absent(order, priced, of) or _off_tick(order, priced, tick, of)


def _is_plain(priced: Order | Leg, tick: Decimal | None) -> bool:
    """The quick way out for what most orders are."""
    price = priced.limit_price
    if priced.stop_price is not None or tick is None:
        return False
    if priced.trail_price is not None or priced.trail_percent is not None:
        return False
    if price is None:
        return priced.type is OrderType.MARKET
    is_limit = priced.type is OrderType.LIMIT
    return is_limit and is_positive(price, PRICE_DIGITS) and not price % tick


def _is_sound(name: str, value: Decimal | None) -> bool:
    digits = PERCENT_DIGITS if name == TRAIL_PERCENT else PRICE_DIGITS
    return value is None or is_positive(value, digits)


def _absent(order: Order, priced: Order | Leg, of: str) -> Violation | None:
    """A price that the type needs is not there, or one that it does not take is."""
    kind, taken = priced.type, TAKES[priced.type]
    for name in PRICES:
        if name not in taken and getattr(priced, name) is not None:
            text = f"{kind} orders take no {of}{name}"
            if kind is OrderType.MARKET:
                text = "market orders require no stop or limit price"
            return violation(
                ORDER_PRICE_UNEXPECTED, order, value=getattr(priced, name), message=text
            )
    there = [name for name in taken if getattr(priced, name) is not None]
    if kind is OrderType.TRAILING_STOP:
        if len(there) == 1:
            return None
        text = f"{of}trail_price or {of}trail_percent is required, and only one of them"
        return violation(
            ORDER_PRICE_UNEXPECTED if there else ORDER_PRICE_MISSING, order, message=text
        )
    for name in taken:
        if name not in there:
            return violation(
                ORDER_PRICE_MISSING, order, value=name, message=f"{kind} orders need {of}{name}"
            )
    return None


def _off_tick(order: Order, priced: Order | Leg, tick: Decimal | None, of: str) -> Violation | None:
    for name in PRICES:
        value = getattr(priced, name)
        step = PERCENT_STEP if name == TRAIL_PERCENT else tick
        if value is None or step is None or not value % step:
            continue
        text = f"invalid {of}{name} {value}. "
        text += "sub-penny increment does not fulfill minimum pricing criteria"
        return violation(ORDER_PRICE_OFF_TICK, order, limit=step, value=value, message=text)
    return None
