"""The paper exchange.

Theory of operation
-------------------
An order reaches the exchange at the market time `arrived_at`: the largest market time that was
known to be published when OMS committed to send it, and its latency later. Ticks reach us in
stretches, so it *waits* until every tick of its symbol up to a time W >= arrived_at has been
handled, and then meets the quote in force at W; W is `arrived_at` itself, or, where the ticks were
complete beyond it already, the time they are complete to. It never sees a quote of before it was
sent, nor one that was not yet in force. Outside the session (see hours) and in a halt orders wait;
limits with extended hours wait for no session. Orders for the opening and the close wait for their
auction (see auctions).

At W an order *takes*: it pays the far side, up to the displayed size. What is left of an ioc is
canceled (all of it outside the session); a fok trades whole or not at all; a post-only order that
would take is rejected; other market orders go on taking from every new quote; a limit goes on
while the far side is within its limit and *rests* from the first quote that is not. A resting order
gets its limit price: when the far side reaches its limit or a print goes through it, whoever is
before it in the queue, and by prints at its limit once nobody is (see queue). It never gets more
than the size of that quote or print, an iceberg no more than it shows.

All quotes of one microsecond are one: the last of them. Prints of that microsecond come before it.
A print's size counts once per firm. Orders are served market first, then by limit, then by arrival.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from services.venue.core.matching.auctioneer import NEVER, Auctioneer
from services.venue.core.matching.batch import print_at, print_before, quote_at
from services.venue.core.matching.book import Book
from services.venue.core.matching.desk import Deal
from services.venue.core.matching.halts import free_from
from services.venue.core.matching.hours import matches_at
from services.venue.core.matching.queue import printed
from services.venue.core.matching.quote import Print, Quote
from services.venue.core.matching.rules import far_side, goes_through, is_at, reaches
from services.venue.core.matching.standing import Standing
from services.venue.core.rows import (
    CANCELED,
    REJECTED,
    RESTING,
    TAKING,
    PaperOrderRow,
)
from shared.events.market import TickBatch
from shared.events.venue import ReportKind
from shared.types import ZERO, TimeInForce

_AT_ONCE = frozenset({TimeInForce.IOC, TimeInForce.FOK})


class Exchange(Auctioneer):
    """One turn of the exchange: what happens to the orders of its book."""

    def play(self, batch: TickBatch, stood: Standing) -> None:
        """A stretch of ticks; `stood` is what stood before it."""
        quote, done = stood.quote, stood.through
        times, index, count = batch.time_us, 0, len(batch.time_us)
        end = max(batch.market_at, times[-1]) if count else batch.market_at
        while (book := self.state.book(batch.symbol)).is_live:
            wake, begin = self._wake(book, end), index
            index = book.next_touch(batch, begin, wake)
            if index > begin:
                done = times[index - 1]
                place = batch.kind.rfind("q", begin, index)
                quote = quote if place < 0 else quote_at(batch, place)
            is_over = index == count
            if not is_over and times[index] <= wake:
                index, quote = self._moment(batch, index, quote)
                done = times[index - 1]
            elif wake <= end:
                through = end if is_over else times[index] - 1
                stands = Standing(quote, done, print_before(batch, index, stood.traded))
                self.complete(batch.symbol, stands, through)
            elif is_over:
                return

    def complete(self, symbol: str, stands: Standing, through: int) -> None:
        """All ticks of a symbol up to `through` are handled: who waited for that goes on. What
        stands is in force since `stands.through`.
        """
        self.call(symbol, stands, through)
        waiting = self.state.book(symbol).waiting
        orders = [order for order in waiting if order.auction_at is None]
        self.admit(orders, stands.quote, stands.through, through)

    def admit(
        self, orders: Iterable[PaperOrderRow], quote: Quote | None, done: int, through: int
    ) -> None:
        """Let waiting orders meet the market, whose ticks are handled up to `through`; `quote` is
        in force from `done` until then.
        """
        for order in sorted(orders, key=lambda order: (order.arrived_at, order.number)):
            when = self._meets_at(order, through)
            if when is None and order.time_in_force in _AT_ONCE:
                is_shut = matches_at(order, self.clock, through) is None
                reason = "outside the session" if is_shut else "halted"
                self.end(order, CANCELED, ReportKind.CANCELED, reason=reason)
            elif when is not None and when <= through:
                self._arrive(order, max(when, done), quote)

    def _wake(self, book: Book, through: int) -> int:
        """The market time up to which all ticks must be handled for something to happen by
        itself, if that lies up to `through`.
        """
        wake = NEVER
        for order in book.waiting:
            when = self._meets_at(order, through) if order.auction_at is None else None
            wake = min(wake, NEVER if when is None else when)
        for order in book.timed:
            wake = min(wake, self.wakes_after(order))
        return wake

    def _meets_at(self, order: PaperOrderRow, now: int) -> int | None:
        when = matches_at(order, self.clock, now)
        return None if when is None else free_from(self.state.halts.get(order.symbol), when)

    def _arrive(self, order: PaperOrderRow, when: int, quote: Quote | None) -> None:
        if quote is None or not (self.is_usable(quote, when) and self.may_trade(order, when)):
            self._stay(order, TAKING, None)
            return
        price, size = far_side(order, quote, self.state.instruments[order.symbol])
        if not reaches(order, price):
            self._stay(order, RESTING, quote)
        elif order.post_only:
            reason = f"post_only: it would take at {price}"
            self.end(order, REJECTED, ReportKind.REJECTED, reason=reason)
        else:
            left = size - self.taken(order, quote)
            if order.time_in_force is TimeInForce.FOK and left < order.leaves:
                left = ZERO
            deal = Deal(min(order.leaves, left), price, when, quote, False)
            self._stay(self.fill(order, deal), TAKING, quote)

    def _stay(self, order: PaperOrderRow, status: str, quote: Quote | None) -> None:
        """The order has met the market and goes on with what is left of it."""
        if not order.is_live:
            return
        if order.time_in_force in _AT_ONCE:
            self.end(order, CANCELED, ReportKind.CANCELED, reason=order.time_in_force.value)
        elif status == RESTING or order.post_only:
            self.rest(order, quote)
        else:
            self.state.paper_orders.put(msgspec.structs.replace(order, status=status))

    # -- ticks -----------------------------------------------------------------------------------

    def _moment(
        self, batch: TickBatch, index: int, quote: Quote | None
    ) -> tuple[int, Quote | None]:
        """All ticks of the microsecond that begins at `index`; the place after it, and the quote
        in force from then on.
        """
        times, kinds, count, last = batch.time_us, batch.kind, len(batch.time_us), -1
        time = times[index]
        while index < count and times[index] == time:
            if kinds[index] == "t":
                self._print(batch.symbol, print_at(batch, index))
            else:
                last = index
            index += 1
        if last >= 0:
            quote = quote_at(batch, last)
            if quote.is_tradable():
                self._quoted(batch.symbol, quote)
        return index, quote

    def _quoted(self, symbol: str, quote: Quote) -> None:
        instrument, time = self.state.instruments[symbol], quote.time_us
        for order in self.state.book(symbol).reached(quote.bid, quote.ask):
            if not self.may_trade(order, time):
                continue
            price, size = far_side(order, quote, instrument)
            if reaches(order, price):
                is_maker = order.status == RESTING and order.limit_price is not None
                paid = order.limit_price if is_maker and order.limit_price is not None else price
                wanted = order.open_to_rest if is_maker else order.leaves
                quantity = min(wanted, size - self.taken(order, quote))
                order = self.fill(order, Deal(quantity, paid, time, quote, is_maker))
            elif order.status == TAKING and order.time_in_force is not TimeInForce.OPG:
                self.rest(order, quote)
            if order.is_live and order.time_in_force is TimeInForce.OPG:
                self.expire(order)
        for order in self.state.book(symbol).queued(quote.bid, quote.ask):
            if self.may_trade(order, time):
                self.requeue(order, quote)

    def _print(self, symbol: str, traded: Print) -> None:
        if not traded.is_sound():
            return
        instrument = self.state.instruments[symbol]
        price, whole = instrument.price(traded.price), instrument.size(traded.size)
        left: dict[str, Decimal] = {}
        for order in self.state.book(symbol).traded(traded.price):
            if not self.may_trade(order, traded.time_us):
                continue
            available = left.get(order.firm_id, whole)
            order, quantity = self._printed(order, price, whole, available)
            is_maker = order.auction_at is None
            paid = order.limit_price if is_maker and order.limit_price is not None else price
            left[order.firm_id] = available - quantity
            order = self.fill(order, Deal(quantity, paid, traded.time_us, None, is_maker))
            if order.is_live and order.auction_at is not None:
                self.expire(order)

    def _printed(
        self, order: PaperOrderRow, price: Decimal, whole: Decimal, available: Decimal
    ) -> tuple[PaperOrderRow, Decimal]:
        """The order after a print, and how much of it the order gets."""
        if order.auction_at is not None:
            return order, min(order.leaves, available) if reaches(order, price) else ZERO
        if goes_through(order, price):
            return order, min(order.open_to_rest, available)
        if not is_at(order, price):
            return order, ZERO
        passed = printed(order, whole, available)
        if passed.order is not order:
            self.state.paper_orders.put(passed.order)
        whole_lots = passed.reached - passed.reached % self.state.instruments[order.symbol].lot
        return passed.order, min(passed.order.open_to_rest, whole_lots)
