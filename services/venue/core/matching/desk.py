"""What becomes of an order: it is filled, it leaves the book; each is a report.

What a firm took of a displayed size is gone until the next quote row; firms do not see each
other, so that no firm's fills depend on who shares its shard.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from services.venue.core.matching.fees import order_fee
from services.venue.core.matching.halts import is_halted
from services.venue.core.matching.hours import CLOCK, may_trade
from services.venue.core.matching.queue import seen
from services.venue.core.matching.quote import Quote
from services.venue.core.matching.rules import near_side
from services.venue.core.reports import execution_of, report
from services.venue.core.rows import (
    FILLED,
    RESTING,
    PaperExecutionRow,
    PaperOrderRow,
    PaperPositionRow,
    TakenRow,
)
from services.venue.core.state import VenueState
from shared.events.venue import ReportKind, VenueReport
from shared.ids import derived_id
from shared.types import ZERO, Side, Time, normal

_BUY = Side.BUY


class Deal(msgspec.Struct, frozen=True):
    """What an order is filled with: `quote` is the one it traded against, None for a print."""

    quantity: Decimal
    price: Decimal
    at: int
    quote: Quote | None
    is_maker: bool


class Desk:
    """One turn: changes the rows in `state` and collects `reports`."""

    def __init__(self, state: VenueState) -> None:
        self.state, self.terms = state, state.terms()
        self.clock = state.paper_clock.get(CLOCK)
        self.reports: list[VenueReport] = []

    def may_trade(self, order: PaperOrderRow, at: int) -> bool:
        """Whether an order may trade at a market time: its session is open, its symbol not
        halted, its end not come.
        """
        return self.is_open(order.symbol, at) and may_trade(order, self.clock, at)

    def is_open(self, symbol: str, at: int) -> bool:
        """Whether a symbol is not halted at a market time."""
        return not is_halted(self.state.halts.get(symbol), at)

    def is_usable(self, quote: Quote | None, at: int) -> bool:
        """Whether a quote can be traded against: a whole one and not too old."""
        if quote is None or not quote.is_tradable():
            return False
        age_max = self.terms.quote_age_us_max
        return age_max is None or at - quote.time_us <= age_max

    def rest(self, order: PaperOrderRow, quote: Quote | None) -> None:
        """The order rests at its limit from now on; `quote` says what is before it."""
        shown = order.display_quantity
        order = msgspec.structs.replace(
            order,
            status=RESTING,
            shown=None if shown is None else normal(min(shown, order.leaves)),
            ahead=None,
            displayed=None,
        )
        self.state.paper_orders.put(order if quote is None else self._queued(order, quote))

    def requeue(self, order: PaperOrderRow, quote: Quote) -> None:
        """A resting order's place in the queue as a quote tells."""
        queued = self._queued(order, quote)
        if queued is not order:
            self.state.paper_orders.put(queued)

    def _queued(self, order: PaperOrderRow, quote: Quote) -> PaperOrderRow:
        near = near_side(order, quote, self.state.instruments[order.symbol])
        return seen(order, near, self.terms.queue_model)

    def fill(self, order: PaperOrderRow, deal: Deal) -> PaperOrderRow:
        """The order after it traded; the same one where the quantity is zero."""
        if deal.quantity <= 0:
            return order
        cum = normal(order.cum_quantity + deal.quantity)
        amount = normal(order.amount + deal.quantity * deal.price)
        charged = order_fee(self.terms.fees, cum, amount)
        row = _execution(order, deal, normal(charged - order.fee))
        order = self._after(order, deal, cum, amount, charged)
        self.state.paper_orders.put(order)
        self.state.paper_executions.put(row)
        move_position(self.state, row, 1)
        if deal.quote is not None:
            self._take(order, deal.quote, deal.quantity)
        currency = self.state.instruments[order.symbol].currency
        session = self.state.session().number
        told = report(order, ReportKind.FILLED, session, execution=execution_of(row, currency))
        self.reports.append(told)
        return order

    def _after(
        self, order: PaperOrderRow, deal: Deal, cum: Decimal, amount: Decimal, fee: Decimal
    ) -> PaperOrderRow:
        is_done = cum >= order.quantity
        order = msgspec.structs.replace(
            order,
            cum_quantity=cum,
            fills=order.fills + 1,
            amount=amount,
            fee=fee,
            status=FILLED if is_done else order.status,
        )
        if order.shown is None or not deal.is_maker:
            return order
        shown = normal(order.shown - deal.quantity)
        if is_done or shown > 0:
            return msgspec.structs.replace(order, shown=shown)
        return self._refilled(order)

    def _refilled(self, order: PaperOrderRow) -> PaperOrderRow:
        """The next part of an iceberg is shown: behind all that is there, its own firm's too."""
        session = self.state.session()
        self.state.sessions.put(msgspec.structs.replace(session, accepted=session.accepted + 1))
        shown = min(order.display_quantity or ZERO, order.leaves)
        return msgspec.structs.replace(
            order, number=session.accepted, shown=normal(shown), ahead=None, displayed=None
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

    def taken(self, order: PaperOrderRow, quote: Quote) -> Decimal:
        """What the order's firm has taken of the far side's displayed size."""
        row = self.state.taken.get(order.firm_id, order.symbol)
        if row is None or (row.quote_at, row.quote_row) != (quote.time_us, quote.row):
            return ZERO
        return row.ask_taken if order.side is _BUY else row.bid_taken

    def _take(self, order: PaperOrderRow, quote: Quote, quantity: Decimal) -> None:
        row = self.state.taken.get(order.firm_id, order.symbol)
        if row is None or (row.quote_at, row.quote_row) != (quote.time_us, quote.row):
            row = TakenRow(
                firm_id=order.firm_id,
                symbol=order.symbol,
                quote_at=Time(quote.time_us),
                quote_row=quote.row,
            )
        side = "ask_taken" if order.side is _BUY else "bid_taken"
        taken = normal(getattr(row, side) + quantity)
        self.state.taken.put(msgspec.structs.replace(row, **{side: taken}))


def move_position(state: VenueState, row: PaperExecutionRow, sign: int) -> None:
    """What an execution (sign 1) or its bust (sign -1) does to its account's position."""
    held = state.paper_positions.get(row.account_id, row.symbol)
    before = ZERO if held is None else held.quantity
    signed = row.quantity if row.side is _BUY else -row.quantity
    state.paper_positions.put(
        PaperPositionRow(
            account_id=row.account_id,
            symbol=row.symbol,
            firm_id=row.firm_id,
            quantity=normal(before + sign * signed),
        )
    )


def _execution(order: PaperOrderRow, deal: Deal, fee: Decimal) -> PaperExecutionRow:
    quote = deal.quote
    return PaperExecutionRow(
        execution_id=derived_id("execution", order.order_id, order.fills + 1),
        order_id=order.order_id,
        venue_order_id=order.venue_order_id,
        account_id=order.account_id,
        firm_id=order.firm_id,
        symbol=order.symbol,
        side=order.side,
        quantity=normal(deal.quantity),
        price=normal(deal.price),
        transact_at=Time(deal.at),
        quote_at=None if quote is None else Time(quote.time_us),
        quote_row=None if quote is None else quote.row,
        liquidity="maker" if deal.is_maker else "taker",
        fee=fee,
    )
