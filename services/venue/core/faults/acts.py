"""What the exchange itself does to an order that suffers a fault: its own book changes.

An order suffers once, with its first execution (`cancel`: when it first stands in the book). What a
bust takes from an order that was filled is not put back into the book: the rest is canceled.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from services.venue.core.faults.plan import Fault
from services.venue.core.faults.rows import PaperAmendmentRow
from services.venue.core.matching.desk import Desk, move_position
from services.venue.core.rows import CANCELED, FILLED, REJECTED, PaperOrderRow
from shared.events.venue import ReportKind, VenueReport
from shared.ids import derived_id
from shared.types import ZERO, Execution, normal

BUST, CORRECTION = "bust", "correction"


def bust(order: PaperOrderRow, fill: VenueReport, execution: Execution, desk: Desk) -> None:
    """The execution is annulled."""
    amended = _amended(fill, execution, BUST)
    desk.state.paper_amendments.put(_row(amended, BUST, quantity=ZERO, price=ZERO))
    held = desk.state.paper_executions.get(execution.execution_id)
    assert held is not None, "an execution is in memory while it is reported"
    move_position(desk.state, held, -1)
    after = _without(order, execution)
    desk.state.paper_orders.put(after)
    desk.reports.append(_told(fill, after, ReportKind.BUSTED, amended))
    if order.status == FILLED:
        desk.end(after, CANCELED, ReportKind.CANCELED, reason="busted")


def correct(order: PaperOrderRow, fill: VenueReport, execution: Execution, desk: Desk) -> None:
    """The execution gets another price, one tick up."""
    tick = desk.state.instruments[order.symbol].tick
    price = normal(execution.price + tick)
    amended = msgspec.structs.replace(_amended(fill, execution, CORRECTION), price=price)
    row = _row(amended, CORRECTION, quantity=execution.quantity, price=price)
    desk.state.paper_amendments.put(row)
    after = msgspec.structs.replace(order, amount=normal(order.amount + execution.quantity * tick))
    desk.state.paper_orders.put(after)
    desk.reports.append(_told(fill, after, ReportKind.CORRECTED, amended))


def reject(order: PaperOrderRow, fill: VenueReport, execution: Execution, desk: Desk) -> None:
    """It is rejected although it has traded; an order that is filled stays so."""
    if order.is_live:
        desk.end(order, REJECTED, ReportKind.REJECTED, reason="too late")
    else:
        rejected = _told(fill, order, ReportKind.REJECTED, None)
        desk.reports.append(msgspec.structs.replace(rejected, reason="too late"))


def tell_again(order: PaperOrderRow, fill: VenueReport, execution: Execution, desk: Desk) -> None:
    """The execution is told once more, at another price under the same id."""
    other = msgspec.structs.replace(execution, price=normal(execution.price + 1))
    desk.reports.append(msgspec.structs.replace(fill, execution=other))


def tell_of_nobody(
    order: PaperOrderRow, fill: VenueReport, execution: Execution, desk: Desk
) -> None:
    """The execution is told once more, as that of an order nobody knows."""
    nobody = derived_id("nobody", execution.execution_id)
    other = derived_id("orphan", execution.execution_id)
    orphan = msgspec.structs.replace(execution, execution_id=other, order_id=nobody)
    desk.reports.append(msgspec.structs.replace(fill, order_id=nobody, execution=orphan))


Act = Callable[[PaperOrderRow, VenueReport, Execution, Desk], None]
ON_FIRST_FILL: dict[Fault, Act] = {
    Fault.BUST: bust,
    Fault.CORRECT: correct,
    Fault.REJECT_AFTER_FILL: reject,
    Fault.CONFLICT: tell_again,
    Fault.ORPHAN: tell_of_nobody,
}


def act(fault: Fault, report: VenueReport, desk: Desk) -> None:
    """What a report of an order leads to; more reports at the desk."""
    order, execution = desk.state.paper_orders.get(report.order_id), report.execution
    if order is None:
        return
    if fault is Fault.CANCEL and report.kind is ReportKind.ACCEPTED and order.is_live:
        desk.end(order, CANCELED, ReportKind.CANCELED, reason="unsolicited")
    if fault not in ON_FIRST_FILL or report.kind is not ReportKind.FILLED or execution is None:
        return
    if execution.execution_id == derived_id("execution", order.order_id, 1):
        ON_FIRST_FILL[fault](order, report, execution, desk)


def _without(order: PaperOrderRow, execution: Execution) -> PaperOrderRow:
    amount = order.amount - execution.quantity * execution.price
    return msgspec.structs.replace(
        order,
        cum_quantity=normal(order.cum_quantity - execution.quantity),
        amount=normal(amount),
        fee=normal(order.fee - execution.fee),
    )


def _amended(fill: VenueReport, execution: Execution, kind: str) -> Execution:
    name = derived_id(kind, execution.execution_id)
    return msgspec.structs.replace(
        execution, execution_id=name, execution_ref=execution.execution_id
    )


def _row(execution: Execution, kind: str, **numbers: Any) -> PaperAmendmentRow:
    return PaperAmendmentRow(
        execution_id=execution.execution_id,
        execution_ref=execution.execution_ref or "",
        order_id=execution.order_id,
        kind=kind,
        **numbers,
    )


def _told(
    fill: VenueReport, order: PaperOrderRow, kind: ReportKind, execution: Execution | None
) -> VenueReport:
    return msgspec.structs.replace(
        fill, kind=kind, execution=execution, cum_quantity=order.cum_quantity
    )
