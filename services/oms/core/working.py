"""Algorithms at work: the parent is kept, its children go through the gate as anybody's orders.

A child's id follows from its parent's and its number, so a child that is handed over twice is one
order. What the gate has not answered for counts as open. The parent has the sums of its children's
fills and its status moves by the same table as any order's; it ends filled, canceled once its
children have ended, or expired when its time is over and they have.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from services.oms.core import kept
from services.oms.core.algorithms.interface import begun, with_release
from services.oms.core.algorithms.table import child_expires_at, due
from services.oms.core.algorithms.tape import blank, traded
from services.oms.core.children import child_of, children, open_quantity
from services.oms.core.kept_rows import WorkRow
from services.oms.core.numbers import average, minus, plus, times
from services.oms.core.order import Move, advance, is_ended, is_live
from services.oms.core.requests import ask_cancel, whose
from services.oms.core.state import OmsState
from shared.commands import SubmitOrder
from shared.events.market import TickBatch
from shared.events.oms import (
    ExecutionBusted,
    ExecutionCorrected,
    OrderFilled,
    OrderFlagged,
    OrderProgressed,
)
from shared.events.risk import OrderDenied
from shared.events.venue import ReportKind
from shared.ids import derived_id
from shared.messages import Event, Message
from shared.table import At
from shared.types import ZERO, Execution, Order, OrderClass, Time

FILLED = (Move.FILLED_PART, Move.FILLED_WHOLE)
AMENDED = (Move.AMENDED_PART, Move.AMENDED_WHOLE)
ZERO_EXECUTION = (ZERO, ZERO)


def begin(order: Order, state: OmsState, at: At, *, is_exit: bool) -> list[Event]:
    """Keep a parent; it is worked from the next tick or second on."""
    told = kept.keep(order, state, at, is_exit=is_exit)
    row = state.orders.get(order.order_id)
    assert row is not None
    state.orders.put(msgspec.structs.replace(row, ends_at=None))
    state.works.put(_work(order, order.quantity, state))
    return [told]


def on_ticks(batch: TickBatch, state: OmsState, at: At) -> list[Message]:
    """Let the algorithms that follow the tape see it, and release what is due."""
    said: list[Message] = []
    for work in state.works.by("on_tape", batch.symbol):
        parent = state.orders.get(work.order_id)
        if parent is None or parent.state.order.algorithm is None:
            continue
        instrument = state.instrument(batch.symbol)
        prints = [
            (Time(time), instrument.size(size))
            for time, kind, size in zip(batch.time_us, batch.kind, batch.bid_size, strict=True)
            if kind == "t" and size > 0
        ]
        tape = traded(work.tape, parent.state.order.algorithm, prints)
        if tape != work.tape:
            work = msgspec.structs.replace(work, tape=tape)
            state.works.put(work)
            said += release(work, state, at, Time(batch.market_at))
    return said


def on_time(market_time: Time, state: OmsState, at: At) -> list[Message]:
    """Release what is due by now; end what is over."""
    said: list[Message] = []
    for work in list(state.works.rows()):
        said += release(work, state, at, market_time)
        said += finish(state.works.get(work.order_id), state, at, market_time)
    return said


def release(work: WorkRow, state: OmsState, at: At, now: Time) -> list[Message]:
    """The next child, where one is due and the parent may trade."""
    parent = state.orders.get(work.order_id)
    if parent is None or is_ended(parent) or parent.request_id is not None:
        return []
    plan = parent.state.order.algorithm
    if plan is None or not kept.is_open_for(parent, state):
        return []
    progress = msgspec.structs.replace(
        work.progress, done=parent.cum_quantity, open=open_quantity(work, state)
    )
    quantity = due(plan, progress, work.tape, now)
    if quantity <= 0:
        return []
    child = child_of(parent.state.order, work.children + 1, quantity, child_expires_at(plan, now))
    state.works.put(
        msgspec.structs.replace(
            work,
            progress=with_release(progress, quantity, now),
            handed={**work.handed, child.order_id: quantity},
            children=work.children + 1,
        )
    )
    return [
        SubmitOrder(
            at=at.wall,
            market_at=at.market,
            command_id=child.order_id,
            actor=child.actor,
            firm_id=child.firm_id,
            account_id=child.account_id,
            order=child,
        )
    ]


# -- what becomes of children --------------------------------------------------------------------


def work_of(order: Order, state: OmsState) -> WorkRow | None:
    """The work that an order is a child of."""
    return None if order.parent_id is None else state.works.get(order.parent_id)


def answered(order: Order, state: OmsState) -> None:
    """The gate has spoken about a child."""
    work = work_of(order, state)
    if work is not None and order.order_id in work.handed:
        handed = {name: one for name, one in work.handed.items() if name != order.order_id}
        state.works.put(msgspec.structs.replace(work, handed=handed))


def is_wanted(order: Order, state: OmsState) -> bool:
    """Whether a child that was approved is still to be sent; any other order is."""
    if order.parent_id is None:
        return True
    parent = state.orders.get(order.parent_id)
    work = state.works.get(order.parent_id)
    return (
        work is not None
        and parent is not None
        and not is_ended(parent)
        and parent.request_id is None
    )


def on_denied(message: OrderDenied, state: OmsState, at: At) -> list[Event]:
    """A child that the gate denied: a person is told; the rest is tried with the next bin."""
    work = work_of(message.order, state)
    if work is None:
        return []
    answered(message.order, state)
    code = message.violations[0].code if message.violations else "denied"
    flagged = OrderFlagged(
        firm_id=message.firm_id,
        account_id=message.account_id,
        cause=work.order_id,
        order_id=work.order_id,
        alert="child_denied",
        text=f"{message.order.quantity} of {work.algorithm}: {code}",
    )
    return [flagged, *_end_if_over(work.order_id, state, at)]


def on_event(event: Any, state: OmsState, at: At) -> list[Event]:
    """What follows for its parent from an event about a child, and for children from their
    parent's.
    """
    order = event.state.order if event.state is not None else None
    if order is None:
        return []
    if order.algorithm is not None and state.works.get(order.order_id) is not None:
        return _on_parent(order.order_id, state, at)
    if order.parent_id is None or order.order_class is not OrderClass.SIMPLE:
        return []
    told: list[Event] = []
    if isinstance(event, OrderFilled):
        told = _progress(order.parent_id, ZERO_EXECUTION, event.execution, state, at)
    elif isinstance(event, ExecutionBusted):
        told = _progress(order.parent_id, event.execution, ZERO_EXECUTION, state, at)
    elif isinstance(event, ExecutionCorrected):
        told = _progress(order.parent_id, event.previous, event.execution, state, at)
    return [*told, *_end_if_over(order.parent_id, state, at)]


def _progress(
    order_id: str,
    before: tuple[Decimal, Decimal] | Execution,
    after: tuple[Decimal, Decimal] | Execution,
    state: OmsState,
    at: At,
) -> list[Event]:
    """Put what an execution of a child changed into the parent's sums. A parent that is open again
    (a bust) waits for the child that is so too; one that ended otherwise has that canceled.
    """
    row = state.orders.get(order_id)
    if row is None or row.state.order.algorithm is None:
        return []
    (old, old_price), (new, new_price) = _numbers(before), _numbers(after)
    cum = plus(minus(row.cum_quantity, old), new)
    amount = plus(minus(row.amount, times(old, old_price)), times(new, new_price))
    part, whole = FILLED if not old else AMENDED
    move = whole if cum >= row.quantity else part if cum else Move.AMENDED_NONE
    sums = {"cum_quantity": cum, "amount": amount, "average_price": average(amount, cum)}
    row = advance(row, move, at.market, **sums)
    state.orders.put(row)
    told: list[Event] = [OrderProgressed(**whose(row), cause=order_id, state=row.state)]
    if is_ended(row):
        return [*told, *_cancel_children(order_id, state, at)]
    if state.works.get(order_id) is None:
        state.works.put(_work(row.state.order, ZERO, state))
    return told


def _work(order: Order, quantity: Decimal, state: OmsState) -> WorkRow:
    """An algorithm that is to hand out so much; nothing of what a bust took back later."""
    assert order.algorithm is not None
    return WorkRow(
        order_id=order.order_id,
        symbol=order.symbol,
        algorithm=order.algorithm.name,
        progress=begun(quantity, state.instrument(order.symbol).lot),
        tape=blank(order.algorithm),
    )


def _numbers(execution: tuple[Decimal, Decimal] | Execution) -> tuple[Decimal, Decimal]:
    if isinstance(execution, Execution):
        return execution.quantity, execution.price
    return execution


def _on_parent(order_id: str, state: OmsState, at: At) -> list[Event]:
    """The parent is to end: its children first. One that has ended needs no work any more."""
    parent = state.orders.get(order_id)
    if parent is None or is_ended(parent):
        return _end_if_over(order_id, state, at)
    if parent.request_id is None:
        return []
    return [*_cancel_children(order_id, state, at), *_end_if_over(order_id, state, at)]


def _cancel_children(order_id: str, state: OmsState, at: At) -> list[Event]:
    told: list[Event] = []
    for child in children(order_id, state):
        if child.request_id is None and not is_ended(child):
            request_id = derived_id("child cancel", child.order_id, child.state.updated_at)
            told += ask_cancel(child, request_id, request_id, state, at)
    return told


def _end_if_over(order_id: str, state: OmsState, at: At) -> list[Event]:
    """Nothing is left to wait for: the parent ends, and so does its work."""
    work, parent = state.works.get(order_id), state.orders.get(order_id)
    if work is None:
        return []
    if parent is None or (is_ended(parent) and parent.request_id is None):
        if not work.handed and not children(order_id, state):
            state.works.delete(order_id)
        return []
    if work.handed or children(order_id, state):
        return []
    return kept.answer(order_id, state, at)


def finish(work: WorkRow | None, state: OmsState, at: At, now: Time) -> list[Event]:
    """The plan's time is over: children that still work are canceled, then the parent expires."""
    if work is None:
        return []
    parent = state.orders.get(work.order_id)
    plan = None if parent is None else parent.state.order.algorithm
    if parent is None or plan is None or not is_live(parent) or now < plan.ends_at:
        return _end_if_over(work.order_id, state, at)
    told = _cancel_children(work.order_id, state, at)
    if work.handed or children(work.order_id, state) or is_ended(parent):
        return told
    if parent.request_id is not None:
        return [*told, *kept.answer(work.order_id, state, at)]
    return [*told, *kept.report(parent, ReportKind.EXPIRED, state, at, reason="its time is over")]
