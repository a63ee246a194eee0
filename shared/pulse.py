"""How a process is doing, as one `service` point for each wall second: what it handled, how long
it took.
"""

from __future__ import annotations

from shared.types import Time


class Pulse:
    """Sums since the last point."""

    def __init__(self, room: str, process: str) -> None:
        self._tags = f"service,room={room},process={process}"
        self.messages = self.commits = self.lag = 0
        self.commit_s = self.decide_s = 0.0

    def decided(self, seconds: float) -> None:
        """A poll was decided."""
        self.decide_s += seconds

    def committed(self, seconds: float, messages: int) -> None:
        """A transaction was made."""
        self.commits += 1
        self.commit_s += seconds
        self.messages += messages

    def line(self, at: Time, lag: int) -> str:
        """The point of the time since the last call; mean milliseconds per transaction."""
        commits = max(1, self.commits)
        fields = (
            f"messages={self.messages}i,commits={self.commits}i,lag={lag}i,"
            f"commit_ms={self.commit_s * 1000 / commits:.3f},"
            f"decide_ms={self.decide_s * 1000 / commits:.3f}"
        )
        self.messages = self.commits = 0
        self.commit_s = self.decide_s = 0.0
        return f"{self._tags} {fields} {int(at) * 1000}"
