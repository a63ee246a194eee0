"""What the exchange takes: the first reason against an order, in this order, or None."""

from __future__ import annotations

from services.venue.core.matching import auctions, borrow
from services.venue.core.matching.hours import CLOCK
from services.venue.core.state import VenueState
from shared.instruments import Instrument
from shared.types import Order, OrderType, Time, TimeInForce

_LIMIT, _GTD = OrderType.LIMIT, TimeInForce.GTD
_TYPES = frozenset({OrderType.MARKET, _LIMIT})
_MAY_REST = frozenset({TimeInForce.DAY, TimeInForce.GTC, _GTD})


def refusal(order: Order, arrives_at: Time, through: int, state: VenueState) -> str | None:
    """`arrives_at` is when the order reaches the matching; ticks are handled up to `through`."""
    instrument = state.instruments.get(order.symbol)
    if instrument is None or not instrument.tradable:
        return f"unknown instrument {order.symbol}"
    if order.type not in _TYPES:
        return f"order type {order.type} is not supported"
    if order.type is _LIMIT and order.limit_price is None:
        return "a limit order needs a limit price"
    late = max(arrives_at, through)
    return (
        _quantity(order, instrument)
        or _resting(order)
        or _end(order, arrives_at)
        or auctions.refusal(order.time_in_force, state.paper_clock.get(CLOCK), late)
        or borrow.refusal(order, state, state.terms())
    )


def _quantity(order: Order, instrument: Instrument) -> str | None:
    if instrument.fractionable:
        return None
    for quantity in (order.quantity, order.display_quantity):
        if quantity is not None and quantity % instrument.lot:
            return f"{quantity} is no multiple of the lot of {instrument.lot}"
    return None


def _resting(order: Order) -> str | None:
    """A post-only order and an iceberg are about resting: they must be able to."""
    shown = order.display_quantity
    if not order.post_only and shown is None:
        return None
    name = "post_only" if order.post_only else "display_quantity"
    if order.type is not _LIMIT or order.time_in_force not in _MAY_REST:
        return f"{name}: only a limit order of day, gtc or gtd can rest"
    if shown is not None and not 0 < shown <= order.quantity:
        return f"display_quantity {shown} is not within the quantity of {order.quantity}"
    return None


def _end(order: Order, arrives_at: Time) -> str | None:
    if order.time_in_force is not _GTD:
        return None
    if order.expires_at is None:
        return "gtd: no time is given at which the order ends"
    if order.expires_at <= arrives_at:
        return f"gtd: it ended at {order.expires_at}"
    return None
