"""Fills, busts and corrections: booked once each, whatever the order's status (H5, H6, H14)."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from services.oms.core.numbers import is_count, is_usable, minus, plus, times
from services.oms.core.order import LASTING, Move, advance, is_ended
from services.oms.core.requests import whose
from services.oms.core.rows import AmendmentRow, ExecutionRow, OrderRow, OrphanRow
from services.oms.core.splits import counted, filled_parts, parts_of, today
from services.oms.core.state import OmsState
from shared.events.oms import ExecutionBusted, ExecutionCorrected, OrderFilled, OrderFlagged
from shared.events.venue import ReportKind, VenueReport
from shared.messages import Event
from shared.table import At
from shared.types import ZERO, Execution, OrderStatus, normal

FILL, BUST, CORRECTION = "fill", "bust", "correction"


def on_fill(row: OrderRow | None, report: VenueReport, state: OmsState, at: At) -> list[Event]:
    """Book a fill, with the alerts it deserves."""
    execution = _usable(report.execution, state)
    if execution is None:
        return [_poison(row, report)]
    known = state.executions.get(execution.execution_id)
    if known is not None:
        return [] if _same(known, execution, row) else [_conflict(row, report, known, execution)]
    if row is None:
        return _orphan(report, execution, state, at)
    booked = _execution_row(execution, row, FILL, at)
    state.executions.put(booked)
    parts = plus(filled_parts(row), parts_of(booked.quantity, row, booked.splits))
    numbers = counted(row, parts, plus(row.amount, times(booked.quantity, booked.price)))
    whole = numbers["cum_quantity"] >= row.quantity
    if whole and row.state.filled_at is None:
        numbers["filled_at"] = execution.transact_at
    move = Move.FILLED_WHOLE if whole else Move.FILLED_PART
    after = answered(advance(row, move, at.market, **numbers))
    state.orders.put(after)
    told = OrderFilled(
        **whose(row), cause=row.order_id, state=after.state, execution=_of_order(execution, row)
    )
    return [told, *_fill_alerts(row, after, report, execution)]


def _fill_alerts(
    before: OrderRow, after: OrderRow, report: VenueReport, execution: Execution
) -> list[Event]:
    alerts = []
    if is_over(before):
        text = f"{execution.quantity} at {execution.price} after {before.under}"
        alerts.append(flag(after, report, "late_fill", text))
    if exceeds(after):
        alerts.append(overfill(after, report))
    return alerts


def is_over(row: OrderRow) -> bool:
    """Whether the order ended before it was filled; what fills it now comes late."""
    if row.under is OrderStatus.DONE_FOR_DAY:
        return row.time_in_force not in LASTING
    return row.under is not OrderStatus.FILLED and is_ended(row)


def exceeds(row: OrderRow) -> bool:
    """Whether more is filled than the order, or a replace that is pending, says (H11)."""
    return row.cum_quantity > row.quantity and row.cum_quantity > _ceiling(row)


def _ceiling(row: OrderRow) -> Decimal:
    return max(row.quantity, row.pending_quantity or ZERO)


def overfill(row: OrderRow, report: VenueReport) -> Event:
    """The alert that says so."""
    return flag(row, report, "overfill", f"{row.cum_quantity} filled of {_ceiling(row)}")


def overfilled(before: OrderRow, after: OrderRow, report: VenueReport) -> list[Event]:
    """The alert where a change of quantity, not a fill, brings an overfill to light."""
    return [overfill(after, report)] if exceeds(after) and not exceeds(before) else []


def on_bust(row: OrderRow | None, report: VenueReport, state: OmsState, at: At) -> list[Event]:
    """Take an execution out of the order's numbers."""
    execution = report.execution
    if execution is None:
        return [_poison(row, report)]
    old = _amended(row, execution, state)
    if row is None or old is None:
        return _unless_known(row, report, execution, state)
    taken = execution_of(today(old, row))
    numbers = {"quantity": taken.quantity, "price": taken.price, "fee": taken.fee}
    after = _amend(row, old, ZERO, ZERO, at)
    _book_amendment(msgspec.structs.replace(execution, **numbers), after, BUST, old, state, at)
    return [ExecutionBusted(**whose(row), cause=row.order_id, state=after.state, execution=taken)]


def on_correction(
    row: OrderRow | None, report: VenueReport, state: OmsState, at: At
) -> list[Event]:
    """Put another quantity and price in the place of an execution's."""
    execution = _usable(report.execution, state)
    if execution is None:
        return [_poison(row, report)]
    old = _amended(row, execution, state)
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
            previous=execution_of(today(old, row)),
        )
    ]
    if exceeds(after) and after.cum_quantity > row.cum_quantity:
        told.append(overfill(after, report))
    return told


