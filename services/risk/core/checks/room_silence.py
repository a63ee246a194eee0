"""Do the rooms that this order's life depends on give signs of life?

State caught up (design section 4), the dead-man switch: oms, portfolio and the account's venue
link, each in the same partition.
"""

from __future__ import annotations

from services.risk.core.codes import ROOM_SILENT, VIOLATIONS
from services.risk.core.limits import Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import Order, Violation


def room_silence(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies where one of them was silent for longer than room_silence_ms_max."""
    rooms = view.book.rooms
    if rooms is None:
        return None
    sights, oldest = view.state.sights, view.wall - limits.room_silence_us
    if rooms.are_alive(oldest, sights):
        return None
    for sight in rooms.sights:
        alive = sights.read(sight)
        if alive is None or alive.at < oldest:
            break
    key = sight.name[1]
    return violation(
        ROOM_SILENT,
        order,
        scope=f"room::{key}",
        limit=limits.room_silence_us // 1000,
        value=None if alive is None else (view.wall - alive.at) // 1000,
        message=f"{VIOLATIONS[ROOM_SILENT]}: {key}",
    )
