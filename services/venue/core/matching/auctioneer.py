"""Auctions as a tape without an auction book allows them: who trades in them, and at what.

The rules are in `auctions`; here orders for the opening and the close come to their end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec

from services.venue.core.matching.auctions import is_official, wakes_after
from services.venue.core.matching.desk import Deal, Desk
from services.venue.core.matching.quote import Print, Quote
from services.venue.core.matching.rules import far_side, priority, reaches
from services.venue.core.matching.standing import Standing, last_batch
from services.venue.core.rows import EXPIRED, TAKING, WAITING, PaperOrderRow
from shared.events.market import ClockAdvanced
from shared.events.venue import ReportKind
from shared.types import ZERO, TimeInForce

NEVER = 1 << 62


class Auctioneer(Desk):
    """The part of an exchange's turn that is about auctions."""

    def call(self, symbol: str, stands: Standing, through: int) -> None:
        """All ticks of a symbol up to `through` are handled: every auction that is due then."""
        while due := self._due(symbol, through):
            closing = [one for one in due if one.time_in_force is TimeInForce.CLS]
            self.close(closing, stands.traded)
            for order in due:
                if order.time_in_force is TimeInForce.OPG:
                    self._open(order, stands, self.wakes_after(order) + 1)

    def wakes_after(self, order: PaperOrderRow) -> int:
        """The last market time before something happens to an order because of its auction."""
        wakes = wakes_after(order, self.terms.auction_us)
        return NEVER if wakes is None else wakes

    def _due(self, symbol: str, through: int) -> list[PaperOrderRow]:
        timed = self.state.book(symbol).timed
        return [order for order in timed if self.wakes_after(order) <= through]

    def close(self, orders: Iterable[PaperOrderRow], traded: Print | None) -> None:
        """Orders of one symbol for the close, which has come; `traded` is the last print."""
        left: dict[str, Decimal] = {}
        for order in sorted(orders, key=priority):
            at, instrument = order.auction_at or 0, self.state.instruments[order.symbol]
            if traded is not None and traded.is_sound() and is_official(traded, self.clock, at):
                price = instrument.price(traded.price)
                available = left.get(order.firm_id, instrument.size(traded.size))
                is_on = reaches(order, price) and self.is_open(order.symbol, at - 1)
                quantity = min(order.leaves, available) if is_on else ZERO
                left[order.firm_id] = available - quantity
                order = self.fill(order, Deal(quantity, price, at, None, False))
            if order.is_live:
                self.expire(order)

    def close_overdue(self, orders: Sequence[PaperOrderRow], message: ClockAdvanced) -> None:
        """The clock is past the close by as long as an opening is waited for, and no tick came to
        show it: what is known of the tape must do.
        """
        latest = message.market_time - self.terms.auction_us
        for symbol in sorted({order.symbol for order in orders}):
            due = [one for one in orders if one.symbol == symbol and one.auction_at is not None]
            overdue = [one for one in due if (one.auction_at or 0) <= latest]
            self.close(overdue, last_batch(symbol, self.state.latest).traded)

    def _open(self, order: PaperOrderRow, stands: Standing, at: int) -> None:
        """The opening has come, or the time is up in which an order for it waited for a print."""
        if order.status == WAITING:
            self.state.paper_orders.put(msgspec.structs.replace(order, status=TAKING))
        else:
            order = msgspec.structs.replace(order, auction_at=None)
            self.state.paper_orders.put(order)
            if stands.quote is not None and self.is_usable(stands.quote, at):
                self._open_late(order, at, stands.quote)

    def _open_late(self, order: PaperOrderRow, at: int, quote: Quote) -> None:
        price, size = far_side(order, quote, self.state.instruments[order.symbol])
        if reaches(order, price) and self.may_trade(order, at):
            quantity = min(order.leaves, size - self.taken(order, quote))
            order = self.fill(order, Deal(quantity, price, at, quote, False))
        if order.is_live:
            self.expire(order)

    def expire(self, order: PaperOrderRow) -> None:
        """What an auction has left of an order ends."""
        self.end(order, EXPIRED, ReportKind.EXPIRED, reason=order.time_in_force.value)
