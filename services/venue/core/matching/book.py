"""The live orders of one symbol, and which ticks can touch them.

Almost every tick touches nothing; that must be seen with a comparison of floats or two, so the best
prices stand ready as bounds in float. A bound lies half a tick beyond its limit, where a published
price still becomes the limit, and a hair more, so that rounding hides no order; the rules decide
exactly. A book follows from the rows of its orders: when one of them changes it is made anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import inf, isfinite
from typing import NamedTuple

from services.venue.core.matching.queue import is_waiting_for_quotes
from services.venue.core.matching.rules import priority
from services.venue.core.matching.terms import QueueModel
from services.venue.core.rows import RESTING, TAKING, WAITING, PaperOrderRow
from shared.events.market import TickBatch
from shared.types import Side

_HAIR = 1e-9


class Entry(NamedTuple):
    """A working order and the published prices that may touch it: a far side at `far` or better,
    a near side at `near` or worse, a print at `traded` or beyond. Infinite: none, or any.
    """

    order: PaperOrderRow
    is_buy: bool
    far: float
    near: float
    traded: float


class Book:
    """waiting: orders that have not met the market; working: those that take or rest, by priority;
    each a snapshot.
    """

    def __init__(self, orders: Sequence[PaperOrderRow], tick: Decimal, model: QueueModel) -> None:
        self.model, self.is_live = model, bool(orders)
        self.waiting = [order for order in orders if order.status == WAITING]
        self.timed = [order for order in orders if order.auction_at is not None]
        working = sorted((order for order in orders if order.status != WAITING), key=priority)
        self.working = [_entry(order, tick, model) for order in working]
        buys = [entry for entry in self.working if entry.is_buy]
        sells = [entry for entry in self.working if not entry.is_buy]
        self._buy = max((entry.far for entry in buys), default=-inf)
        self._sell = min((entry.far for entry in sells), default=inf)
        self._near_buy = max((entry.near for entry in buys), default=-inf)
        self._near_sell = min((entry.near for entry in sells), default=inf)
        self._print_buy = max((entry.traded for entry in buys), default=-inf)
        self._print_sell = min((entry.traded for entry in sells), default=inf)

    def next_touch(self, batch: TickBatch, begin: int, wake: int) -> int:
        """The place of the first tick from `begin` on that may touch an order or is later than
        `wake`; the batch's length where there is none.
        """
        times, kinds, bids, asks = batch.time_us, batch.kind, batch.bid, batch.ask
        buy, near_buy, print_buy = self._buy, self._near_buy, self._print_buy
        sell, near_sell, print_sell = self._sell, self._near_sell, self._print_sell
        for index in range(begin, len(times)):
            if times[index] > wake:
                return index
            bid = bids[index]
            if kinds[index] == "q":
                ask = asks[index]
                if ask <= buy or bid >= sell or bid <= near_buy or ask >= near_sell:
                    return index
            elif bid <= print_buy or bid >= print_sell:
                return index
        return len(times)

    def reached(self, bid: float, ask: float) -> list[PaperOrderRow]:
        """Working orders whose limit a quote may reach, and all that take."""
        return [
            one.order for one in self.working if (ask <= one.far if one.is_buy else bid >= one.far)
        ]

    def queued(self, bid: float, ask: float) -> list[PaperOrderRow]:
        """Resting orders whose place in the queue a quote may change."""
        return [
            one.order
            for one in self.working
            if (bid <= one.near if one.is_buy else ask >= one.near)
        ]

    def traded(self, price: float) -> list[PaperOrderRow]:
        """Orders that a print may fill or bring forward."""
        return [
            one.order
            for one in self.working
            if (price <= one.traded if one.is_buy else price >= one.traded)
        ]


def _entry(order: PaperOrderRow, tick: Decimal, model: QueueModel) -> Entry:
    is_buy = order.side is Side.BUY
    never, any_price = (-inf, inf) if is_buy else (inf, -inf)
    if order.auction_at is not None:  # in the opening: the next print, whatever its price
        return Entry(order, is_buy, never, never, any_price)
    if order.status == TAKING or order.limit_price is None:
        return Entry(order, is_buy, any_price, never, never)
    bound = _bound(order.limit_price, tick / 2 if is_buy else -tick / 2)
    near = bound if is_waiting_for_quotes(order, model) else never
    return Entry(order, is_buy, bound, near, bound if order.status == RESTING else never)


def _bound(limit: Decimal, half_tick: Decimal) -> float:
    bound = float(limit + half_tick)  # tidy: a bound, not money
    wider = bound * (1 + _HAIR) if half_tick > 0 else bound * (1 - _HAIR)
    return wider if isfinite(wider) else bound
