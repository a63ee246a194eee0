"""What the paper link does with what OMS commits to send: guard, exchange, reports."""

from __future__ import annotations

import msgspec

from services.venue.core import guard, session
from services.venue.core.matching import acceptance
from services.venue.core.matching.auctions import auction_at
from services.venue.core.matching.exchange import Exchange
from services.venue.core.matching.hours import CLOCK, expiry
from services.venue.core.matching.latency import delay_us
from services.venue.core.matching.standing import standing
from services.venue.core.observations import KillFlag
from services.venue.core.reports import report, report_unsent, venue_order_id
from services.venue.core.rows import (
    CANCELED,
    FILLED,
    LIVE,
    REJECTED,
    REPLACED,
    WAITING,
    PaperOrderRow,
)
from services.venue.core.state import VenueState
from shared.events.oms import CancelPending, OrderSubmitted, OrderTriggered, ReplacePending
from shared.events.venue import ReportKind, VenueReport
from shared.table import At
from shared.topics import partition_of
from shared.types import Order, OrderState, OrderType, Time, TimeInForce

TRIGGERED = {
    OrderType.STOP: OrderType.MARKET,
    OrderType.TRAILING_STOP: OrderType.MARKET,
    OrderType.MARKET_IF_TOUCHED: OrderType.MARKET,
    OrderType.STOP_LIMIT: OrderType.LIMIT,
    OrderType.LIMIT_IF_TOUCHED: OrderType.LIMIT,
}
"""What each type becomes once it has triggered."""

Sent = OrderSubmitted | OrderTriggered


def send(message: Sent, state: VenueState, at: At) -> list[VenueReport]:
    """Send an order, once: guard, acceptance, and what it trades at once."""
    order = sent_as(message.state, message.state.order)
    held = state.paper_orders.get(order.order_id)
    number = state.session().number
    if held is not None:
        return [report(held, ReportKind.OPEN_ORDER, number, quantity=held.quantity)]
    told = message.state
    row = _row(order, told.triggered_at or told.submitted_at, state)
    reason = _refusal(message, state, at) or _exchange_refusal(order, row.arrived_at, state)
    if reason is not None:
        state.paper_orders.put(msgspec.structs.replace(row, status=REJECTED, reason=reason))
        return [report(row, ReportKind.REJECTED, number, reason=reason)]
    _count_sent(state, at)
    state.paper_orders.put(row)
    exchange = Exchange(state)
    exchange.reports.append(report(row, ReportKind.ACCEPTED, number))
    _admit(row, exchange, state)
    return exchange.reports


def cancel(message: CancelPending, state: VenueState) -> list[VenueReport]:
    """Take an order out of the book; too late once it has ended."""
    order, request_id = message.state.order, message.request_id
    row = state.paper_orders.get(order.order_id)
    number = state.session().number
    if row is None:
        return [
            report_unsent(
                order, ReportKind.CANCEL_REJECTED, number, request_id=request_id,
                reason="unknown_order",
            )
        ]  # fmt: skip
    if row.status not in LIVE:
        kind = ReportKind.CANCEL_REJECTED
        return [report(row, kind, number, request_id=request_id, reason="too_late")]
    exchange = Exchange(state)
    exchange.end(row, CANCELED, ReportKind.CANCELED, request_id=request_id)
    return exchange.reports


def replace(message: ReplacePending, state: VenueState, at: At) -> list[VenueReport]:
    """Put an order in the place of another. It keeps its place only if it gets no bigger and no
    dearer; its quantity is never below what has been filled.
    """
    old, new = message.state.order, message.replacement
    new = None if new is None else sent_as(message.state, new)
    row = state.paper_orders.get(old.order_id)
    number = state.session().number
    reason = "unknown_order" if row is None or new is None else None
    successor = None
    if row is not None and new is not None:
        successor = _successor(row, new, message.market_at, state)
        reason = "too_late" if row.status not in LIVE else _refusal(message, state, at)
        reason = reason or _exchange_refusal(new, successor.arrived_at, state)
    if row is None or new is None or successor is None or reason is not None:
        kind = ReportKind.REPLACE_REJECTED
        return [report_unsent(old, kind, number, request_id=message.request_id, reason=reason)]
    _count_sent(state, at)
    state.paper_orders.put(msgspec.structs.replace(row, status=REPLACED))
    state.paper_orders.put(successor)
    exchange = Exchange(state)
    exchange.reports.append(
        report(
            row, ReportKind.REPLACED, number, request_id=new.order_id, quantity=successor.quantity
        )
    )
    if successor.status == WAITING:
        _admit(successor, exchange, state)
    return exchange.reports


