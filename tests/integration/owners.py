"""Who owns which shards of a room, and how long it takes until somebody else does."""

from __future__ import annotations

import os
import signal
import time
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from tests.stack import Stack, wait_for

SCHEMAS = {"risk": "risk", "oms": "oms", "venue-paper": "venue", "portfolio": "portfolio"}
LOOK_S = 0.01
HALF = (0, 1, 2, 3)  # of eight shards: what the first of two processes is meant for

LOCKS = """
SELECT a.application_name, l.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted = %s AND l.classid = %s AND l.objid = %s
"""


class Owner(NamedTuple):
    """A process of a room and its connection to PostgreSQL."""

    process: str
    backend: int


class Takeover(NamedTuple):
    """What became of a shard whose owner ended or was stopped; how busy the machine was then."""

    before: str
    after: str
    seconds: float
    stretch: float


def stretch() -> float:
    """How many times longer than by itself anything takes on this machine now, at least 1: the
    wall time of 50 ms of computing.
    """
    began, used = time.monotonic(), time.thread_time()
    while time.thread_time() - used < 0.05:
        pass
    return max(1.0, (time.monotonic() - began) / 0.05)


def lock_class(process: str) -> int:
    """The first number of a room's advisory locks: CRC-32 of its name, 31 bits."""
    room = "venue.paper" if process.startswith("venue-paper") else process.split("-")[0]
    return zlib.crc32(room.encode()) & 0x7FFFFFFF


def owner(admin: psycopg.Connection[Any], room: str, shard: int = 0) -> Owner | None:
    """Who holds the lock of a shard."""
    row = admin.execute(LOCKS, (True, lock_class(room), shard)).fetchone()
    return None if row is None else Owner(row[0].split()[1].split("/")[0], row[1])


def is_awaited(admin: psycopg.Connection[Any], room: str, shard: int = 0) -> bool:
    """Whether somebody waits for the lock of a shard."""
    return admin.execute(LOCKS, (False, lock_class(room), shard)).fetchone() is not None


def version(admin: psycopg.Connection[Any], room: str) -> int:
    """How often anything was committed for the first half of the shards."""
    text = f"SELECT sum(version) FROM {SCHEMAS[room]}.shard WHERE shard = ANY(%s)"
    row = admin.execute(text, (list(HALF),)).fetchone()
    return int(row[0]) if row else 0


def is_stopped(pid: int) -> bool:
    """Whether a process was stopped by a signal."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def await_takeover(
    admin: psycopg.Connection[Any], room: str, old: Owner, began: float, timeout_s: float = 20
) -> Takeover:
    """From `began` until somebody else has committed for the first half of the shards."""
    committed: int | None = None
    busy = stretch()
    while time.monotonic() - began < timeout_s:
        new = owner(admin, room)
        if new is not None and new.backend != old.backend:
            now = version(admin, room)
            committed = now if committed is None else committed
            if now > committed:
                seconds = time.monotonic() - began
                return Takeover(old.process, new.process, seconds, max(busy, stretch()))
        time.sleep(LOOK_S)
    raise AssertionError(f"nobody took {room} over from {old} within {timeout_s} s")


def signal_owner(
    stack: Stack, admin: psycopg.Connection[Any], room: str, number: signal.Signals
) -> Takeover:
    """Kill or stop the owner of the first half while another waits; what came of it."""
    wait_for(lambda: is_awaited(admin, room), bool, 30)
    time.sleep(3)  # what waits for everything knows the market by then
    old = owner(admin, room)
    assert old is not None
    os.kill(stack.pids()[old.process] or 0, number)
    return await_takeover(admin, room, old, time.monotonic())


def wake(stack: Stack, process: str, pid: int) -> None:
    """SIGCONT; it must find out that it owns nothing any more and end with exit code 1."""
    os.kill(pid, signal.SIGCONT)
    wait_for(stack.pids, lambda now: now.get(process) not in (None, pid), 20)
    told = (stack.state / "log" / "supervisor.log").read_text().splitlines()
    last = [line for line in told if f" {process} ended " in line][-1]
    assert "(exit code 1)" in last, last
