"""Orders whose venue has been silent for too long: a person is told, and nothing is sent again."""

from __future__ import annotations

import msgspec

from services.oms.core.requests import whose
from services.oms.core.state import OmsState
from shared.events.oms import OrderFlagged
from shared.messages import Event
from shared.table import At

ANSWER_MS_MAX = 10_000
"""How long a venue may take to answer (wall time)."""


def tell_silent(state: OmsState, at: At) -> list[Event]:
    """An alert for each order that has waited for so long; once for each thing that was sent."""
    silent_since = at.wall - ANSWER_MS_MAX * 1000
    told: list[Event] = []
    for row in state.orders.by("awaiting", True):
        if row.awaiting_since is None or row.awaiting_since > silent_since:
            continue
        row = msgspec.structs.replace(row, awaiting_since=None)
        state.orders.put(row)
        told.append(
            OrderFlagged(
                **whose(row),
                cause=row.order_id,
                order_id=row.order_id,
                alert="unknown_outcome",
                text=f"no answer from {row.state.order.venue} for {ANSWER_MS_MAX} ms",
                state=row.state,
            )
        )
    return told
