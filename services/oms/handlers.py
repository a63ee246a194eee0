"""What the order management room does with each message; the table at the foot is its behaviour."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from services.oms.core import reports
from services.oms.core.order import new_row
from services.oms.core.requests import (
    CANCEL,
    REPLACE,
    UNKNOWN_ORDER,
    ask_cancel,
    ask_replace,
    current,
    refused,
    whose,
)
from services.oms.core.rows import RememberedCancelRow
from services.oms.core.state import OmsState
from shared.commands import CancelOrder
from shared.events.market import ClockAdvanced
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
from shared.messages import Event
from shared.room import Room
from shared.table import At, Key
from shared.types import OrderStatus

ANSWER_MS_MAX = 10_000
"""How long a venue may take to answer (wall time) before a person is told."""


def on_order_approved(message: OrderApproved, state: OmsState, at: At) -> list[Event]:
    """Commit to send the order, unless a cancel for it has come before."""
    order = message.order
    if state.orders.get(order.order_id) is not None:
        return [_duplicate(message, state)]
    remembered = state.remembered_cancels.get(order.account_id, order.order_id)
    if remembered is not None:
        state.remembered_cancels.delete(order.account_id, order.order_id)
        row = new_row(
            order, OrderStatus.CANCELED, at.market, canceled_at=at.market, exit=message.exit,
            reason="canceled before it arrived",
        )  # fmt: skip
        state.orders.put(row)
        return [OrderCanceled(**whose(row), cause=order.order_id, state=row.state)]
    row = new_row(order, OrderStatus.PENDING_NEW, at.market, exit=message.exit)
    state.orders.put(msgspec.structs.replace(row, awaiting_since=at.wall))
    return [OrderSubmitted(**whose(row), cause=order.order_id, state=row.state)]


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
    return [told]


def on_cancel_order(message: CancelOrder, state: OmsState, at: At) -> list[Event]:
    """Cancel an order of this account; one that has not arrived yet is remembered."""
    row = current(state, message.order_id)
    if row is not None and row.account_id == message.account_id:
        return ask_cancel(row, message.command_id, message.command_id, state, at)
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
    told = ask_cancel(row, request_id, request_id, state, at)
    return [event for event in told if not isinstance(event, CancelRefused)]


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
        return ask_replace(row, order, state, at)
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
    return reports.apply(current(state, message.order_id), message, state, at)


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


def on_clock_advanced(message: ClockAdvanced, state: OmsState, at: At) -> list[Event]:
    """Tell of orders whose venue has been silent for too long. Time ends no order a venue holds."""
    silent_since = at.wall - ANSWER_MS_MAX * 1000
    told: list[Event] = []
    for row in state.orders.by("awaiting", True):
        if row.awaiting_since is not None and row.awaiting_since <= silent_since:
            row = msgspec.structs.replace(row, awaiting_since=None)
            state.orders.put(row)
            told.append(
                OrderFlagged(
                    **whose(row),
                    cause=row.order_id,
                    order_id=row.order_id,
                    alert="unknown_outcome",
                    text=f"no answer from {row.state.order.venue} for {ANSWER_MS_MAX} ms",
                    state=row.state,
                )
            )
    return told


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


# -- older rows that a handler may look at --------------------------------------------------------


def names_of_decision(message: OrderApproved | OrderDenied) -> Iterable[tuple[str, Key]]:
    """The order itself (decided before?) and a cancel that overtook it."""
    order = message.order
    return (
        ("orders", (order.order_id,)),
        ("remembered_cancels", (order.account_id, order.order_id)),
    )


def names_of_order(
    message: CancelOrder | CancelRequested | ReplaceDenied,
) -> Iterable[tuple[str, Key]]:
    """The order that is named, live or ended."""
    return (("orders", (message.order_id,)),)


def names_of_replace(message: ReplaceApproved) -> Iterable[tuple[str, Key]]:
    """The order that is to be replaced, and a cancel that overtook the replace."""
    order = message.order
    return (
        ("orders", (order.replaces or "",)),
        ("remembered_cancels", (order.account_id, order.order_id)),
    )


def names_of_report(message: VenueReport) -> Iterable[tuple[str, Key]]:
    """The order, and for an execution: itself, what it amends, and whether that counts."""
    yield "orders", (message.order_id,)
    execution = message.execution
    if execution is not None:
        yield "executions", (execution.execution_id,)
        yield "orphans", (execution.execution_id,)
        if execution.execution_ref is not None:
            yield "executions", (execution.execution_ref,)
            yield "amendments", (execution.execution_ref,)


HANDLERS = {
    OrderApproved: on_order_approved,
    OrderDenied: on_order_denied,
    CancelOrder: on_cancel_order,
    CancelRequested: on_cancel_requested,
    ReplaceApproved: on_replace_approved,
    ReplaceDenied: on_replace_denied,
    VenueReport: on_venue_report,
    ReportUnreadable: on_report_unreadable,
    ClockAdvanced: on_clock_advanced,
}
NAMES = {
    OrderApproved: names_of_decision,
    OrderDenied: names_of_decision,
    CancelOrder: names_of_order,
    CancelRequested: names_of_order,
    ReplaceApproved: names_of_replace,
    ReplaceDenied: names_of_order,
    VenueReport: names_of_report,
}
ROOM = Room(
    name="oms",
    schema="oms",
    state=OmsState,
    handlers=HANDLERS,  # type: ignore[arg-type]
    names=NAMES,  # type: ignore[arg-type]
)
