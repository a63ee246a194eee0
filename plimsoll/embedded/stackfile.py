"""`stack.json`: what runs and where it is reached; and the lock that says that it runs.

The lock is the truth: the kernel lets go of it when the supervisor ends, however it ends, while a
file may be left behind. A process id is believed only with its start time, for ids are used again.
"""

import fcntl
import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.paths import State, read_json

POLL_S = 0.05


class StackLock:
    """Held by the supervisor of a state directory as long as it lives."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._handle = open(state.lock, "a")  # noqa: SIM115 - held for life

    def take(self) -> None:
        """Take it, or say who has it."""
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            running = read_json(self._state.stack) or {}
            pid = running.get("supervisor", {}).get("pid", "unknown")
            where = running.get("gateway") or "no URL yet"
            raise EmbeddedError(
                f"a stack is already running on {self._state.root} (pid {pid}, {where}); "
                "`plimsoll down` stops it, --state starts another beside it"
            ) from None

    def release(self) -> None:
        """Let go of it."""
        self._handle.close()


def beginning(children: list[dict[str, int]]) -> dict[str, Any]:
    """What `stack.json` says before anything is started: who to ask to stop, and what is left."""
    names = ("gateway", "kafka", "postgres", "redis", "influx", "feed")
    return {
        "supervisor": identity(os.getpid()),
        **dict.fromkeys(names),
        "metrics_ports": {},
        "processes": [],
        "children": children,
    }


def is_locked(state: State) -> bool:
    """Whether a supervisor lives."""
    if not state.lock.exists():
        return False
    with open(state.lock) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def running(state: State) -> dict[str, Any] | None:
    """What `stack.json` says, None when nothing runs."""
    return read_json(state.stack) if is_locked(state) else None


def identity(pid: int) -> dict[str, int]:
    """A process id and the start time that makes it unmistakable."""
    return {"pid": pid, "started": start_ticks(pid) or 0}


def is_alive(process: dict[str, int]) -> bool:
    """Whether this very process lives."""
    return start_ticks(process["pid"]) == process["started"]


def start_ticks(pid: int) -> int | None:
    """When a process was started, in clock ticks since boot; None when it is gone (or a zombie)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def await_gone(processes: Iterable[dict[str, int]], timeout_s: float) -> list[int]:
    """Wait until processes are gone; answers the ids of those that are not."""
    deadline = time.monotonic() + timeout_s
    left = [process for process in processes if is_alive(process)]
    while left and time.monotonic() < deadline:
        time.sleep(POLL_S)
        left = [process for process in left if is_alive(process)]
    return [process["pid"] for process in left]


def stop_running(state: State, timeout_s: float = 20.0) -> bool:
    """Stop the stack of a state directory; False when nothing ran."""
    stack = running(state)
    if stack is None:
        return False
    supervisor = stack["supervisor"]
    for number in (signal.SIGTERM, signal.SIGKILL):  # at the second the kernel ends its children
        if is_alive(supervisor):
            os.kill(supervisor["pid"], number)
            await_gone([supervisor], timeout_s)
    left = await_gone([supervisor, *stack["children"]], timeout_s)
    if left:
        raise EmbeddedError(f"processes {left} do not end")
    return True
