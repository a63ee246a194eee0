"""What runs is known by a lock and by process ids with their start times."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from plimsoll.embedded import stackfile
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.paths import State, write_private


@pytest.fixture
def state(tmp_path: Path) -> State:
    """A new state directory."""
    place = State(tmp_path / "state")
    place.create()
    return place


def test_a_file_that_was_left_behind_is_no_running_stack(state: State) -> None:
    write_private(state.stack, {"gateway": "http://127.0.0.1:8000"})
    assert stackfile.running(state) is None


def test_a_held_lock_is_a_running_stack_and_refuses_a_second(state: State) -> None:
    write_private(state.stack, {"gateway": "http://127.0.0.1:8000", "supervisor": {"pid": 4321}})
    lock = stackfile.StackLock(state)
    lock.take()
    assert stackfile.running(state) is not None
    with pytest.raises(EmbeddedError, match=r"already running .*pid 4321, http://127.0.0.1:8000"):
        stackfile.StackLock(state).take()
    lock.release()
    assert stackfile.running(state) is None


def test_a_process_is_known_by_its_start_time_as_well() -> None:
    me = stackfile.identity(os.getpid())
    assert stackfile.is_alive(me)
    assert not stackfile.is_alive({"pid": os.getpid(), "started": me["started"] - 1})


def test_a_zombie_is_not_alive() -> None:
    child = subprocess.Popen(["true"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert stackfile.start_ticks(child.pid) is None
    child.wait()


def test_who_does_not_end_in_time_is_named() -> None:
    me = stackfile.identity(os.getpid())
    assert stackfile.await_gone([me, {"pid": 1, "started": -1}], timeout_s=0.1) == [os.getpid()]


def test_nothing_to_stop_is_no_error(state: State) -> None:
    assert stackfile.stop_running(state) is False
