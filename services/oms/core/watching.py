"""What a stretch of ticks means for one order that OMS keeps."""

from __future__ import annotations

from services.oms.core import contingency, kept
from services.oms.core.emulation import see
from services.oms.core.rows import OrderRow
from services.oms.core.state import OmsState
from shared.events.market import TickBatch
from shared.messages import Event
from shared.table import At


def watch(row: OrderRow, batch: TickBatch, state: OmsState, at: At) -> list[Event]:
    """Let it see the ticks; what it triggers is sent, or prepared by its group. An order that
    changed since it was looked up sees the next stretch.
    """
    group = contingency.group_of(row.state.order, state)
    if state.orders.get(row.order_id) is not row or not kept.is_open_for(row, state):
        return []
    if group is not None and not contingency.is_armed(row, group):
        return []
    since = row.state.submitted_at if group is None else group.armed_at or row.state.submitted_at
    waits = kept.watch_of(row)
    seen = see(row.state.order, waits, batch, since, state.instrument(row.symbol))
    if seen.watch != waits:
        row = kept.move(row, seen.watch, state, at)
    if seen.triggered_at is None:
        return []
    if group is not None:
        return contingency.trigger(row, group, state, at)
    return [kept.send(row, state, at)]
