"""Fills, busts and corrections: booked once each, whatever the order's status (H5, H6, H14)."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from services.oms.core.numbers import average, minus, plus, times
from services.oms.core.order import Move, advance, is_ended
from services.oms.core.requests import whose
from services.oms.core.rows import AmendmentRow, ExecutionRow, OrderRow, OrphanRow
from services.oms.core.state import OmsState
from shared.events.oms import ExecutionBusted, ExecutionCorrected, OrderFilled, OrderFlagged
from shared.events.venue import VenueReport
from shared.messages import Event
from shared.table import At
from shared.types import ZERO, Execution, OrderStatus, normal

FILL, BUST, CORRECTION = "fill", "bust", "correction"


def on_fill(row: OrderRow | None, report: VenueReport, state: OmsState, at: At) -> list[Event]:
    """Book a fill, with the alerts it deserves."""
    execution = _normal(report.execution)
    if execution is None or _is_poison(execution):
        return [flag(row, report, "poison", f"execution without a usable number: {execution}")]
    known = state.executions.get(execution.execution_id)
    if known is not None:
        return [] if _same(known, execution) else [_conflict(row, report, known, execution)]
    if row is None:
        return _orphan(report, execution, state, at)
    booked = _execution_row(execution, row, FILL, at)
    state.executions.put(booked)
    cum = plus(row.cum_quantity, execution.quantity)
    amount = plus(row.amount, times(execution.quantity, execution.price))
    whole = cum >= row.quantity
    after = advance(
        row,
        Move.FILLED_WHOLE if whole else Move.FILLED_PART,
        at.market,
        cum_quantity=cum,
        amount=amount,
        average_price=average(amount, cum),
        **({"filled_at": execution.transact_at} if whole and row.state.filled_at is None else {}),
    )
    after = answered(after)
    state.orders.put(after)
    told: list[Event] = [
        OrderFilled(
            **whose(row), cause=row.order_id, state=after.state, execution=execution_of(booked)
        )
    ]
    return told + _fill_alerts(row, after, report, execution)


def _fill_alerts(
    before: OrderRow, after: OrderRow, report: VenueReport, execution: Execution
) -> list[Event]:
    alerts = []
    if before.under is not OrderStatus.FILLED and is_ended(before):
        text = f"{execution.quantity} at {execution.price} after {before.under}"
        alerts.append(flag(after, report, "late_fill", text))
    ceiling = max(before.quantity, before.pending_quantity or ZERO)
    if after.cum_quantity > ceiling:
        text = f"{after.cum_quantity} filled of {ceiling}"
        alerts.append(flag(after, report, "overfill", text))
    return alerts


def on_bust(row: OrderRow | None, report: VenueReport, state: OmsState, at: At) -> list[Event]:
    """Take an execution out of the order's numbers."""
    execution = _normal(report.execution)
    if execution is None:
        return [flag(row, report, "poison", "a bust without an execution")]
    old = _amended(execution, state)
    if row is None or old is None:
        return _unless_known(row, report, execution, state)
    bust = msgspec.structs.replace(execution, quantity=old.quantity, price=old.price)
    after = _amend(row, old, ZERO, ZERO, at)
    _book_amendment(bust, after, BUST, old, state, at)
    return [
        ExecutionBusted(
            **whose(row), cause=row.order_id, state=after.state, execution=execution_of(old)
        )
    ]


def on_correction(
    row: OrderRow | None, report: VenueReport, state: OmsState, at: At
) -> list[Event]:
    """Put another quantity and price in the place of an execution's."""
    execution = _normal(report.execution)
    if execution is None or _is_poison(execution):
        return [flag(row, report, "poison", f"correction without a usable number: {execution}")]
    old = _amended(execution, state)
    if row is None or old is None:
        return _unless_known(row, report, execution, state)
    after = _amend(row, old, execution.quantity, times(execution.quantity, execution.price), at)
    booked = _book_amendment(execution, after, CORRECTION, old, state, at)
    told: list[Event] = [
        ExecutionCorrected(
            **whose(row),
            cause=row.order_id,
            state=after.state,
            execution=execution_of(booked),
            previous=execution_of(old),
        )
    ]
    if after.cum_quantity > max(row.quantity, row.pending_quantity or ZERO):
        text = f"{after.cum_quantity} filled of {row.quantity} by a correction"
        told.append(flag(after, report, "overfill", text))
    return told


def _amended(execution: Execution, state: OmsState) -> ExecutionRow | None:
    """The execution that is meant, while it still counts and this amendment is news."""
    if state.executions.get(execution.execution_id) is not None:
        return None
    old = state.executions.get(execution.execution_ref or "")
    if old is None or old.kind == BUST or state.amendments.get(old.execution_id) is not None:
        return None
    return old


