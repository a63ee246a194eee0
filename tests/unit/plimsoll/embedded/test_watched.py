"""A process that dies is started again, each time a little later, and its deaths are counted."""

from __future__ import annotations

from pathlib import Path

from plimsoll.embedded.child import Child
from plimsoll.embedded.watched import Condition, Watched, backoff_s


class FakeChild(Child):
    """A program whose end the test decides."""

    def __init__(self, pid: int) -> None:
        self.code: int | None = None
        self._pid = pid
        self.log, self.log_start = Path("/nowhere"), 0

    @property
    def pid(self) -> int:
        return self._pid

    def exit_code(self) -> int | None:
        return self.code


class Factory:
    """Makes fake programs, one after the other."""

    def __init__(self) -> None:
        self.made: list[FakeChild] = []

    def __call__(self) -> FakeChild:
        self.made.append(FakeChild(100 + len(self.made)))
        return self.made[-1]


def test_the_wait_doubles_from_a_tenth_of_a_second_to_five_seconds() -> None:
    waits = [backoff_s(deaths) for deaths in (1, 2, 3, 4, 5, 6, 7, 100)]
    assert waits == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


def test_a_dead_process_has_no_pid_until_it_runs_again() -> None:
    factory = Factory()
    watched = Watched("risk", factory)
    watched.start(now=0.0)
    assert watched.row() == {"name": "risk", "pid": 100, "state": "running", "restarts": 0}
    factory.made[0].code = -9
    assert watched.look(now=1.0) == "risk ended (SIGKILL); starting it again in 0.1 s"
    assert watched.row() == {"name": "risk", "pid": None, "state": "restarting", "restarts": 0}
    assert watched.look(now=1.05) is None
    assert watched.look(now=1.1) == "risk runs again"
    assert watched.row() == {"name": "risk", "pid": 101, "state": "running", "restarts": 1}


def test_deaths_in_a_row_wait_longer_and_a_calm_life_forgets_them() -> None:
    factory = Factory()
    watched = Watched("oms", factory)
    watched.start(now=0.0)
    factory.made[0].code = 1
    watched.look(now=0.0)
    watched.look(now=0.1)
    factory.made[1].code = 1
    assert watched.look(now=0.1) == "oms ended (exit code 1); starting it again in 0.2 s"
    watched.look(now=0.4)
    factory.made[2].code = 1
    assert watched.look(now=30.4) == "oms ended (exit code 1); starting it again in 0.1 s"
    assert watched.deaths == 1


def test_what_was_stopped_is_not_started_again() -> None:
    factory = Factory()
    watched = Watched("oms", factory)
    watched.start(now=0.0)
    factory.made[0].code = 0
    watched.signal_stop()
    assert watched.look(now=100.0) is None
    assert watched.condition is Condition.STOPPED
    assert len(factory.made) == 1


def test_a_start_that_fails_counts_as_a_death() -> None:
    def refuse() -> FakeChild:
        raise OSError("no space left on device")

    factory = Factory()
    watched = Watched("kafka", factory)
    watched.start(now=0.0)
    factory.made[0].code = 1
    watched.look(now=0.0)
    watched._start = refuse
    said = watched.look(now=1.0)
    assert said == "kafka cannot be started (no space left on device); again in 0.2 s"
    assert watched.row()["state"] == "restarting"
