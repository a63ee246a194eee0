"""`kill -9` of each room in turn, and of two at once, under 100 orders a second: nothing is lost
or doubled.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from tests.integration import history
from tests.integration.load import Load
from tests.stack import Stack, wait_for

ROOMS = ("risk", "oms", "venue-paper", "portfolio", "market_data", "gateway")
PAIRS = (("risk", "oms"), ("oms", "venue-paper"))
CALM_S = 3.1  # by then a dead room is told as silent


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("kills"), "--seed", "11")
    try:
        running.up()
        yield running
    finally:
        running.down()


def kill(stack: Stack, *rooms: str) -> None:
    """SIGKILL, then wait until all are there again under other process ids."""
    before = stack.pids()
    for room in rooms:
        os.kill(before[room] or 0, signal.SIGKILL)
    wait_for(
        stack.pids,
        lambda now: all(now.get(room) not in (None, before[room]) for room in rooms),
        30,
    )
    time.sleep(CALM_S)
    stack.wait_until_ready()


@pytest.mark.timeout(300)
def test_nothing_is_lost_or_doubled_whatever_room_is_killed_under_load(stack: Stack) -> None:
    accounts = [stack.account(f"load-{number}") for number in range(6)]
    with Load(stack.told()["gateway"], accounts, per_second=100) as load:
        time.sleep(2)
        for rooms in [(room,) for room in ROOMS] + list(PAIRS):
            kill(stack, *rooms)
            time.sleep(CALM_S)
    said = stack.told()
    with stack.admin() as admin:
        late = history.wait_until_read(admin, said["kafka"])
        assert late is None, late
        found = history.faults(said["kafka"], admin, load.answers)
    assert found == []
    accepted = [order_id for order_id, status in load.answers if status == 200]
    assert len(accepted) > 500, (load.statuses, load.unanswered)
    restarts = {p["name"]: p["restarts"] for p in said["processes"]}
    assert all(restarts[room] >= 1 for room in ROOMS)
