"""Three quick looks that most orders pass: nothing about this one is near any limit.

Each answers for some checks at once (`gate.CLEARED_BY`): what it says yes to, they would let pass,
which is tested over generated orders of every kind. A no says nothing: the checks decide, one by
one. A look never denies.
"""

from __future__ import annotations

from services.risk.core.limits import Limits
from services.risk.core.view import View
from shared.types import Order, OrderType, TimeInForce

_LIMIT, _MARKET = OrderType.LIMIT, OrderType.MARKET
_DAY, _OTHER_TIMES = TimeInForce.DAY, frozenset({TimeInForce.GTC, TimeInForce.IOC})


def is_caught_up(order: Order, view: View, limits: Limits) -> bool:
    """The account is known, valued, fresh and free to trade; the order's id and rate are too."""
    book, wall, valued, row = view.book, view.wall, view.valued, view.book.row
    if not book.is_ready or row is None or valued is None or book.rooms is None:
        return False
    state, since = view.state, wall - limits.room_silence_us
    if book.rooms.oldest < since and not book.rooms.are_alive(since, state.sights):
        return False
    if book.arrivals and len(book.arrivals) >= limits.orders_per_second_max:
        return False
    return (
        wall - view.asked_at <= limits.command_age_us
        and wall - valued.at <= limits.valuation_age_us
        and state.halts.is_empty
        and row.firm_id == order.firm_id
        and order.client_order_id not in book.used_ids
        and book.open_count < limits.open_orders_max
        and limits.orders_per_second_max > 0
        and view.replaced is None
        and order.client_order_id != ""
    )


def is_plain(order: Order, view: View, limits: Limits) -> bool:
    """A market or limit order on the grid and in the collar, without any feature, of something that
    may be traded.
    """
    reference, row, price = view.reference, view.book.row, order.limit_price
    if row is None or reference.traded_in != row.currency or order.quantity % reference.lot:
        return False
    if price is None:
        if order.type is not _MARKET:
            return False
    elif (
        order.type is not _LIMIT
        or price % reference.tick
        or (price > reference.ask if view.is_buy else price < reference.bid)
    ):
        return False
    return not (
        order.stop_price is not None
        or order.trail_price is not None
        or order.trail_percent is not None
        or order.notional is not None
        or order.display_quantity is not None
        or order.expires_at is not None
        or order.parent_id is not None
        or order.extended_hours
        or order.reduce_only
        or order.post_only
        or order.order_class != "simple"
        or (order.time_in_force is not _DAY and order.time_in_force not in _OTHER_TIMES)
    )


def has_room(order: Order, view: View, limits: Limits) -> bool:
    """The order takes its side of the position further, and every limit leaves room for it."""
    book, holding, held, worst = view.book, view.holding, view.held, view.worst
    if worst > (book.reckon() if book.is_dirty else book.headroom) or view.replaced is not None:
        return False
    if view.is_buy:
        if held.is_signed() or order.quantity > holding.buy_room:
            return False
        return worst + held * view.reference.unit_ask <= holding.buy_worth_room
    if book.is_cash or not view.reference.instrument.shortable:
        return False
    if (held and not held.is_signed()) or order.quantity > holding.sell_room:
        return False
    return worst - held * view.reference.unit_ask <= holding.sell_worth_room
