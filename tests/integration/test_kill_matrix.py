"""Each room killed at each point of its loop, at the 1st, 2nd and 17th time it comes there, under a
mixed load: nothing is lost or doubled, what was decided is decided again in the same words, and
the log makes the same tables.

How one point is reached: a second process of the room is started with PLIMSOLL_KILL_AT and waits
for the locks of the shards. The room's own process is killed, the second one takes over, comes to
its point and dies there, and the room's own process, started again meanwhile, takes over from it.
So a point costs seconds, a first time is a first time under load, and each point is two deaths.
Clients, topics and tables are compared after each run of eight points, over all that it did.

`make test` runs a sample of eight points, `make test-deep` all of them. Recovered is the time from
the death at the point until every shard of the room has said that it is alive again.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.integration import history, history_book, history_commands
from tests.integration.mixed import Mixed
from tests.integration.mixed_plan import Plan
from tests.stack import ROOT, Stack, wait_for

MODULES = {
    "risk": "services.risk",
    "oms": "services.oms",
    "venue.paper": "services.venue",
    "portfolio": "services.portfolio",
}
LOOP = ("K1", "K2", "K3", "K4", "K5", "K6", "K7")
OF_A_LINK = ("B1", "B2", "B3")
TIMES = (1, 2, 17)
A_RUN = 8
SEED = 7212  # with it the sample has eight different points, B3 among them
COMMANDS, PER_SECOND, FAULTS_MAX = 300, 100, 20
LOADED_S = 0.5  # how long the owner works under load before it is killed
REACHED_S_MAX = RECOVERED_S_MAX = 90
STATUS = TopicPartition("room.status", 0)


class Point(NamedTuple):
    """Where a room dies: the nth time that it comes there."""

    room: str
    point: str
    nth: int

    def __str__(self) -> str:
        return ":".join(map(str, self))

    @property
    def process(self) -> str:
        """The room's process, as `status` names it."""
        return self.room.replace(".", "-")

    @property
    def doomed(self) -> str:
        """The second process, which dies."""
        return f"{self.process}-doomed"


def of_room(room: str) -> list[Point]:
    """Every point of a room, shuffled, always in the same way."""
    points = (*LOOP, *OF_A_LINK) if room == "venue.paper" else LOOP
    made = [Point(room, point, nth) for point in points for nth in TIMES]
    random.Random(f"{SEED} {room}").shuffle(made)
    return made


def runs() -> list[list[Point]]:
    """All points in runs of eight, one stack a run. The first holds two of each room, and is the
    sample; in the others the rooms take turns, the link a little more often.
    """
    shuffled = {room: of_room(room) for room in MODULES}
    sample = [shuffled[room].pop() for _ in range(2) for room in MODULES]
    placed = [
        ((place + 0.5) / len(points), point)
        for points in shuffled.values()
        for place, point in enumerate(points)
    ]
    rest = [point for _, point in sorted(placed)]
    return [sample, *(rest[first : first + A_RUN] for first in range(0, len(rest), A_RUN))]


