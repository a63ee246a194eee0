"""`kill -9` of each room in turn, and of two at once, under 100 orders a second: nothing is lost
or doubled, and all that was decided is decided again in the same words. In the deep tests the
servers are killed too.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator

import pytest

from tests.integration import history
from tests.integration.load import Load
from tests.stack import Stack, wait_for

ROOMS = ("risk", "oms", "venue-paper", "portfolio", "market_data", "gateway")
JOURNALLED = {"risk", "oms", "venue.paper", "portfolio"}
KILLED = (*((room,) for room in ROOMS), ("risk", "oms"), ("oms", "venue-paper"))
SERVERS = (
    *(("redis",), ("influx",), ("kafka",), ("postgres",)),
    *(("kafka", "risk"), ("postgres", "venue-paper"), ("portfolio", "gateway")),
)
CALM_S = 3.1  # by then a dead room is told as silent


@pytest.fixture
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("kills"), "--seed", "11")
    try:
        running.up()
        yield running
    finally:
        running.down()


def kill(stack: Stack, *names: str) -> None:
    """SIGKILL, then wait until all are there again under other process ids."""
    before = stack.pids()
    for name in names:
        os.kill(before[name] or 0, signal.SIGKILL)
    wait_for(
        stack.pids,
        lambda now: all(now.get(name) not in (None, before[name]) for name in names),
        30,
    )
    time.sleep(CALM_S)
    stack.wait_until_ready()


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "victims", [KILLED, pytest.param(SERVERS, marks=pytest.mark.deep)], ids=["rooms", "servers"]
)
def test_nothing_is_lost_or_doubled_whatever_is_killed_under_load(
    stack: Stack, victims: tuple[tuple[str, ...], ...]
) -> None:
    accounts = [stack.account(f"load-{number}") for number in range(6)]
    with Load(stack.told()["gateway"], accounts, per_second=100) as load:
        time.sleep(2)
        for killed in victims:
            kill(stack, *killed)
            time.sleep(CALM_S)
    said = stack.told()
    with stack.admin() as admin:
        late = history.wait_until_read(admin, said["kafka"])
        assert late is None, late
        found = history.faults(said["kafka"], admin, load.answers)
    assert found == []
    verified = [json.loads(line) for line in stack.cli("verify", "--json").splitlines()]
    assert [shard for shard in verified if shard["differences"]] == []
    assert {shard["room"] for shard in verified if shard["messages"] > 100} == JOURNALLED
    accepted = [order_id for order_id, status in load.answers if status == 200]
    assert len(accepted) > 500, (load.statuses, load.unanswered)
    restarts = {p["name"]: p["restarts"] for p in said["processes"]}
    assert all(restarts[name] >= 1 for killed in victims for name in killed)
