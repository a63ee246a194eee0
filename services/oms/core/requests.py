"""Cancels and replaces: one outstanding request per order, and how each comes to its end.

A cancel is never turned away because a replace is outstanding: it waits for that answer (H9).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from services.oms.core.numbers import is_count
from services.oms.core.order import Move, is_ended, restate, target
from services.oms.core.rows import OrderRow, RequestRow
from services.oms.core.state import OmsState
from shared.events.oms import CancelPending, CancelRefused, ReplacePending, ReplaceRefused
from shared.messages import Event
from shared.table import At, Key
from shared.types import Order, OrderStatus

TOO_LATE, PENDING, UNKNOWN_ORDER = "too_late", "pending", "unknown_order"
ALGORITHM = "an algorithm's order cannot be replaced"
DUPLICATE_ID, BAD_QUANTITY = "duplicate_id", "bad_qty"
CANCEL, REPLACE = "cancel", "replace"


def whose(row: OrderRow) -> dict[str, Any]:
    """The fields that say whose event it is."""
    return {"firm_id": row.firm_id, "account_id": row.account_id}


def current(state: OmsState, order_id: str) -> OrderRow | None:
    """The order that an id stands for now: itself, the newest of its chain where it was replaced,
    or the order that a replace with that id is about to change.
    """
    row = state.orders.get(order_id)
    if row is None:
        request = state.requests.get(order_id)
        is_open = request is not None and request.status == PENDING
        row = state.orders.get(request.order_id) if request is not None and is_open else None
    while row is not None and row.state.replaced_by is not None:
        newest = state.orders.by("chain", row.chain_id)
        row = newest[0] if newest else state.orders.get(row.state.replaced_by)
    return row


def told_of(state: OmsState, order_id: str) -> OrderRow | None:
    """The order that a venue means: it may name the id of a request that was answered long ago."""
    row, request = current(state, order_id), state.requests.get(order_id)
    return current(state, request.order_id) if row is None and request is not None else row


def successors(order_id: str, state: OmsState) -> Iterable[tuple[str, Key]]:
    """The stored row of the order that replaced this one, unless the newest of the chain is known:
    an order that was replaced and ended is led to from its older ids.
    """
    row = state.orders.get(order_id)
    while row is not None and row.state.replaced_by is not None:
        if state.orders.by("chain", row.chain_id):
            return
        order_id = row.state.replaced_by
        row = state.orders.get(order_id)
        if row is None:
            yield "orders", (order_id,)


def is_used(request_id: str, state: OmsState) -> bool:
    """Whether an order or a request has the id."""
    return not (state.orders.get(request_id) is None and state.requests.get(request_id) is None)


def ask_cancel(row: OrderRow, request_id: str, cause: str, state: OmsState, at: At) -> list[Event]:
    """Somebody wants the order canceled."""
    if is_used(request_id, state):
        return [refused(row, request_id, CANCEL, DUPLICATE_ID, cause)]
    request = RequestRow(
        request_id=request_id,
        order_id=row.order_id,
        account_id=row.account_id,
        kind=CANCEL,
        status=PENDING,
        cause=cause,
        asked_at=at.market,
    )
    if row.request_id is not None and row.queued_id is None and _is_replace(row, state):
        state.requests.put(msgspec.structs.replace(request, status="queued"))
        state.orders.put(msgspec.structs.replace(row, queued_id=request_id))
        return []
    if row.request_id is not None:
        return [_refuse(row, request, PENDING, state)]
    if is_ended(row):
        return [_refuse(row, request, TOO_LATE, state)]
    return [_send_cancel(row, request, state, at)]


def ask_replace(row: OrderRow, order: Order, state: OmsState, at: At) -> list[Event]:
    """The gate approved `order` in the place of this one."""
    if is_used(order.order_id, state):
        return [refused(row, order.order_id, REPLACE, DUPLICATE_ID, order.order_id)]
    request = RequestRow(
        request_id=order.order_id,
        order_id=row.order_id,
        account_id=row.account_id,
        kind=REPLACE,
        status=PENDING,
        cause=order.order_id,
        asked_at=at.market,
        order=order,
    )
    if row.request_id is not None:
        return [_refuse(row, request, PENDING, state)]
    if is_ended(row):
        return [_refuse(row, request, TOO_LATE, state)]
    if order.algorithm is not None:
        return [_refuse(row, request, ALGORITHM, state)]
    if not is_count(order.quantity):
        return [_refuse(row, request, BAD_QUANTITY, state)]
    row = _pend(row, request, Move.REPLACE_ASKED, state, at)
    return [
        ReplacePending(
            **whose(row),
            cause=request.cause,
            state=row.state,
            request_id=request.request_id,
            replacement=order,
        )
    ]


def refuse_pending(row: OrderRow, reason: str, state: OmsState, at: At) -> list[Event]:
    """The venue refused what is outstanding: what lies under shows; a queued cancel follows."""
    request = state.requests.get(row.request_id or "")
    if request is None:
        return []
    move = Move.REPLACE_REFUSED if request.kind == REPLACE else Move.CANCEL_REFUSED
    target(row.status, move)
    row = restate(_bare(row), row.under, row.under, at.market)
    state.orders.put(row)
    return [_refuse(row, request, reason, state), *follow_queued(row, state, at)]


def follow_queued(row: OrderRow, state: OmsState, at: At) -> list[Event]:
    """The replace was answered: the cancel that waited for it is sent, or comes too late."""
    queued = state.requests.get(row.queued_id) if row.queued_id is not None else None
    if queued is None:
        return []
    row = msgspec.structs.replace(row, queued_id=None)
    state.orders.put(row)
    queued = msgspec.structs.replace(queued, order_id=row.order_id, status=PENDING)
    if is_ended(row):
        return [_refuse(row, queued, TOO_LATE, state)]
    return [_send_cancel(row, queued, state, at)]


def close_all(before: OrderRow, row: OrderRow, state: OmsState) -> list[Event]:
    """The order ended by itself: what was outstanding or queued on it came too late (H10)."""
    told: list[Event] = []
    for request_id in (before.request_id, before.queued_id):
        request = state.requests.get(request_id) if request_id is not None else None
        if request is not None:
            told.append(_refuse(row, request, TOO_LATE, state))
    return told


def done(request_id: str | None, state: OmsState) -> str | None:
    """The request got what it asked for. Returns what caused it."""
    request = state.requests.get(request_id) if request_id is not None else None
    if request is None:
        return None
    state.requests.put(msgspec.structs.replace(request, status="done"))
    return request.cause


def refused(row: OrderRow, request_id: str, kind: str, reason: str, cause: str) -> Event:
    """The event that says so."""
    shared = {**whose(row), "cause": cause, "order_id": row.order_id}
    shared |= {"request_id": request_id, "reason": reason, "state": row.state}
    return ReplaceRefused(**shared) if kind == REPLACE else CancelRefused(**shared)


def stored(row: OrderRow, state: OmsState) -> OrderRow:
    """The order as it stands by now."""
    return state.orders.get(row.order_id) or row


def _refuse(row: OrderRow, request: RequestRow, reason: str, state: OmsState) -> Event:
    state.requests.put(msgspec.structs.replace(request, status="refused", reason=reason))
    return refused(row, request.request_id, request.kind, reason, request.cause)


def _send_cancel(row: OrderRow, request: RequestRow, state: OmsState, at: At) -> Event:
    row = _pend(row, request, Move.CANCEL_ASKED, state, at)
    return CancelPending(
        **whose(row), cause=request.cause, state=row.state, request_id=request.request_id
    )


def _pend(row: OrderRow, request: RequestRow, move: Move, state: OmsState, at: At) -> OrderRow:
    shown = target(row.status, move) or OrderStatus.PENDING_CANCEL
    quantity = None if request.order is None else request.order.quantity
    row = msgspec.structs.replace(
        row, request_id=request.request_id, pending_quantity=quantity, awaiting_since=at.wall
    )
    row = restate(row, shown, row.under, at.market)
    state.orders.put(row)
    state.requests.put(request)
    return row


def _bare(row: OrderRow) -> OrderRow:
    return msgspec.structs.replace(row, request_id=None, pending_quantity=None, awaiting_since=None)


def _is_replace(row: OrderRow, state: OmsState) -> bool:
    request = state.requests.get(row.request_id or "")
    return request is not None and request.kind == REPLACE
