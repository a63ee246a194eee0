"""Orders that OMS keeps itself: taken in, sent when their time has come, and answered for, as a
venue would, while no venue has them.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from services.oms.core import reports
from services.oms.core.emulation import Watch, first_watch
from services.oms.core.kept_rows import SessionRow
from services.oms.core.order import is_ended, is_live, new_row, restate
from services.oms.core.requests import REPLACE, whose
from services.oms.core.rows import OrderRow
from services.oms.core.state import CLOCK, OmsState
from shared.events.market import ClockAdvanced
from shared.events.oms import OrderAccepted, OrderTriggered
from shared.events.venue import ReportKind, VenueReport
from shared.messages import Event
from shared.table import At
from shared.types import Order, OrderStatus, OrderType, Time, TimeInForce


def keep(order: Order, state: OmsState, at: At, *, is_exit: bool) -> Event:
    """Take an order in, as good as accepted by a venue."""
    watch = first_watch(order)
    row = new_row(
        order, OrderStatus.NEW, at.market, exit=is_exit, held=True,
        hwm=watch.hwm, stop_price=watch.price if order.type is OrderType.TRAILING_STOP else None,
    )  # fmt: skip
    row = msgspec.structs.replace(row, ends_at=end_of(order, state, at.market))
    state.orders.put(row)
    return OrderAccepted(**whose(row), cause=order.order_id, state=row.state)


def watch_of(row: OrderRow) -> Watch:
    """What a kept order waits for by now."""
    if row.type is OrderType.TRAILING_STOP:
        return Watch(row.state.stop_price, row.state.hwm)
    return first_watch(row.state.order)


def move(row: OrderRow, watch: Watch, state: OmsState, at: At) -> OrderRow:
    """A trailing stop has moved."""
    changes = {"hwm": watch.hwm, "stop_price": watch.price}
    moved = restate(row, row.status, row.under, at.market, **changes)
    state.orders.put(moved)
    return moved


def send(row: OrderRow, state: OmsState, at: At, quantity: Decimal | None = None) -> Event:
    """Commit to send an order that was kept, `quantity` of it in all."""
    order = row.state.order
    if quantity is not None and quantity != order.quantity:
        order = msgspec.structs.replace(order, quantity=quantity)
    changes = {"order": order, "held": False, "triggered_at": at.market}
    row = restate(row, row.status, row.under, at.market, **changes)
    state.orders.put(msgspec.structs.replace(row, awaiting_since=at.wall))
    return OrderTriggered(**whose(row), cause=row.order_id, state=row.state)


def answer(order_id: str, state: OmsState, at: At, *, reason: str | None = None) -> list[Event]:
    """Answer what is asked of an order that no venue has: it is done."""
    row = state.orders.get(order_id)
    request = state.requests.get(row.request_id or "") if row is not None else None
    if row is None or request is None or not row.state.held:
        return []
    kind = ReportKind.REPLACED if request.kind == REPLACE else ReportKind.CANCELED
    return report(row, kind, state, at, request_id=request.request_id, reason=reason)


def report(
    row: OrderRow,
    kind: ReportKind,
    state: OmsState,
    at: At,
    *,
    request_id: str | None = None,
    reason: str | None = None,
) -> list[Event]:
    """What a venue would say of a kept order, and what follows from it."""
    said = VenueReport(
        **whose(row),
        link="",
        kind=kind,
        order_id=row.order_id,
        request_id=request_id,
        reason=reason,
    )
    return reports.apply(row, said, state, at)


# -- the end of its time -------------------------------------------------------------------------


def end_of(order: Order, state: OmsState, at: Time) -> Time | None:
    """When a kept order ends by itself: a day order with its session, a gtd order when it says.
    None: not known yet, or never.
    """
    if order.time_in_force is TimeInForce.GTD:
        return order.expires_at
    session = state.sessions.get(CLOCK)
    if order.time_in_force is not TimeInForce.DAY or session is None or at >= session.next_close:
        return None
    return session.next_close


def tell_time(message: ClockAdvanced, state: OmsState) -> None:
    """Note the session."""
    old = state.sessions.get(CLOCK)
    new = SessionRow(name=CLOCK, is_open=message.is_open, next_close=message.next_close)
    if new != old:
        state.sessions.put(new)


def expire(message: ClockAdvanced, state: OmsState, at: At) -> list[Event]:
    """End the kept orders whose time is over."""
    told: list[Event] = []
    for row in state.orders.by("held", True):
        if row.ends_at is None and row.time_in_force is TimeInForce.DAY:
            ends_at = end_of(row.state.order, state, message.market_time)
            if ends_at is not None:
                state.orders.put(msgspec.structs.replace(row, ends_at=ends_at))
        elif row.ends_at is not None and row.ends_at <= message.market_time:
            told += report(row, ReportKind.EXPIRED, state, at)
    return told


def is_open_for(row: OrderRow, state: OmsState) -> bool:
    """Whether a kept order watches the market now."""
    session = state.sessions.get(CLOCK)
    return session is None or session.is_open or row.state.order.extended_hours


def is_at_venue(row: OrderRow | None) -> bool:
    """Whether a venue has the order and it can still trade there."""
    return row is not None and is_live(row) and not is_ended(row) and not row.state.held
