"""Virtual time: it moves when the simulation says so, and when somebody waits."""

from __future__ import annotations

from shared.types import SECOND_US


class Clock:
    """The wall time of a history in microseconds. It may jump, and be set back."""

    def __init__(self, wall: int) -> None:
        self.wall = wall

    def now_s(self) -> float:
        """Seconds, as the loop asks for them."""
        return self.wall / SECOND_US

    def wait(self, seconds: float) -> None:
        """Somebody waited so long."""
        self.wall += int(seconds * SECOND_US)