def sent_as(state: OrderState, order: Order) -> Order:
    """What a venue sees of an order whose trigger is behind it: a market or a limit order."""
    kind = TRIGGERED.get(order.type)
    if kind is None or state.triggered_at is None:
        return order
    return msgspec.structs.replace(
        order, type=kind, stop_price=None, trail_price=None, trail_percent=None
    )


def _admit(row: PaperOrderRow, exchange: Exchange, state: VenueState) -> None:
    if row.auction_at is None:
        stands = standing(row.symbol, _partition(row, state), state.latest)
        exchange.admit([row], stands.quote, stands.through, stands.through)


def _refusal(message: Sent | ReplacePending, state: VenueState, at: At) -> str | None:
    flag = state.latest.read(KillFlag, "")
    sent = session.sent_this_second(state.session(), at.wall)
    return guard.refusal(message, flag, sent, state.limits, at.wall)


def _exchange_refusal(order: Order, arrives_at: Time, state: VenueState) -> str | None:
    through = standing(order.symbol, _partition(order, state), state.latest).through
    return acceptance.refusal(order, arrives_at, through, state)


def _partition(order: Order | PaperOrderRow, state: VenueState) -> int:
    return partition_of(order.symbol, state.market_partitions)


def _row(order: Order, sent_at: Time, state: VenueState) -> PaperOrderRow:
    """The order as it is when it reaches the matching."""
    tif, clock = order.time_in_force, state.paper_clock.get(CLOCK)
    arrived_at = sent_at.plus(delay_us(order.order_id, state.terms()))
    auction = auction_at(tif, clock, arrived_at)
    ends = expiry(tif, clock, arrived_at if auction is None else auction)
    return PaperOrderRow(
        order_id=order.order_id,
        venue_order_id=venue_order_id(order.order_id),
        account_id=order.account_id,
        firm_id=order.firm_id,
        symbol=order.symbol,
        side=order.side,
        type=order.type,
        time_in_force=tif,
        quantity=order.quantity,
        limit_price=order.limit_price if order.type is OrderType.LIMIT else None,
        extended_hours=order.extended_hours,
        status=WAITING,
        number=state.session().accepted,
        arrived_at=arrived_at,
        expires_at=order.expires_at if tif is TimeInForce.GTD else ends,
        auction_at=auction,
        post_only=order.post_only,
        display_quantity=order.display_quantity,
    )


def _successor(row: PaperOrderRow, order: Order, sent_at: Time, state: VenueState) -> PaperOrderRow:
    fresh = _row(order, sent_at, state)
    quantity = max(fresh.quantity, row.cum_quantity)
    keeps_place = quantity <= row.quantity and _is_in_its_place(fresh, row)
    placed = {"shown": row.shown, "ahead": row.ahead, "displayed": row.displayed}
    return msgspec.structs.replace(
        fresh,
        **(placed if keeps_place else {}),
        amount=row.amount,
        fee=row.fee,
        venue_order_id=row.venue_order_id,
        quantity=quantity,
        cum_quantity=row.cum_quantity,
        number=row.number if keeps_place else fresh.number,
        arrived_at=row.arrived_at if keeps_place else fresh.arrived_at,
        status=FILLED if quantity <= row.cum_quantity else row.status if keeps_place else WAITING,
    )


def _is_in_its_place(fresh: PaperOrderRow, row: PaperOrderRow) -> bool:
    """Whether a replacement differs in nothing that its place in the book depends on."""
    names = ("limit_price", "display_quantity", "auction_at")
    return all(getattr(fresh, name) == getattr(row, name) for name in names)


def _count_sent(state: VenueState, at: At) -> None:
    state.sessions.put(session.sent(state.session(), at.wall))
