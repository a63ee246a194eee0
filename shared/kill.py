"""Named points at which a test kills this process with SIGKILL: PLIMSOLL_KILL_AT=room:point:nth,
several with commas between them, one for each room.
"""

from __future__ import annotations

import os
import signal

POINTS = ("K1", "K2", "K3", "K4", "K5", "K6", "K7", "B1", "B2", "B3")


class KillPoint:
    """Counts how often the named point of this room is reached and kills the process at the nth
    time. Raises ValueError for a text that names no point.
    """

    def __init__(self, room: str, text: str = "") -> None:
        self._point, self._left = "", 0
        for one in filter(None, text.split(",")):
            wanted, point, nth = _parts(one)
            if wanted == room:
                self._point, self._left = point, nth

    def is_next(self, point: str) -> bool:
        """Whether reaching `point` now would kill."""
        return point == self._point and self._left == 1

    def reached(self, point: str) -> None:
        """Die here, or count."""
        if point != self._point:
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _parts(one: str) -> tuple[str, str, int]:
    room, _, rest = one.partition(":")
    point, _, nth = rest.partition(":")
    if point not in POINTS or not nth.isdecimal() or int(nth) < 1:
        points = ", ".join(POINTS)
        raise ValueError(
            f"PLIMSOLL_KILL_AT: {one!r} is no room:point:nth; points are {points}, nth from 1"
        )
    return room, point, int(nth)
