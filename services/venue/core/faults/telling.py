"""What a broker that misbehaves tells, and when.

Every report passes `told`. Most orders suffer nothing and are told of at once. What is not told is
kept in `untold`: with a time, when it is only late; without one, when it was lost. A lost report
comes to light in the next session: the link fetches it again when it connects, and it connects anew
when it has heard nothing of an order for `SILENCE_US`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from services.venue.core import session
from services.venue.core.faults.acts import act
from services.venue.core.faults.plan import Fault, Plan, read
from services.venue.core.faults.rows import UntoldRow
from services.venue.core.matching.desk import Desk
from services.venue.core.reports import report
from services.venue.core.state import VenueState
from shared.events.venue import ReportKind, VenueReport
from shared.room import Handler
from shared.table import At
from shared.types import SECOND_US, Time

LATE_US, SILENCE_US = 3 * SECOND_US, 15 * SECOND_US
"""How late a late report is, and how long a link bears silence (wall time)."""

K = ReportKind
ACK = frozenset({K.ACCEPTED})
TRADES = frozenset({K.FILLED, K.BUSTED, K.CORRECTED})
LOST: dict[Fault, frozenset[ReportKind]] = {
    Fault.LOST_ACK: ACK,
    Fault.SILENCE: frozenset(ReportKind),
    Fault.DISCONNECT: TRADES,
}
LATE: dict[Fault, frozenset[ReportKind]] = {
    Fault.LATE_ACK: ACK,
    Fault.FILL_BEFORE_ACK: ACK,
    Fault.BUST: frozenset({K.BUSTED}),
}


def as_told(handler: Handler) -> Handler:
    """A handler whose reports are told as the fault mode has it, where it is on."""

    def on_message(message: Any, state: VenueState, at: At) -> Sequence[Any]:
        reports: Sequence[Any] = handler(message, state, at)
        faults = state.terms().faults
        return told(reports, read(faults), state, at) if faults else reports

    return on_message


def told(
    reports: Iterable[VenueReport], plan: Plan, state: VenueState, at: At
) -> list[VenueReport]:
    """What is told now of what the exchange reports."""
    said: list[VenueReport] = []
    for one in reports:
        order = state.paper_orders.get(one.order_id)
        fault = None if order is None else plan.fault_of(order)
        if fault is None:
            said.append(one)
            continue
        desk = Desk(state)
        desk.reports.append(one)
        act(fault, one, desk)
        for each in desk.reports:
            said += _tell(each, fault, state, at)
    return said


def _tell(one: VenueReport, fault: Fault, state: VenueState, at: At) -> list[VenueReport]:
    if one.kind in LOST.get(fault, ()):
        _keep(one, None, state, at)
        return []
    waits = [row.report.kind for row in state.untold.by("order", one.order_id)]
    if one.kind in LATE.get(fault, ()) or (fault is Fault.BUST and K.BUSTED in waits):
        _keep(one, at.wall.plus(LATE_US), state, at)
        return []
    said = [one, one] if fault is Fault.TWICE else [one]
    if fault is Fault.FILL_BEFORE_ACK and one.kind is K.FILLED:
        said += _let_go(state.untold.by("order", one.order_id), state)
    return said


def _keep(one: VenueReport, due_at: Time | None, state: VenueState, at: At) -> None:
    held = state.session()
    state.sessions.put(msgspec.structs.replace(held, untold=held.untold + 1))
    state.untold.put(
        UntoldRow(
            place=f"{held.untold:020d}",
            order_id=one.order_id,
            since=at.wall,
            due_at=due_at,
            report=one,
        )
    )


def overdue(state: VenueState, at: At) -> list[VenueReport]:
    """What is due by now; all there is where the link has lost patience and connects anew."""
    rows = list(state.untold.rows())
    if any(row.due_at is None and row.since.plus(SILENCE_US) <= at.wall for row in rows):
        return connected(state, at)
    return _let_go([row for row in rows if row.due_at and row.due_at <= at.wall], state)


def connected(state: VenueState, at: At) -> list[VenueReport]:
    """A new session: what the last one has not told, and what is open."""
    opened = session.opened(state.session(), at.wall)
    state.sessions.put(opened)
    said = _let_go(list(state.untold.rows()), state)
    return said + [
        report(row, K.OPEN_ORDER, opened.number, quantity=row.quantity)
        for row in state.paper_orders.rows()
        if row.is_live
    ]


def _let_go(rows: Iterable[UntoldRow], state: VenueState) -> list[VenueReport]:
    """Told at last, in this session."""
    number, said = state.session().number, []
    for row in rows:
        state.untold.delete(row.place)
        said.append(msgspec.structs.replace(row.report, session=number))
    return said
