"""What each report of a venue does to an order. A report that the order's table does not allow
changes nothing and raises the alert `reconcile`: the venue and we disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from services.oms.core.executions import (
    answered,
    flag,
    on_bust,
    on_correction,
    on_fill,
    outcome,
    overfilled,
)
from services.oms.core.numbers import is_count
from services.oms.core.order import IllegalMove, Move, advance, is_ended
from services.oms.core.replaced import on_replaced
from services.oms.core.requests import (
    TOO_LATE,
    UNKNOWN_ORDER,
    close_all,
    done,
    refuse_pending,
    stored,
    whose,
)
from services.oms.core.rows import OrderRow
from services.oms.core.splits import is_ratio, split_order, split_row
from services.oms.core.state import OmsState
from shared.events.oms import (
    OrderAccepted,
    OrderCanceled,
    OrderDoneForDay,
    OrderExpired,
    OrderRejected,
    OrderRestated,
    OrderSuspended,
)
from shared.events.venue import ReportKind, VenueReport
from shared.messages import Event
from shared.table import At
from shared.types import OrderStatus, normal

_PENDING_NEW, _ACCEPTED = OrderStatus.PENDING_NEW, Move.ACCEPTED
Report = Callable[[OrderRow, VenueReport, OmsState, At], list[Event]]
_BOOKED = {
    ReportKind.FILLED: on_fill,
    ReportKind.BUSTED: on_bust,
    ReportKind.CORRECTED: on_correction,
}


def apply(row: OrderRow | None, report: VenueReport, state: OmsState, at: At) -> list[Event]:
    """The events that a report leads to; `row` is the order it is about, None where unknown."""
    try:
        if report.kind in _BOOKED:
            return _BOOKED[report.kind](row, report, state, at)
        if report.kind in _COUNTED and not _is_counted(report):
            text = f"{report.kind}, no usable quantity: {report.quantity} {report.split}"
            return [flag(row, report, "poison", text)]
        if row is None:
            text = f"{report.kind} about an order we do not know"
            return [] if report.kind in _SILENT else [flag(None, report, "reconcile", text)]
        return REPORTS[report.kind](row, report, state, at)
    except IllegalMove as error:
        return [flag(row, report, "reconcile", f"{report.kind}: {error}")]


def _is_counted(report: VenueReport) -> bool:
    if report.split is not None and not is_ratio(report.split):
        return False
    return report.quantity is None or is_count(report.quantity)


def _nothing(row: OrderRow, report: VenueReport, state: OmsState, at: At) -> list[Event]:
    return []


def _on_accepted(row: OrderRow, report: VenueReport, state: OmsState, at: At) -> list[Event]:
    after = advance(
        row,
        _ACCEPTED,
        at.market,
        venue_order_id=report.venue_order_id or row.state.venue_order_id,
    )
    if row.under is not _PENDING_NEW:
        after = answered(after)
        if after.state.venue_order_id != row.state.venue_order_id or after.awaiting_since is None:
            state.orders.put(after)
        return []
    after = answered(after)
    state.orders.put(after)
    return [OrderAccepted(**whose(row), cause=row.order_id, state=after.state)]


def _on_rejected(row: OrderRow, report: VenueReport, state: OmsState, at: At) -> list[Event]:
    move = Move.CANCELED if row.cum_quantity else Move.REJECTED
    after, told = row, list[Event]()
    if row.under is not OrderStatus.FILLED and not _was_ended(row):
        why = {"reason": report.reason, "failed_at": at.market}
        after = answered(advance(row, move, at.market, **why))
        state.orders.put(msgspec.structs.replace(after, queued_id=None))
        kind = OrderRejected if move is Move.REJECTED else OrderCanceled
        told = [kind(**whose(row), cause=row.order_id, state=after.state)]
        told += close_all(row, after, state)
    if row.cum_quantity and row.state.failed_at is None:
        text = f"rejected with {row.cum_quantity} filled: {report.reason}"
        told.append(flag(after, report, "reject_after_fill", text))
    return told


def _on_canceled(row: OrderRow, report: VenueReport, state: OmsState, at: At) -> list[Event]:
    if _was_ended(row) or (is_ended(row) and row.request_id is None and report.request_id):
        return []
    if row.under is OrderStatus.FILLED and row.request_id is not None:
        text = "canceled, but we have it filled"
        refused = refuse_pending(row, TOO_LATE, state, at)
        return [*refused, flag(stored(row, state), report, "reconcile", text)]
    after = answered(advance(row, Move.CANCELED, at.market, reason=report.reason))
    asked = report.request_id is not None and report.request_id == row.request_id
    asked = asked and row.status is OrderStatus.PENDING_CANCEL
    cause = done(row.request_id, state) if asked else None
    state.orders.put(msgspec.structs.replace(after, queued_id=None))
    told: list[Event] = [
        OrderCanceled(**whose(row), cause=cause or row.order_id, state=after.state)
    ]
    left = msgspec.structs.replace(row, request_id=None) if asked else row
    return told + close_all(left, after, state)


def _was_ended(row: OrderRow) -> bool:
    """Whether a venue ended the order before; a late fill may have completed it since. Another end
    of it is no news.
    """
    ends = (row.state.canceled_at, row.state.expired_at, row.state.failed_at)
    return row.under is not OrderStatus.DENIED and any(one is not None for one in ends)


def _on_refused(row: OrderRow, report: VenueReport, state: OmsState, at: At) -> list[Event]:
    told: list[Event] = []
    is_answer = report.request_id is None or report.request_id == row.request_id
    if is_answer:
        told = refuse_pending(row, report.reason or "refused", state, at)
        told += overfilled(row, stored(row, state), report)
    if report.reason == UNKNOWN_ORDER and (is_answer or not is_ended(row)):
        text = "the venue does not know the order"
        told.append(flag(stored(row, state), report, "reconcile", text))
    return told


def _on_expired(row: OrderRow, report: VenueReport, state: OmsState, at: At) -> list[Event]:
    if _was_ended(row):
        return []
    return _ended(row, report, Move.EXPIRED, OrderExpired, state, at)


def _on_done_for_day(row: OrderRow, report: VenueReport, state: OmsState, at: At) -> list[Event]:
    if row.under is OrderStatus.DONE_FOR_DAY:
        return []
    return _shown(row, report, Move.DONE_FOR_DAY, OrderDoneForDay, state, at)


def _on_suspended(row: OrderRow, report: VenueReport, state: OmsState, at: At) -> list[Event]:
    if row.under is OrderStatus.SUSPENDED:
        return []
    return _shown(row, report, Move.SUSPENDED, OrderSuspended, state, at)


def _on_restated(row: OrderRow, report: VenueReport, state: OmsState, at: At) -> list[Event]:
    after: OrderRow | None = row if report.split is None else split_row(row, report.split)
    if after is None:
        return [flag(row, report, "poison", f"a split too far: {report.split}")]
    quantity = normal(report.quantity) if report.quantity is not None else after.quantity
    order = msgspec.structs.replace(after.state.order, quantity=quantity)
    after = answered(advance(after, outcome(after, quantity), at.market, order=order))
    state.orders.put(after)
    request = state.requests.get(row.request_id or "")
    if report.split is not None and request is not None and request.order is not None:
        wanted = split_order(request.order, report.split)
        state.requests.put(msgspec.structs.replace(request, order=wanted))
    told: list[Event] = [
        OrderRestated(**whose(row), cause=row.order_id, state=after.state, split=report.split)
    ]
    return told + overfilled(row, after, report)


def _shown(
    row: OrderRow,
    report: VenueReport,
    move: Move,
    kind: Any,
    state: OmsState,
    at: At,
    **changes: Any,
) -> list[Event]:
    after = answered(advance(row, move, at.market, **changes))
    state.orders.put(after)
    return [kind(**whose(row), cause=row.order_id, state=after.state)]


def _ended(
    row: OrderRow, report: VenueReport, move: Move, kind: Any, state: OmsState, at: At
) -> list[Event]:
    told = _shown(row, report, move, kind, state, at, reason=report.reason)
    after = state.orders.get(row.order_id) or row
    if row.queued_id is not None:
        state.orders.put(msgspec.structs.replace(after, queued_id=None))
    return told + close_all(row, after, state)


def _on_open_order(row: OrderRow, report: VenueReport, state: OmsState, at: At) -> list[Event]:
    """What the venue says is open, at a new session: an unknown outcome is known now."""
    if is_ended(row):
        return [flag(row, report, "reconcile", f"open at the venue, {row.under} here")]
    told = _on_accepted(row, report, state, at)
    if report.cum_quantity is not None and report.cum_quantity != row.cum_quantity:
        text = f"the venue has {report.cum_quantity} filled, we have {row.cum_quantity}"
        told.append(flag(stored(row, state), report, "reconcile", text))
    return told


_COUNTED = frozenset({ReportKind.REPLACED, ReportKind.RESTATED})
_SILENT = frozenset({ReportKind.PENDING, ReportKind.POSITION})
REPORTS: dict[ReportKind, Report] = {
    ReportKind.ACCEPTED: _on_accepted,
    ReportKind.PENDING: _nothing,
    ReportKind.REJECTED: _on_rejected,
    ReportKind.NOT_SENT: _on_rejected,
    ReportKind.CANCELED: _on_canceled,
    ReportKind.CANCEL_REJECTED: _on_refused,
    ReportKind.REPLACED: on_replaced,
    ReportKind.REPLACE_REJECTED: _on_refused,
    ReportKind.EXPIRED: _on_expired,
    ReportKind.DONE_FOR_DAY: _on_done_for_day,
    ReportKind.SUSPENDED: _on_suspended,
    ReportKind.RESTATED: _on_restated,
    ReportKind.OPEN_ORDER: _on_open_order,
    ReportKind.POSITION: _nothing,
}
