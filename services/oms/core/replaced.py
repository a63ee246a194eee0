"""A replace that was granted: the successor takes over what its chain has filled so far, and what
was split; a cancel that waited goes out for it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from services.oms.core.executions import answered, flag, outcome, overfilled
from services.oms.core.order import Move, advance, is_ended, new_row, restate
from services.oms.core.requests import REPLACE, done, follow_queued, stored, whose
from services.oms.core.rows import OrderRow
from services.oms.core.state import OmsState
from shared.events.oms import OrderReplaced
from shared.events.venue import VenueReport
from shared.messages import Event
from shared.table import At
from shared.types import Order, OrderStatus, normal

_STANDS = {
    Move.RESTATED_NONE: OrderStatus.NEW,
    Move.RESTATED_PART: OrderStatus.PARTIALLY_FILLED,
    Move.RESTATED_WHOLE: OrderStatus.FILLED,
}


def on_replaced(row: OrderRow, report: VenueReport, state: OmsState, at: At) -> list[Event]:
    """The venue put the new order in the place of the old one."""
    if report.request_id is not None and report.request_id != row.request_id:
        return _replaced_before(row, report, state)
    request = state.requests.get(row.request_id or "")
    if request is None or request.kind != REPLACE or request.order is None:
        return [flag(row, report, "reconcile", f"replaced, but nobody asked: {report.request_id}")]
    told_quantity = report.quantity
    quantity = max(request.order.quantity, row.cum_quantity)
    quantity = quantity if told_quantity is None else normal(told_quantity)
    successor = _successor(row, msgspec.structs.replace(request.order, quantity=quantity), at)
    old = advance(row, Move.REPLACED, at.market, replaced_by=successor.order_id)
    state.orders.put(answered(msgspec.structs.replace(old, queued_id=None)))
    state.orders.put(successor)
    cause = done(row.request_id, state)
    told: list[Event] = [
        OrderReplaced(**whose(row), cause=cause, state=old.state, successor=successor.state)
    ]
    told += follow_queued(successor, state, at)
    return told + overfilled(row, stored(successor, state), report)


def _replaced_before(row: OrderRow, report: VenueReport, state: OmsState) -> list[Event]:
    """An answer to a request that is not outstanding: told again, or too late (H10), or wrong."""
    request = state.requests.get(report.request_id or "")
    if request is not None and (request.status == "done" or is_ended(row)):
        return []
    text = f"replaced, but that was not outstanding: {report.request_id}"
    return [flag(row, report, "reconcile", text)]


def _successor(row: OrderRow, order: Order, at: At) -> OrderRow:
    """The order that lives on, with what its chain has filled so far."""
    order = msgspec.structs.replace(order, chain_id=row.chain_id, replaces=row.order_id)
    kept = {name: getattr(row.state, name) for name in ("exit", "held", "triggered_at", "hwm")}
    fresh = new_row(order, OrderStatus.NEW, at.market, **kept, stop_price=_stop_of(row, order))
    status = _STANDS[outcome(row, order.quantity)]
    is_halted = row.under is OrderStatus.SUSPENDED and status is not OrderStatus.FILLED
    if is_halted or row.under is OrderStatus.DONE_FOR_DAY:
        status = row.under
    numbers: dict[str, Any] = {
        "cum_quantity": row.cum_quantity,
        "amount": row.amount,
        "average_price": row.average_price,
        "venue_order_id": row.state.venue_order_id,
        "created_at": row.state.created_at,
    }
    if status is OrderStatus.FILLED:
        numbers["filled_at"] = row.state.filled_at or at.market
    fresh = msgspec.structs.replace(
        fresh, queued_id=row.queued_id, splits=row.splits, parts=row.parts, ends_at=row.ends_at
    )
    return restate(fresh, status, status, at.market, **numbers)


def _stop_of(row: OrderRow, order: Order) -> Decimal | None:
    """A trailing stop with another trail begins at no stop; the next tick makes it from its hwm."""
    old = row.state.order
    is_same = (old.trail_price, old.trail_percent) == (order.trail_price, order.trail_percent)
    return row.state.stop_price if is_same else None