def test_the_matrix_holds_every_point_once() -> None:
    points = [point for run in runs() for point in run]
    assert len(points) == len(set(points)) == 4 * 7 * 3 + 3 * 3


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "points",
    [
        pytest.param(run, id=f"run-{number}", marks=[pytest.mark.deep] if number else [])
        for number, run in enumerate(runs())
    ],
)
def test_nothing_is_lost_or_doubled_at_any_point_of_the_loop(
    points: list[Point], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = Stack(tmp_path, "--seed", "11")
    try:
        stack.up()
        trial = Trial(stack)
        for point in points:
            line = asyncio.run(trial.run(point))
            with capsys.disabled():
                print(f"\n{line}", end="", flush=True)
        faults = trial.faults()
        assert faults == [], "\n".join(faults[:FAULTS_MAX])
        verified = [
            json.loads(line) for line in stack.cli("verify", "--json", timeout_s=240).splitlines()
        ]
        assert [shard for shard in verified if shard["differences"]] == []
        rooms = {shard["room"] for shard in verified if shard["messages"] > 0}
        assert rooms == {"risk", "oms", "venue.paper", "portfolio"}
        told = stack.cli("rebuild", "--json", timeout_s=240, check=False)
        tables = [json.loads(line) for line in told.splitlines()]
        assert [table for table in tables if not table["same"]] == []
        assert {table["room"] for table in tables if table["made"] > 100} == rooms
    finally:
        stack.down()


class Trial:
    """One stack, eight accounts of four firms, and all that clients were told until now."""

    def __init__(self, stack: Stack) -> None:
        self.stack, self.told = stack, stack.told()
        self.accounts = [stack.account(f"mixed-{n}", firm=f"firm-{n % 4}") for n in range(8)]
        self.plan = Plan(self.accounts, "mixed")
        self.answers: list[Any] = []

    async def run(self, point: Point) -> str:
        """Die at a point under load and come back. A line about it."""
        owner, load = self.stack.pids()[point.process], self.load()
        assert owner is not None
        async with signs_of_life(self.told["kafka"]) as consumer:
            with standby(self.stack, point, owner) as doomed:
                with self.stack.admin() as admin:
                    wait_for(lambda: is_waiting(admin, point.doomed), bool, 60)
                with load:
                    await asyncio.sleep(LOADED_S)
                    os.kill(owner, signal.SIGKILL)
                    await asyncio.to_thread(await_death, self.stack, point, doomed)
                    died = time.monotonic()
                    await until_alive(consumer, point)
                    recovered_s = time.monotonic() - died
                    wait_for(lambda: load.sent, lambda sent: sent >= COMMANDS, 60)
        self.answers += load.answers
        return f"{point!s:20} recovered in {recovered_s:5.2f} s, {load.sent} commands"

    def load(self) -> Mixed:
        """Commands from where the last ones ended."""
        admin = self.stack.key("admin.key")
        return Mixed(self.told["gateway"], self.accounts, admin, self.plan, PER_SECOND)

    def faults(self) -> list[str]:
        """All that does not agree, once everything is read and no order is open."""
        with self.stack.admin() as admin:
            late = history.wait_until_read(admin, self.told["kafka"], 30)
            assert late is None, late
            told = history.read(self.told["kafka"])
            orders = [
                (answer.said["id"], answer.status)
                for answer in self.answers
                if "id" in answer.said and answer.asked.path == "/v2/orders"
            ]
            history.check(told, admin, orders)
            history_commands.check_gate(told)
            history_book.check_calm(told, admin)
            history_book.check_answers(told, self.answers)
        return told.faults


def await_death(stack: Stack, point: Point, doomed: subprocess.Popen[bytes]) -> None:
    """Until the process has come to its point. Fails where it does not, or ends otherwise."""
    try:
        code = doomed.wait(REACHED_S_MAX)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"{point} was not reached in {REACHED_S_MAX} s") from None
    log = (stack.state / "log" / "doomed.log").read_text()[-1000:]
    assert code == -signal.SIGKILL, f"{point}: exit code {code}: {log}"


@contextlib.contextmanager
def standby(stack: Stack, point: Point, owner: int) -> Iterator[subprocess.Popen[bytes]]:
    """A second process of a room, told what its owner was told, and where to die."""
    raw = Path(f"/proc/{owner}/environ").read_bytes().decode()
    environment = dict(entry.split("=", 1) for entry in raw.split("\0") if entry)
    environment |= {
        "PLIMSOLL_KILL_AT": str(point),
        "PLIMSOLL_PROCESS": point.doomed,
        "PLIMSOLL_METRICS_PORT": "0",
    }
    command = [sys.executable, "-m", MODULES[point.room]]
    with open(stack.state / "log" / "doomed.log", "ab") as log:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def is_waiting(admin: psycopg.Connection[Any], process: str) -> bool:
    """Whether a process waits for the lock of a shard."""
    row = admin.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
        " AND wait_event_type = 'Lock' AND wait_event = 'advisory'",
        [f"plimsoll {process}"],
    ).fetchone()
    return row == (1,)


@contextlib.asynccontextmanager
async def signs_of_life(servers: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A reader of what rooms say of themselves."""
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign([STATUS])
        yield consumer
    finally:
        await consumer.stop()


async def until_alive(consumer: AIOKafkaConsumer, point: Point) -> None:
    """Until the room's own process has said for each of its shards that it is alive, from now."""
    await consumer.seek_to_end(STATUS)
    alive: set[int] = set()
    async with asyncio.timeout(RECOVERED_S_MAX):
        while len(alive) < history.PARTITIONS:
            for record in (await consumer.getmany(timeout_ms=100)).get(STATUS, ()):
                said = json.loads(record.value)
                if (said["room"], said["process"]) == (point.room, point.process):
                    alive.add(said["partition"])
