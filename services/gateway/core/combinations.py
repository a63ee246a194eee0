"""What of an order does not go together. Each rule tells why, or None; the first that does counts.

The gate judges all of it again: this only spares a client the way there.
"""

from __future__ import annotations

from collections.abc import Callable

from services.gateway.core.problems import unprocessable
from shared.instruments import Instrument
from shared.types import Order, OrderClass, OrderType, Time, TimeInForce

LASTING = (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.GTD)
DAY_GTC = (TimeInForce.DAY, TimeInForce.GTC)
PLAIN = (OrderType.MARKET, OrderType.LIMIT)
ENTRIES = (*PLAIN, OrderType.STOP, OrderType.STOP_LIMIT)

Rule = Callable[[Order, Instrument, Time], str | None]


def kept_but_not_lasting(order: Order, instrument: Instrument, at: Time) -> str | None:
    """A stop or an if-touched order waits for its price, so it must last."""
    if order.type in PLAIN or order.time_in_force in LASTING:
        return None
    return f"{order.type} orders must be day, gtc or gtd, not {order.time_in_force}"


def expiry(order: Order, instrument: Instrument, at: Time) -> str | None:
    """GTD says until when, and nothing else does."""
    is_gtd = order.time_in_force is TimeInForce.GTD
    if order.expires_at is None:
        return "gtd orders require expires_at" if is_gtd else None
    if not is_gtd:
        return "expires_at goes with time_in_force gtd"
    if order.expires_at <= at:
        return f"expires_at {order.expires_at} is in the past: it is {at}"
    return None


def extended_hours(order: Order, instrument: Instrument, at: Time) -> str | None:
    """Outside the session only limit orders are safe."""
    if not order.extended_hours:
        return None
    if order.type is OrderType.LIMIT and order.time_in_force in DAY_GTC:
        if order.order_class is OrderClass.SIMPLE:
            return None
        return "extended_hours orders must be simple orders"
    return "extended_hours orders must be limit orders that are day or gtc"


def post_only(order: Order, instrument: Instrument, at: Time) -> str | None:
    """An order that may only rest needs a price and time to do so."""
    if not order.post_only or (order.type is OrderType.LIMIT and order.time_in_force in LASTING):
        return None
    return "post_only orders must be limit orders that are day, gtc or gtd"


def display_quantity(order: Order, instrument: Instrument, at: Time) -> str | None:
    """Part of an order can be hidden only where it rests."""
    shown = order.display_quantity
    if shown is None:
        return None
    if order.type is not OrderType.LIMIT or order.time_in_force not in LASTING:
        return "display_quantity goes with limit orders that are day, gtc or gtd"
    if shown > order.quantity:
        return "display_quantity must be at most the quantity"
    return f"display_quantity: the lot is {instrument.lot}" if shown % instrument.lot else None


def notional(order: Order, instrument: Instrument, at: Time) -> str | None:
    """An order of money is a fraction of an instrument."""
    if order.notional is None:
        return None
    if not instrument.fractionable:
        return f'asset "{instrument.symbol}" is not fractionable: give a quantity'
    return _only_market_day(order, "notional")


def fraction(order: Order, instrument: Instrument, at: Time) -> str | None:
    """A part of a lot trades at once and at the market."""
    return _only_market_day(order, "fractional") if order.quantity % instrument.lot else None


def _only_market_day(order: Order, name: str) -> str | None:
    if order.type is not OrderType.MARKET or order.time_in_force is not TimeInForce.DAY:
        return f"{name} orders must be market orders with time_in_force day"
    if order.order_class is not OrderClass.SIMPLE or order.algorithm is not None:
        return f"{name} orders must be simple orders"
    return None


def order_class(order: Order, instrument: Instrument, at: Time) -> str | None:
    """Legs live as long as their entry could; an OCO is the limit order of the two, and what waits
    for an extreme price opens nothing that needs exits.
    """
    kind = order.order_class
    if kind is OrderClass.SIMPLE:
        return None
    if order.time_in_force not in DAY_GTC:
        return f"{kind} orders must be day or gtc, not {order.time_in_force}"
    if order.parent_id is not None:
        return None
    if kind is OrderClass.OCO and order.type is not OrderType.LIMIT:
        return "oco orders must be limit orders"
    return None if order.type in ENTRIES else f"{order.type} orders have no exits"


def client_order_ids(order: Order, instrument: Instrument, at: Time) -> str | None:
    """An order and its legs have a name each."""
    names = {order.client_order_id, *(leg.client_order_id for leg in order.legs)}
    return None if len(names) == 1 + len(order.legs) else "client_order_id must be unique"


def algorithm(order: Order, instrument: Instrument, at: Time) -> str | None:
    """An algorithm works a simple order within its day, by children of its type."""
    if order.algorithm is None:
        return None
    if order.type not in PLAIN:
        return f"an algorithm works market and limit orders, not {order.type}"
    if order.time_in_force is not TimeInForce.DAY:
        return f"an algorithm works day orders, not {order.time_in_force}"
    if order.order_class is not OrderClass.SIMPLE:
        return f"an algorithm works simple orders, not {order.order_class}"
    for name in ("post_only", "display_quantity"):
        if getattr(order, name):
            return f"an algorithm works no orders with {name}"
    return None


RULES: tuple[Rule, ...] = (
    kept_but_not_lasting,
    expiry,
    extended_hours,
    post_only,
    notional,
    fraction,
    display_quantity,
    order_class,
    client_order_ids,
    algorithm,
)


def check_combinations(order: Order, instrument: Instrument, at: Time) -> None:
    """Raises Problem with the first reason why an order cannot be at market time `at`."""
    for rule in RULES:
        why = rule(order, instrument, at)
        if why is not None:
            raise unprocessable(why)
