"""What the order management room does with each message; the table at the foot is its behaviour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from services.oms.core import contingency, exits, kept, reports, working
from services.oms.core.emulation import is_lacking
from services.oms.core.order import new_row
from services.oms.core.requests import (
    CANCEL,
    REPLACE,
    UNKNOWN_ORDER,
    ask_cancel,
    ask_replace,
    current,
    refused,
    told_of,
    whose,
)
from services.oms.core.rows import OrderRow, RememberedCancelRow
from services.oms.core.silence import tell_silent
from services.oms.core.state import OmsState
from services.oms.core.watching import watch
from services.oms.names import (
    FOLLOWS,
    names_of_cancel,
    names_of_decision,
    names_of_order,
    names_of_replace,
    names_of_report,
)
from shared.commands import CancelOrder, SubmitOrder
from shared.events.market import ClockAdvanced, TickBatch
from shared.events.oms import (
    CancelRefused,
    OrderCanceled,
    OrderFlagged,
    OrderSubmitted,
    ReplaceRefused,
)
from shared.events.risk import (
    CancelRequested,
    OrderApproved,
    OrderDenied,
    ReplaceApproved,
    ReplaceDenied,
)
from shared.events.venue import ReportUnreadable, VenueReport
from shared.ids import derived_id
from shared.messages import Event, Message
from shared.room import Handler, Room
from shared.table import At
from shared.topics import RISK_INBOX
from shared.types import Order, OrderStatus


def on_order_approved(message: OrderApproved, state: OmsState, at: At) -> list[Event]:
    """Commit to send the order, unless a cancel for it has come before."""
    order = message.order
    if state.orders.get(order.order_id) is not None:
        return [_duplicate(message, state)]
    remembered = state.remembered_cancels.get(order.account_id, order.order_id)
    working.answered(order, state)
    if remembered is not None or not working.is_wanted(order, state):
        state.remembered_cancels.delete(order.account_id, order.order_id)
        row = new_row(
            order, OrderStatus.CANCELED, at.market, canceled_at=at.market, exit=message.exit,
            reason="canceled before it arrived",
        )  # fmt: skip
        state.orders.put(row)
        return [OrderCanceled(**whose(row), cause=order.order_id, state=row.state)]
    return [*_take_in(order, state, at, is_exit=message.exit), *_exits_of(order, state, at)]


def _take_in(order: Order, state: OmsState, at: At, *, is_exit: bool) -> list[Event]:
    """Send it, or keep it where its venue has no such type, or an algorithm works it."""
    if order.algorithm is not None:
        return working.begin(order, state, at, is_exit=is_exit)
    if is_lacking(order):
        return [kept.keep(order, state, at, is_exit=is_exit)]
    row = new_row(order, OrderStatus.PENDING_NEW, at.market, at.wall, exit=is_exit)
    state.orders.put(row)
    return [OrderSubmitted(**whose(row), cause=order.order_id, state=row.state)]


def _exits_of(order: Order, state: OmsState, at: At) -> list[Event]:
    return exits.begin(order, state, at) if order.legs else []


def on_order_denied(message: OrderDenied, state: OmsState, at: At) -> list[Event]:
    """Record a denied order and tell it where the client listens."""
    order = message.order
    if state.orders.get(order.order_id) is not None:
        return [_duplicate(message, state)]
    if state.remembered_cancels.get(order.account_id, order.order_id) is not None:
        state.remembered_cancels.delete(order.account_id, order.order_id)
    reason = message.violations[0].code if message.violations else "denied"
    row = new_row(order, OrderStatus.DENIED, at.market, failed_at=at.market, reason=reason)
    state.orders.put(row)
    told = msgspec.structs.replace(message, **whose(row), cause=order.order_id, state=row.state)
    return [told, *working.on_denied(message, state, at)]


def on_cancel_order(message: CancelOrder, state: OmsState, at: At) -> list[Event]:
    """Cancel an order of this account; one that has not arrived yet is remembered."""
    row = current(state, message.order_id)
    if row is not None and row.account_id == message.account_id:
        return _cancel(row, message.command_id, state, at)
    if row is None:
        state.remembered_cancels.put(
            RememberedCancelRow(
                account_id=message.account_id,
                order_id=message.order_id,
                request_id=message.command_id,
                asked_at=at.market,
            )
        )
    return [
        CancelRefused(
            firm_id=message.firm_id,
            account_id=message.account_id,
            cause=message.command_id,
            order_id=message.order_id,
            request_id=message.command_id,
            reason=UNKNOWN_ORDER,
        )
    ]


def on_cancel_requested(message: CancelRequested, state: OmsState, at: At) -> list[Event]:
    """Risk wants an order canceled; nobody needs to hear that it is ending or has ended anyway."""
    row = current(state, message.order_id)
    request_id = derived_id(CANCEL, message.cause or "", message.order_id, message.seq)
    if row is None:
        return []
    told = _cancel(row, request_id, state, at)
    return [event for event in told if not isinstance(event, CancelRefused)]


def _cancel(row: OrderRow, request_id: str, state: OmsState, at: At) -> list[Event]:
    """An order that OMS keeps ends at once, a parent when its children have."""
    told = ask_cancel(row, request_id, request_id, state, at)
    if row.state.order.algorithm is None:
        told += kept.answer(row.order_id, state, at)
    return [*told, *contingency.cancel_both(row, state, at)]


def on_replace_approved(message: ReplaceApproved, state: OmsState, at: At) -> list[Event]:
    """Ask the venue to put this order in the place of the one it names. Where a cancel of the new
    one has come before, the old one is canceled instead.
    """
    order = message.order
    row = current(state, order.replaces or "")
    if row is None or row.account_id != order.account_id:
        return [_replace_refused(message, order.replaces or "", order.order_id, UNKNOWN_ORDER)]
    remembered = state.remembered_cancels.get(order.account_id, order.order_id)
    if remembered is None:
        return [*ask_replace(row, order, state, at), *kept.answer(row.order_id, state, at)]
    state.remembered_cancels.delete(order.account_id, order.order_id)
    request_id = remembered.request_id
    told = refused(row, order.order_id, REPLACE, "canceled", order.order_id)
    return [told, *ask_cancel(row, request_id, request_id, state, at)]


def on_replace_denied(message: ReplaceDenied, state: OmsState, at: At) -> list[Event]:
    """Tell the client that the old order lives on."""
    request_id = message.cause or ""
    reason = message.violations[0].code if message.violations else "denied"
    row = current(state, message.order_id)
    if row is None:
        return [_replace_refused(message, message.order_id, request_id, reason)]
    return [refused(row, request_id, REPLACE, reason, request_id)]


def on_venue_report(message: VenueReport, state: OmsState, at: At) -> list[Event]:
    """What a venue says about an order."""
    return reports.apply(told_of(state, message.order_id), message, state, at)


def on_report_unreadable(message: ReportUnreadable, state: OmsState, at: At) -> list[Event]:
    """A link could not read its broker: a person must look."""
    return [
        OrderFlagged(
            firm_id=message.firm_id,
            account_id=message.account_id,
            order_id="",
            alert="reconcile",
            text=f"unreadable report on {message.link}: {message.raw[:500]}",
        )
    ]


def on_tick_batch(message: TickBatch, state: OmsState, at: At) -> list[Message]:
    """Let kept orders and algorithms of the symbol see the market."""
    said: list[Message] = []
    for row in state.orders.by("watched", message.symbol):
        said += watch(row, message, state, at)
    return [*said, *working.on_ticks(message, state, at)]


def on_clock_advanced(message: ClockAdvanced, state: OmsState, at: At) -> list[Message]:
    """Tell of orders whose venue has been silent for too long. Time ends no order a venue holds;
    it ends those that OMS keeps, and drives algorithms.
    """
    kept.tell_time(message, state)
    told: list[Message] = [
        *tell_silent(state, at),
        *kept.expire(message, state, at),
        *contingency.align_all(state, at),
    ]
    return [*told, *working.on_time(message.market_time, state, at)]


def followed(handler: Callable[[Any, OmsState, At], Sequence[Message]]) -> Handler:
    """A handler, and after it what its events mean for groups and for parents of children."""

    def on_message(message: Any, state: OmsState, at: At) -> Sequence[Message]:
        said = list(handler(message, state, at))
        for event in said:  # grows while it is read
            told = getattr(event, "state", None)
            if told is not None and not contingency.is_single(told.order):
                said += contingency.on_event(event, state, at)
                said += working.on_event(event, state, at)
        return said

    return on_message


def _duplicate(message: OrderApproved | OrderDenied, state: OmsState) -> Event:
    order = message.order
    row = state.orders.get(order.order_id)
    return OrderFlagged(
        firm_id=order.firm_id,
        account_id=order.account_id,
        cause=order.order_id,
        order_id=order.order_id,
        alert="duplicate_order",
        text="decided twice; the first decision stands",
        state=None if row is None else row.state,
    )


def _replace_refused(
    message: ReplaceApproved | ReplaceDenied, order_id: str, request_id: str, reason: str
) -> Event:
    return ReplaceRefused(
        firm_id=message.firm_id,
        account_id=message.account_id,
        cause=request_id,
        order_id=order_id,
        request_id=request_id,
        reason=reason,
    )


HANDLERS: dict[type[Message], Handler] = {
    OrderApproved: followed(on_order_approved),
    OrderDenied: followed(on_order_denied),
    CancelOrder: followed(on_cancel_order),
    CancelRequested: followed(on_cancel_requested),
    ReplaceApproved: followed(on_replace_approved),
    ReplaceDenied: on_replace_denied,
    VenueReport: followed(on_venue_report),
    ReportUnreadable: on_report_unreadable,
    TickBatch: followed(on_tick_batch),
    ClockAdvanced: followed(on_clock_advanced),
}
NAMES = {
    OrderApproved: names_of_decision,
    OrderDenied: names_of_decision,
    CancelOrder: names_of_cancel,
    CancelRequested: names_of_order,
    ReplaceApproved: names_of_replace,
    ReplaceDenied: names_of_order,
    VenueReport: names_of_report,
}
ROOM = Room(
    name="oms",
    schema="oms",
    state=OmsState,
    handlers=HANDLERS,
    names=NAMES,  # type: ignore[arg-type]
    hands={SubmitOrder: RISK_INBOX},
    follows=FOLLOWS,  # type: ignore[arg-type]
)