def _unless_known(
    row: OrderRow | None, report: VenueReport, execution: Execution, state: OmsState
) -> list[Event]:
    known = state.executions.get(execution.execution_id)
    if known is None:
        text = f"{report.kind} of an execution we do not count: {execution.execution_ref}"
        return [flag(row, report, "unknown_exec_ref", text)]
    if known.kind == BUST or _same(known, execution):
        return []
    return [_conflict(row, report, known, execution)]


def _amend(row: OrderRow, old: ExecutionRow, quantity: Decimal, value: Decimal, at: At) -> OrderRow:
    cum = plus(minus(row.cum_quantity, old.quantity), quantity)
    amount = plus(minus(row.amount, times(old.quantity, old.price)), value)
    move = _by_cum(cum, row.quantity, Move.AMENDED_NONE, Move.AMENDED_PART, Move.AMENDED_WHOLE)
    numbers = {"cum_quantity": cum, "amount": amount, "average_price": average(amount, cum)}
    return advance(row, move, at.market, **numbers)


def _by_cum(cum: Decimal, quantity: Decimal, none: Move, part: Move, whole: Move) -> Move:
    if cum >= quantity:
        return whole
    return part if cum > 0 else none


def outcome(row: OrderRow, quantity: Decimal) -> Move:
    """The restatement that `quantity` means for what was filled so far."""
    moves = (Move.RESTATED_NONE, Move.RESTATED_PART, Move.RESTATED_WHOLE)
    return _by_cum(row.cum_quantity, quantity, *moves)


def _book_amendment(
    execution: Execution, row: OrderRow, kind: str, old: ExecutionRow, state: OmsState, at: At
) -> ExecutionRow:
    booked = _execution_row(execution, row, kind, at)
    state.executions.put(booked)
    state.amendments.put(AmendmentRow(execution_id=old.execution_id, by_id=booked.execution_id))
    state.orders.put(row)
    return booked


def _orphan(report: VenueReport, execution: Execution, state: OmsState, at: At) -> list[Event]:
    if state.orphans.get(execution.execution_id) is not None:
        return []
    state.orphans.put(
        OrphanRow(
            execution_id=execution.execution_id,
            order_id=report.order_id,
            execution=execution,
            told_at=at.market,
        )
    )
    text = f"{execution.side} {execution.quantity} {execution.symbol} at {execution.price}"
    return [flag(None, report, "orphan_fill", text)]


def flag(row: OrderRow | None, report: VenueReport, alert: str, text: str) -> Event:
    """The event that asks a person to look."""
    return OrderFlagged(
        firm_id=report.firm_id if row is None else row.firm_id,
        account_id=report.account_id if row is None else row.account_id,
        cause=report.order_id if row is None else row.order_id,
        order_id=report.order_id if row is None else row.order_id,
        alert=alert,
        text=text,
        state=None if row is None else row.state,
    )


def answered(row: OrderRow) -> OrderRow:
    """The venue has spoken: nothing is awaited any more unless a request still is."""
    if row.request_id is not None or row.awaiting_since is None:
        return row
    return msgspec.structs.replace(row, awaiting_since=None)


def execution_of(row: ExecutionRow) -> Execution:
    """The execution as events carry it."""
    fields = Execution.__struct_fields__
    return Execution(**{name: getattr(row, name) for name in fields})


def _execution_row(execution: Execution, row: OrderRow, kind: str, at: At) -> ExecutionRow:
    told = {name: getattr(execution, name) for name in Execution.__struct_fields__}
    told |= {"order_id": row.order_id, "account_id": row.account_id}
    told |= {"symbol": row.symbol, "side": row.side}
    return ExecutionRow(**told, firm_id=row.firm_id, kind=kind, booked_at=at.market)


def _same(known: ExecutionRow, execution: Execution) -> bool:
    return (known.quantity, known.price, known.side, known.symbol, known.execution_ref) == (
        execution.quantity,
        execution.price,
        execution.side,
        execution.symbol,
        execution.execution_ref,
    )


def _conflict(
    row: OrderRow | None, report: VenueReport, known: ExecutionRow, execution: Execution
) -> Event:
    text = (
        f"{known.execution_id} booked as {known.side} {known.quantity} at {known.price},"
        f" told again as {execution.side} {execution.quantity} at {execution.price}"
    )
    return flag(row, report, "exec_conflict", text)


def _is_poison(execution: Execution) -> bool:
    quantity, price = execution.quantity, execution.price
    if not (quantity.is_finite() and price.is_finite()):
        return True
    return quantity <= 0 or price < 0


def _normal(execution: Execution | None) -> Execution | None:
    if execution is None or not (execution.quantity.is_finite() and execution.price.is_finite()):
        return execution
    return msgspec.structs.replace(
        execution, quantity=normal(execution.quantity), price=normal(execution.price)
    )
