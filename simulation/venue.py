"""A venue that does everything a broker has been seen to do: acks that are lost or late, executions
told twice or in two versions, fills after a cancel, busts, rejects after fills, fills of nobody.

What it does to an order follows from the order's id alone, so a replay sees the same.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from shared.events.venue import ReportKind, VenueReport
from shared.ids import derived_id
from shared.messages import Message
from shared.room import Handler, Room

Reports = list[VenueReport]
Fault = Callable[[Reports], Reports]
K = ReportKind


def lost_ack(reports: Reports) -> Reports:
    """The acknowledgement never comes."""
    return [one for one in reports if one.kind is not K.ACCEPTED]


def told_twice(reports: Reports) -> Reports:
    """Every report comes twice."""
    return [one for report in reports for one in (report, report)]


def fill_before_ack(reports: Reports) -> Reports:
    """What came last is told first."""
    return reports[::-1]


def busted(reports: Reports) -> Reports:
    """Each fill is taken back at once."""
    return [one for report in reports for one in (report, *_bust(report))]


def _bust(report: VenueReport) -> Reports:
    fill = report.execution
    if report.kind is not K.FILLED or fill is None:
        return []
    bust = msgspec.structs.replace(
        fill, execution_id=derived_id("bust", fill.execution_id), execution_ref=fill.execution_id
    )
    return [msgspec.structs.replace(report, kind=K.BUSTED, execution=bust)]


def corrected(reports: Reports) -> Reports:
    """Each fill gets another price a moment later."""
    return [one for report in reports for one in (report, *_correction(report))]


def _correction(report: VenueReport) -> Reports:
    fill = report.execution
    if report.kind is not K.FILLED or fill is None:
        return []
    other = msgspec.structs.replace(
        fill,
        execution_id=derived_id("correction", fill.execution_id),
        execution_ref=fill.execution_id,
        price=fill.price + Decimal("0.01"),
    )
    return [msgspec.structs.replace(report, kind=K.CORRECTED, execution=other)]


def in_two_versions(reports: Reports) -> Reports:
    """Each fill is told again at another price under the same id."""
    return [one for report in reports for one in (report, *_version(report))]


def _version(report: VenueReport) -> Reports:
    fill = report.execution
    if report.kind is not K.FILLED or fill is None:
        return []
    other = msgspec.structs.replace(fill, price=fill.price + Decimal(1))
    return [msgspec.structs.replace(report, execution=other)]


def canceled_unasked(reports: Reports) -> Reports:
    """The venue says that the order is canceled, and fills it later all the same."""
    return [one for report in reports for one in (report, *_canceled(report))]


def _canceled(report: VenueReport) -> Reports:
    if report.kind is not K.ACCEPTED:
        return []
    return [msgspec.structs.replace(report, kind=K.CANCELED, reason="unsolicited")]


def rejected_after_fill(reports: Reports) -> Reports:
    """A fill is followed by a reject."""
    return [one for report in reports for one in (report, *_rejected(report))]


def _rejected(report: VenueReport) -> Reports:
    if report.kind is not K.FILLED:
        return []
    return [msgspec.structs.replace(report, kind=K.REJECTED, execution=None, reason="too late")]


def of_nobody(reports: Reports) -> Reports:
    """Each fill is told again as that of an order nobody knows."""
    return [one for report in reports for one in (report, *_orphan(report))]


def _orphan(report: VenueReport) -> Reports:
    fill = report.execution
    if report.kind is not K.FILLED or fill is None:
        return []
    nobody = derived_id("nobody", fill.execution_id)
    orphan = msgspec.structs.replace(
        fill, execution_id=derived_id("orphan", fill.execution_id), order_id=nobody
    )
    return [msgspec.structs.replace(report, order_id=nobody, execution=orphan)]


FAULTS: tuple[Fault, ...] = (
    lost_ack,
    told_twice,
    fill_before_ack,
    busted,
    corrected,
    canceled_unasked,
    rejected_after_fill,
)
RARE: tuple[Fault, ...] = (in_two_versions, of_nobody)
"""After these an account is halted until a person has looked."""


def fault_of(order_id: str) -> Fault | None:
    """What the venue does to the reports of an order; mostly nothing."""
    number = zlib.crc32(order_id.encode()) % 1000
    if number < 20 * len(FAULTS):
        return FAULTS[number // 20]
    number -= 20 * len(FAULTS)
    return RARE[number // 5] if number < 5 * len(RARE) else None


def is_ack_lost(order_id: str) -> bool:
    """Whether the venue never acknowledges this order."""
    return fault_of(order_id) is lost_ack


def distorted(reports: Sequence[Message]) -> list[Message]:
    """The reports as this venue tells them."""
    told: list[Message] = []
    for report in reports:
        fault = fault_of(report.order_id) if isinstance(report, VenueReport) else None
        told += fault([report]) if fault is not None else [report]  # type: ignore[list-item]
    return told


def _wrap(handler: Handler) -> Handler:
    def handle(message: Any, state: Any, at: Any) -> list[Message]:
        reports = list(handler(message, state, at))
        orders = {one.order_id for one in reports if isinstance(one, VenueReport)}
        if len(orders) == 1:
            fault = fault_of(orders.pop())
            return [*fault(reports)] if fault is not None else reports  # type: ignore[arg-type]
        return distorted(reports)

    return handle


def faulty(room: Room) -> Room:
    """The room with a venue like that behind it."""
    handlers = {kind: _wrap(handler) for kind, handler in room.handlers.items()}
    return msgspec.structs.replace(room, handlers=handlers)
