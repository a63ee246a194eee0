"""Named points at which a test kills this process with SIGKILL: PLIMSOLL_KILL_AT=room:point:nth."""

from __future__ import annotations

import os
import signal

POINTS = ("K1", "K2", "K3", "K4", "K5", "K6", "K7", "B1", "B2", "B3")


class KillPoint:
    """Counts how often the named point of this room is reached and kills the process at the nth
    time.
    """

    def __init__(self, room: str, text: str = "") -> None:
        self._point, self._left = "", 0
        if not text:
            return
        wanted, point, nth = text.rsplit(":", 2)
        if point not in POINTS or int(nth) < 1:
            raise ValueError(f"PLIMSOLL_KILL_AT={text}: points are {', '.join(POINTS)}, nth from 1")
        if wanted == room:
            self._point, self._left = point, int(nth)

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
