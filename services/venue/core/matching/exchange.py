"""The paper exchange.

Theory of operation
-------------------
An order reaches the exchange at the market time `arrived_at`: the largest market time that was
known to be published when OMS committed to send it. Ticks reach us in stretches, so it *waits*
until every tick of its symbol up to a time W >= arrived_at has been handled, and then meets the
quote in force at W; W is `arrived_at` itself, or, where the ticks were complete beyond it already,
the time they are complete to. It never sees a quote of before it was sent, nor one that was not
yet in force. Outside the session (see hours) orders wait for it; limits with extended hours do not.

At W an order *takes*: it pays the far side, up to the displayed size. What is left of an ioc is
canceled (all of it outside the session); a fok trades whole or not at all; other market orders go
on taking from every new quote; a limit goes on while the far side is within its limit and *rests*
from the first quote that is not. A resting order gets its limit price (see rules).

All quotes of one microsecond are one: the last of them. Prints of that microsecond come before it.
What a firm took of a displayed size is gone until the next quote row; firms do not see each
other, so that no firm's fills depend on who shares its shard. A print's size counts once per firm.
Orders are served market first, then by limit, then by arrival.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from services.venue.core.matching.book import Book
from services.venue.core.matching.hours import CLOCK, matches_at, may_trade
from services.venue.core.matching.quote import Quote
from services.venue.core.matching.rules import far_side, goes_through, priority, reaches
from services.venue.core.reports import execution_of, report
from services.venue.core.rows import (
    CANCELED,
    FILLED,
    RESTING,
    TAKING,
    PaperExecutionRow,
    PaperOrderRow,
    TakenRow,
)
from services.venue.core.state import VenueState
from shared.events.market import TickBatch
from shared.events.venue import ReportKind, VenueReport
from shared.ids import derived_id
from shared.types import ZERO, Side, Time, TimeInForce, normal

_AT_ONCE = {TimeInForce.IOC, TimeInForce.FOK}


class Exchange:
    """One turn of the exchange: changes the book in `state` and collects `reports`."""

    def __init__(self, state: VenueState) -> None:
        self.state = state
        self.clock = state.paper_clock.get(CLOCK)
        self.reports: list[VenueReport] = []

    # -- what happens ----------------------------------------------------------------------------

    def play(self, batch: TickBatch, quote: Quote | None, done: int) -> None:
        """A stretch of ticks. `quote` stood before it; ticks up to `done` were handled before."""
        book = Book(self.state, batch.symbol, batch.market_at)
        times, kinds, count = batch.time_us, batch.kind, len(batch.time_us)
        index = 0
        while index < count and book.is_live:
            time = times[index]
            if book.waiting_from < time:
                self.admit(book.waiting(), quote, done, time - 1)
                book.refresh()
            last = -1
            while index < count and times[index] == time:
                if kinds[index] == "t":
                    if book.is_touched_by_print(batch.bid[index], batch.bid_size[index]):
                        self._print(book, time, batch.bid[index], batch.bid_size[index])
                else:
                    last = index
                index += 1
            if last >= 0:
                quote = quote_at(batch, last)
                if book.is_touched_by_quote(quote):
                    self._quoted(book, time, quote)
            if book.waiting_from == time:
                self.admit(book.waiting(), quote, done, time)
                book.refresh()
            done = time
        if index >= count and book.waiting_from <= batch.market_at:
            self.admit(book.waiting(), quote, done, batch.market_at)

    def admit(
        self, orders: Iterable[PaperOrderRow], quote: Quote | None, done: int, through: int
    ) -> None:
        """Let waiting orders meet the market, whose ticks are handled up to `through`; `quote` is
        in force from `done` until then.
        """
        for order in sorted(orders, key=lambda order: (order.arrived_at, order.number)):
            when = matches_at(order, self.clock, through)
            if when is None and order.time_in_force in _AT_ONCE:
                self.end(order, CANCELED, ReportKind.CANCELED, reason="outside the session")
            elif when is not None and when <= through:
                self._arrive(order, max(when, done), quote)

    def _arrive(self, order: PaperOrderRow, when: int, quote: Quote | None) -> None:
        instrument = self.state.instruments[order.symbol]
        status = TAKING
        if quote is not None and quote.is_tradable() and may_trade(order, self.clock, when):
            price, size = far_side(order, quote, instrument)
            left = size - self._taken(order, quote)
            if order.time_in_force is TimeInForce.FOK and left < order.leaves:
                left = ZERO
            if reaches(order, price):
                order = self._fill(order, min(order.leaves, left), price, when, quote, False)
            else:
                status = RESTING
        if not order.is_live:
            return
        if order.time_in_force in _AT_ONCE:
            self.end(order, CANCELED, ReportKind.CANCELED, reason=order.time_in_force.value)
        else:
            self.state.paper_orders.put(msgspec.structs.replace(order, status=status))

    def _quoted(self, book: Book, time: int, quote: Quote) -> None:
        instrument = self.state.instruments[book.symbol]
        for order in sorted(book.working(), key=priority):
            if not may_trade(order, self.clock, time):
                continue
            price, size = far_side(order, quote, instrument)
            if not reaches(order, price):
                if order.status == TAKING:
                    self.state.paper_orders.put(msgspec.structs.replace(order, status=RESTING))
                continue
            maker = order.status == RESTING and order.limit_price is not None
            paid = order.limit_price if maker and order.limit_price is not None else price
            left = size - self._taken(order, quote)
            self._fill(order, min(order.leaves, left), paid, time, quote, maker)
        book.refresh()

    def _print(self, book: Book, time: int, published: float, size: float) -> None:
        instrument = self.state.instruments[book.symbol]
        price, whole = instrument.price(published), instrument.size(size)
        left: dict[str, Decimal] = {}
        for order in sorted(book.working(), key=priority):
            if order.status != RESTING or not goes_through(order, price):
                continue
            if not may_trade(order, self.clock, time) or order.limit_price is None:
                continue
            available = left.get(order.firm_id, whole)
            quantity = min(order.leaves, available)
            left[order.firm_id] = available - quantity
            self._fill(order, quantity, order.limit_price, time, None, True)
        book.refresh()

    # -- what becomes of an order ----------------------------------------------------------------

    def _fill(
        self,
        order: PaperOrderRow,
        quantity: Decimal,
        price: Decimal,
        when: int,
        quote: Quote | None,
        maker: bool,
    ) -> PaperOrderRow:
        if quantity <= 0:
            return order
        cum = normal(order.cum_quantity + quantity)
        done = cum >= order.quantity
        order = msgspec.structs.replace(
            order,
            cum_quantity=cum,
            fills=order.fills + 1,
            status=FILLED if done else order.status,
        )
        row = self._execution(order, quantity, price, when, quote, maker)
        self.state.paper_orders.put(order)
        self.state.paper_executions.put(row)
        if quote is not None:
            self._take(order, quote, quantity)
        currency = self.state.instruments[order.symbol].currency
        session = self.state.session().number
        told = report(order, ReportKind.FILLED, session, execution=execution_of(row, currency))
        self.reports.append(told)
        return order

    @staticmethod
    def _execution(
        order: PaperOrderRow,
        quantity: Decimal,
        price: Decimal,
        when: int,
        quote: Quote | None,
        maker: bool,
    ) -> PaperExecutionRow:
        return PaperExecutionRow(
            execution_id=derived_id("execution", order.order_id, order.fills),
            order_id=order.order_id,
            venue_order_id=order.venue_order_id,
            account_id=order.account_id,
            firm_id=order.firm_id,
            symbol=order.symbol,
            side=order.side,
            quantity=normal(quantity),
            price=normal(price),
            transact_at=Time(when),
            quote_at=None if quote is None else Time(quote.time_us),
            quote_row=None if quote is None else quote.row,
            liquidity="maker" if maker else "taker",
        )

    def end(
        self,
        order: PaperOrderRow,
        status: str,
        kind: ReportKind,
        *,
        reason: str | None = None,
        request_id: str | None = None,
    ) -> None:
        """The order leaves the book."""
        order = msgspec.structs.replace(order, status=status, reason=reason)
        self.state.paper_orders.put(order)
        session = self.state.session().number
        self.reports.append(report(order, kind, session, reason=reason, request_id=request_id))

    # -- displayed size --------------------------------------------------------------------------

    def _taken(self, order: PaperOrderRow, quote: Quote) -> Decimal:
        row = self.state.taken.get(order.firm_id, order.symbol)
        if row is None or (row.quote_at, row.quote_row) != (quote.time_us, quote.row):
            return ZERO
        return row.ask_taken if order.side is Side.BUY else row.bid_taken

    def _take(self, order: PaperOrderRow, quote: Quote, quantity: Decimal) -> None:
        row = self.state.taken.get(order.firm_id, order.symbol)
        if row is None or (row.quote_at, row.quote_row) != (quote.time_us, quote.row):
            row = TakenRow(
                firm_id=order.firm_id,
                symbol=order.symbol,
                quote_at=Time(quote.time_us),
                quote_row=quote.row,
            )
        side = "ask_taken" if order.side is Side.BUY else "bid_taken"
        taken = normal(getattr(row, side) + quantity)
        self.state.taken.put(msgspec.structs.replace(row, **{side: taken}))


def quote_at(batch: TickBatch, index: int) -> Quote:
    """The quote at a place of a batch."""
    return Quote(
        batch.time_us[index],
        batch.row[index],
        batch.bid[index],
        batch.bid_size[index],
        batch.ask[index],
        batch.ask_size[index],
    )
