"""Named points at which a test kills this process with SIGKILL: PLIMSOLL_KILL_AT=room:point:nth,
several with commas between them, one for each room. With `:stop` behind it the process stops
there instead (SIGSTOP), until somebody sends SIGCONT.
"""

from __future__ import annotations

import os
import signal
from typing import NamedTuple

POINTS = ("K1", "K2", "K3", "K4", "K5", "K6", "K7", "B1", "B2", "B3")
SIGNALS = {"": signal.SIGKILL, "stop": signal.SIGSTOP}


class _Plan(NamedTuple):
    """What happens to which room, where, at which time of reaching it."""

    room: str
    point: str
    nth: int
    signal: signal.Signals


class KillPoint:
    """Counts how often the named point of this room is reached and kills the process at the nth
    time. Raises ValueError for a text that names no point.
    """

    def __init__(self, room: str, text: str = "") -> None:
        self._point, self._left, self._signal = "", 0, signal.SIGKILL
        for one in filter(None, text.split(",")):
            plan = _parts(one)
            if plan.room == room:
                self._point, self._left, self._signal = plan.point, plan.nth, plan.signal

    def is_next(self, point: str) -> bool:
        """Whether reaching `point` now would kill."""
        return point == self._point and self._left == 1

    def reached(self, point: str) -> None:
        """Die here, stop here, or count."""
        if point != self._point:
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), self._signal)


def _parts(one: str) -> _Plan:
    room, _, rest = one.partition(":")
    point, _, rest = rest.partition(":")
    nth, colon, how = rest.partition(":")
    known = point in POINTS and how in SIGNALS and bool(how) == bool(colon)
    if not known or not nth.isdecimal() or int(nth) < 1:
        points = ", ".join(POINTS)
        raise ValueError(
            f"PLIMSOLL_KILL_AT: {one!r} is no room:point:nth or room:point:nth:stop; "
            f"points are {points}, nth from 1"
        )
    return _Plan(room, point, int(nth), SIGNALS[how])
