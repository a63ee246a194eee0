"""What the paper link does with each message; the table at the foot is its behaviour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from services.venue.core import link
from services.venue.core.faults import telling
from services.venue.core.matching import halts
from services.venue.core.matching.exchange import Exchange
from services.venue.core.matching.hours import CLOCK, expiry, ticked
from services.venue.core.matching.standing import last_batch, pass_batch
from services.venue.core.observations import LinkOpened
from services.venue.core.rows import EXPIRED, PaperOrderRow
from services.venue.core.state import LINK, VenueState
from shared.events.market import ClockAdvanced, SymbolHalted, TickBatch, TicksThrough
from shared.events.oms import CancelPending, OrderSubmitted, OrderTriggered, ReplacePending
from shared.events.venue import ReportKind, VenueReport
from shared.messages import Message
from shared.room import Room
from shared.table import At, Key
from shared.types import TimeInForce

NOTHING: tuple[VenueReport, ...] = ()


def on_order_submitted(message: OrderSubmitted, state: VenueState, at: At) -> Sequence[VenueReport]:
    """Send an order of this link."""
    return link.send(message, state, at) if message.state.order.venue == LINK else NOTHING


def on_order_triggered(message: OrderTriggered, state: VenueState, at: At) -> Sequence[VenueReport]:
    """Send an order that OMS has kept until now, as what it has become."""
    return link.send(message, state, at) if message.state.order.venue == LINK else NOTHING


def on_cancel_pending(message: CancelPending, state: VenueState, at: At) -> Sequence[VenueReport]:
    """Cancel an order of this link that it has."""
    told = message.state
    return link.cancel(message, state) if told.order.venue == LINK and not told.held else NOTHING


def on_replace_pending(message: ReplacePending, state: VenueState, at: At) -> Sequence[VenueReport]:
    """Replace an order of this link that it has."""
    told = message.state
    if told.order.venue != LINK or told.held:
        return NOTHING
    return link.replace(message, state, at)


def on_tick_batch(message: TickBatch, state: VenueState, at: At) -> Sequence[VenueReport]:
    """Let the ticks of a symbol trade with its orders; without any only remember the last quote."""
    stood = pass_batch(message, state.latest)
    if not state.book(message.symbol).is_live:
        return NOTHING
    exchange = Exchange(state)
    exchange.play(message, stood)
    return exchange.reports


def on_ticks_through(message: TicksThrough, state: VenueState, at: At) -> Sequence[VenueReport]:
    """The market is complete up to a time: orders of quiet symbols that waited for it meet it."""
    waiting = state.paper_orders.by("waiting", message.partition)
    if not waiting:
        return NOTHING
    exchange = Exchange(state)
    for symbol in sorted({row.symbol for row in waiting}):
        stands = last_batch(symbol, state.latest)
        exchange.complete(symbol, stands, max(stands.through, message.market_at))
    return exchange.reports


def on_symbol_halted(message: SymbolHalted, state: VenueState, at: At) -> Sequence[VenueReport]:
    """A symbol stops trading, or goes on."""
    before = state.halts.get(message.symbol)
    after = halts.told(before, message)
    if after is not None and after != before:
        state.halts.put(after)
    return NOTHING


def on_clock_advanced(message: ClockAdvanced, state: VenueState, at: At) -> Sequence[VenueReport]:
    """Open and close the session; tell what is late by now."""
    reports = _pass_time(message, state, at)
    return [*reports, *telling.overdue(state, at)] if len(state.untold) else reports


@telling.as_told
def _pass_time(message: ClockAdvanced, state: VenueState, at: At) -> Sequence[VenueReport]:
    """Orders end with the session, or at a time of their own."""
    old = state.paper_clock.get(CLOCK)
    new = ticked(old, message)
    rows = state.paper_orders.by("timed", True)
    if new != old or message.market_time >= new.next_close:
        rows = [row for row in state.paper_orders.rows() if row.is_live]
    if new != old:
        state.paper_clock.put(new)
    exchange = Exchange(state)
    for row in rows:
        if row.time_in_force is not TimeInForce.CLS:
            _end(row, message, exchange)
    exchange.close_overdue([r for r in rows if r.time_in_force is TimeInForce.CLS], message)
    return exchange.reports


def _end(row: PaperOrderRow, message: ClockAdvanced, exchange: Exchange) -> None:
    if row.expires_at is None:
        ends = expiry(row.time_in_force, exchange.clock, message.market_time)
        if ends is not None:
            exchange.state.paper_orders.put(msgspec.structs.replace(row, expires_at=ends))
    elif row.expires_at <= message.market_time:
        exchange.end(row, EXPIRED, ReportKind.EXPIRED)


def on_link_opened(message: LinkOpened, state: VenueState, at: At) -> Sequence[VenueReport]:
    """A new session: raise its number, and publish what was lost and what is open."""
    return telling.connected(state, at)


def names_of_order(
    message: OrderSubmitted | OrderTriggered | CancelPending | ReplacePending,
) -> Iterable[tuple[str, Key]]:
    """The order, live or ended."""
    return (("paper_orders", (message.state.order.order_id,)),)


def is_fill(message: Message) -> bool:
    """Whether a report tells of an execution."""
    return isinstance(message, VenueReport) and message.kind is ReportKind.FILLED


HANDLERS = {
    OrderSubmitted: telling.as_told(on_order_submitted),
    OrderTriggered: telling.as_told(on_order_triggered),
    CancelPending: telling.as_told(on_cancel_pending),
    ReplacePending: telling.as_told(on_replace_pending),
    TickBatch: telling.as_told(on_tick_batch),
    TicksThrough: telling.as_told(on_ticks_through),
    SymbolHalted: on_symbol_halted,
    ClockAdvanced: on_clock_advanced,
    LinkOpened: on_link_opened,
}
NAMES = {
    OrderSubmitted: names_of_order,
    OrderTriggered: names_of_order,
    CancelPending: names_of_order,
    ReplacePending: names_of_order,
}
ROOM = Room(
    name="venue.paper",
    schema="venue",
    state=VenueState,
    handlers=HANDLERS,  # type: ignore[arg-type]
    names=NAMES,  # type: ignore[arg-type]
    sends=frozenset({OrderSubmitted, OrderTriggered, ReplacePending}),
    is_fill=is_fill,
)
