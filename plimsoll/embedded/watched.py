"""A process that is started again whenever it dies, each time a little later."""

import signal
import time
from collections.abc import Callable
from enum import StrEnum

from plimsoll.embedded.child import Child
from plimsoll.embedded.errors import EmbeddedError

BACKOFF_S_FIRST = 0.1
BACKOFF_S_MAX = 5.0
LINE_MAX = 300
CALM_S = 30.0  # who lived that long may die again without waiting


class Condition(StrEnum):
    """What a process is doing."""

    WAITING = "waiting"  # for something it needs; not started yet
    RUNNING = "running"
    RESTARTING = "restarting"
    STOPPED = "stopped"


def backoff_s(deaths: int) -> float:
    """How long to wait after so many deaths in a row: 0.1 s, doubled each time, 5 s at most."""
    doublings = min(deaths - 1, 16)
    return float(min(BACKOFF_S_MAX, BACKOFF_S_FIRST * 2**doublings))


class Watched:
    """One process of a stack. `start` answers the running program or raises."""

    def __init__(self, name: str, start: Callable[[], Child]) -> None:
        self.name = name
        self._start = start
        self.child: Child | None = None
        self.condition = Condition.WAITING
        self.restarts = 0
        self.deaths = 0  # in a row
        self._started_at = 0.0
        self._start_at = 0.0

    def start(self, now: float) -> None:
        """Start it, for the first time or again."""
        self.child = self._start()
        self.condition = Condition.RUNNING
        self._started_at = now

    def adopt(self, child: Child, now: float) -> None:
        """Watch a program that runs already."""
        self.child, self.condition, self._started_at = child, Condition.RUNNING, now

    def look(self, now: float) -> str | None:
        """Notice a death and start it again in time; answers what there is to tell, if anything."""
        if self.condition is Condition.RUNNING and self._code() is not None:
            return self._note_death(now)
        if self.condition is Condition.RESTARTING and now >= self._start_at:
            return self._start_again(now)
        return None

    def _note_death(self, now: float) -> str:
        code = self._code()
        if now - self._started_at >= CALM_S:
            self.deaths = 0
        wait_s = self._wait(now)
        why = "".join(f": {line[:LINE_MAX]}" for line in self.last_words().splitlines()[-1:])
        return f"{self.name} ended ({ending(code)}); starting it again in {wait_s:.1f} s{why}"

    def _start_again(self, now: float) -> str:
        """A start may fail too, on a full disk for one; then it is tried again later."""
        try:
            self.start(now)
        except (OSError, EmbeddedError) as error:
            wait_s = self._wait(now)
            return f"{self.name} cannot be started ({error}); again in {wait_s:.1f} s"
        self.restarts += 1
        return f"{self.name} runs again"

    def _wait(self, now: float) -> float:
        """Count a death and set the time of the next start."""
        self.deaths += 1
        wait_s = backoff_s(self.deaths)
        self.condition, self._start_at = Condition.RESTARTING, now + wait_s
        return wait_s

    def _code(self) -> int | None:
        return None if self.child is None else self.child.exit_code()

    def last_words(self) -> str:
        """The end of its log."""
        return "" if self.child is None else self.child.tail()

    def signal_stop(self) -> None:
        """Ask it to stop and never start it again."""
        self.condition = Condition.STOPPED
        if self.child is not None:
            self.child.signal_stop()

    def await_exit(self, deadline: float) -> None:
        """Wait until it is gone, by force at `deadline`."""
        if self.child is not None:
            self.child.await_exit(deadline)

    def row(self) -> dict[str, object]:
        """As `status` tells it."""
        runs = self.condition is Condition.RUNNING and self.child is not None
        pid = self.child.pid if runs and self.child else None
        return {
            "name": self.name,
            "pid": pid,
            "state": str(self.condition),
            "restarts": self.restarts,
        }


def ending(code: int | None) -> str:
    """An exit code in words."""
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"


def stop_all(group: list[Watched], grace_s: float) -> None:
    """Stop a group together, by force after `grace_s`."""
    for one in group:
        one.signal_stop()
    deadline = time.monotonic() + grace_s
    for one in group:
        one.await_exit(deadline)
