"""A quick look that most orders pass: nothing about this one is near any limit.

It goes in stages and says which of them the order passed. Each answers for some checks at once
(`gate.CLEARED_BY`), all of which would let the order pass; that is tested over generated orders of
every kind. Of the others it says nothing: a view is made, and the checks decide one by one. It
never denies, and is for new risk only: an order against a position passes no stage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.risk.core.reference import Reference, seen_at
from services.risk.core.view import are_positive
from shared.table import At
from shared.types import Order, OrderClass, OrderType, Side, Time, TimeInForce

if TYPE_CHECKING:
    from services.risk.core.exposure import AccountBook
    from services.risk.core.holding import Holding
    from services.risk.core.state import RiskState

NOTHING, CAUGHT_UP, PLAIN, FREE, ROOMY = 0, 1, 2, 4, 8
CLEAR = CAUGHT_UP | PLAIN | FREE | ROOMY
"""The stages, as bits."""

_PASSED = ((CLEAR - FREE - ROOMY, CLEAR - FREE), (CLEAR - ROOMY, CLEAR))
_BUY, _LIMIT, _MARKET = Side.BUY, OrderType.LIMIT, OrderType.MARKET
_SIMPLE = OrderClass.SIMPLE
_DAY, _OTHER_TIMES = TimeInForce.DAY, frozenset({TimeInForce.GTC, TimeInForce.IOC})


def look(order: Order, asked_at: Time, state: RiskState, at: At) -> int:
    """The stages that the order passes without being near anything."""
    book = state.books.accounts.get(order.account_id)
    reference = state.references.get(order.symbol)
    if book is None or reference is None:
        return NOTHING
    holding = book.holdings.get(order.symbol)
    if holding is None:
        return NOTHING
    is_buy, held = order.side is _BUY, holding.quantity
    if held and held.is_signed() is is_buy:
        return NOTHING
    sights = state.sights if state.sights.latest is state.latest else state.look_anew()
    sight = book.valuation
    valued = sight.noted
    if sights.peek(sight.name) is not valued:
        valued = sights.read(sight)
    if valued is not book.valued and valued is not None:
        book.revalue(valued)
    quote = reference.sight.noted
    if sights.peek(reference.sight.name) is not quote:
        quote = sights.read(reference.sight)
    if quote is not reference.quote and quote is not None:
        reference.update(quote)
    limits, row, rooms, wall = book.limits, book.row, book.rooms, at[0]
    if not book.is_ready or valued is None or row is None or rooms is None or quote is None:
        return NOTHING
    oldest = wall - limits.quote_age_us
    if quote.at < oldest and seen_at(quote, state.latest) < oldest:
        return NOTHING
    if (
        reference.fault is not None
        or wall - asked_at > limits.command_age_us
        or wall - valued.at > limits.valuation_age_us
        or not rooms.are_alive(wall - limits.room_silence_us, sights)
        or not state.halts.is_empty
        or row.firm_id != order.firm_id
    ):
        return NOTHING
    if reference.traded_in != row.currency or not _is_plain(order, reference):
        return CAUGHT_UP
    free = _is_free(order, reference, book, is_buy)
    roomy = _has_room(order, reference, book, holding, is_buy)
    return _PASSED[free][roomy]


def _is_plain(order: Order, reference: Reference) -> bool:
    """A market or limit order on the grid, without any feature."""
    quantity, price = order.quantity, order.limit_price
    if not are_positive(quantity, price) or quantity % reference.lot:
        return False
    if price is None:
        if order.type is not _MARKET:
            return False
    elif order.type is not _LIMIT or price % reference.tick:
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
        or order.order_class is not _SIMPLE
        or order.legs
        or order.algorithm is not None
        or (order.time_in_force is not _DAY and order.time_in_force not in _OTHER_TIMES)
    )


def _is_free(order: Order, reference: Reference, book: AccountBook, is_buy: bool) -> bool:
    """The price is passive, the id unused, and neither count nor rate of orders is reached."""
    price, limits = order.limit_price, book.limits
    if price is not None and (price > reference.ask if is_buy else price < reference.bid):
        return False
    return (
        order.client_order_id not in book.used_ids
        and order.client_order_id != ""
        and book.open_count < limits.open_orders_max
        and len(book.arrivals) < limits.orders_per_second_max
    )


def _has_room(
    order: Order, reference: Reference, book: AccountBook, holding: Holding, is_buy: bool
) -> bool:
    """Every limit leaves room for the order, which takes its side of the position further."""
    if holding.is_dirty:
        holding.measure(book.limits)
    quantity, held = order.quantity, holding.quantity
    worst = quantity * reference.unit_worst(order, is_buy)
    if worst > (book.reckon() if book.is_dirty else book.headroom):
        return False
    if is_buy:
        if quantity > holding.buy_room:
            return False
        return worst + held * reference.unit_ask <= holding.buy_worth_room
    if book.is_cash or not reference.instrument.shortable or quantity > holding.sell_room:
        return False
    return worst - held * reference.unit_ask <= holding.sell_worth_room