def _amended(row: OrderRow | None, execution: Execution, state: OmsState) -> ExecutionRow | None:
    """The execution of the order that is meant, while it still counts and this is news."""
    if state.executions.get(execution.execution_id) is not None:
        return None
    old = state.executions.get(execution.execution_ref or "")
    if old is None or old.kind == BUST or not _is_of(old, row):
        return None
    if state.amendments.get(old.execution_id) is not None:
        return None
    return old


def _unless_known(
    row: OrderRow | None, report: VenueReport, execution: Execution, state: OmsState
) -> list[Event]:
    known = state.executions.get(execution.execution_id)
    if known is None:
        text = f"{report.kind} of an execution we do not count: {execution.execution_ref}"
        return [flag(row, report, "unknown_exec_ref", text)]
    if known.kind == BUST and report.kind is ReportKind.BUSTED:
        same = known.execution_ref == execution.execution_ref and _is_of(known, row)
    else:
        same = _same(known, execution, row)
    if same:
        return []
    return [_conflict(row, report, known, execution)]


def _amend(row: OrderRow, old: ExecutionRow, quantity: Decimal, value: Decimal, at: At) -> OrderRow:
    left = minus(filled_parts(row), parts_of(old.quantity, row, old.splits))
    parts = plus(left, parts_of(quantity, row, len(row.splits)))
    amount = plus(minus(row.amount, times(old.quantity, old.price)), value)
    numbers = counted(row, parts, amount)
    moves = (Move.AMENDED_NONE, Move.AMENDED_PART, Move.AMENDED_WHOLE)
    move = _by_cum(numbers["cum_quantity"], row.quantity, *moves)
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
    known = state.orphans.get(execution.execution_id)
    if known is not None:
        same = known.order_id == report.order_id and _content(known.execution) == _content(
            execution
        )
        return [] if same else [_conflict(None, report, known.execution, execution)]
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


def _of_order(execution: Execution, row: OrderRow) -> Execution:
    """The execution as one of that order's, whatever the report calls it."""
    return msgspec.structs.replace(
        execution,
        order_id=row.order_id,
        account_id=row.account_id,
        symbol=row.symbol,
        side=row.side,
    )


def _execution_row(execution: Execution, row: OrderRow, kind: str, at: At) -> ExecutionRow:
    return ExecutionRow(
        **msgspec.structs.asdict(_of_order(execution, row)),
        firm_id=row.firm_id,
        kind=kind,
        booked_at=at.market,
        chain_id=row.chain_id,
        splits=len(row.splits),
    )


def _is_of(known: ExecutionRow, row: OrderRow | None) -> bool:
    return row is not None and known.chain_id in ("", row.chain_id)


def _same(known: ExecutionRow, execution: Execution, row: OrderRow | None) -> bool:
    return _is_of(known, row) and _content(known) == _content(execution)


def _content(told: ExecutionRow | Execution) -> tuple[object, ...]:
    """What makes an execution another one (H5), beside the order it belongs to."""
    return (told.quantity, told.price, told.side, told.symbol, told.execution_ref)


def _conflict(
    row: OrderRow | None,
    report: VenueReport,
    known: ExecutionRow | Execution,
    execution: Execution,
) -> Event:
    text = (
        f"{known.execution_id} of {known.order_id} is {known.side} {known.quantity} at"
        f" {known.price}, told again of {report.order_id} as {execution.side}"
        f" {execution.quantity} at {execution.price}"
    )
    return flag(row, report, "exec_conflict", text)


def _poison(row: OrderRow | None, report: VenueReport) -> Event:
    return flag(row, report, "poison", f"{report.kind}, no usable number: {report.execution}")


def _usable(execution: Execution | None, state: OmsState) -> Execution | None:
    """The execution with its numbers in normal form; None where they cannot be booked (H14)."""
    if execution is None:
        return None
    quantity, price, fee = execution.quantity, execution.price, execution.fee
    if not (is_count(quantity) and is_usable(price) and is_usable(fee)):
        return None
    instrument = state.instruments.get(execution.symbol)
    if price < 0 and not (instrument is not None and instrument.negative_prices):
        return None
    numbers = {"quantity": normal(quantity), "price": normal(price), "fee": normal(fee)}
    return msgspec.structs.replace(execution, **numbers)
