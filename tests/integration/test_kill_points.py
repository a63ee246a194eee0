"""Every room killed at a named point of its loop, under load: nothing is lost or doubled.

`make test` kills each room inside its commit (K3: the statement is on the wire, its answer is not
read) and inside its relay (K5: half of the outputs are handed over); `make test-deep` at all seven.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.integration import history
from tests.integration.load import Load
from tests.stack import Stack, wait_for

ROOMS = {"risk": "risk", "oms": "oms", "venue.paper": "venue-paper", "portfolio": "portfolio"}
FIRST, APART = 40, 60  # how often the first room reaches its point, and how much later the next
POINTS = ("K1", "K2", "K3", "K4", "K5", "K6", "K7")
PLANS = [("K3", "K5", "K3", "K5"), ("K5", "K3", "K5", "K3")]
DEEP = [tuple(POINTS[(turn + room) % 7] for room in range(4)) for turn in range(7)]


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    "points", [*PLANS, *(pytest.param(plan, marks=pytest.mark.deep) for plan in DEEP)], ids="-".join
)
def test_nothing_is_lost_or_doubled_at_the_points_of_the_loop(
    points: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = [
        f"{room}:{point}:{FIRST + number * APART}"
        for number, (room, point) in enumerate(zip(ROOMS, points, strict=True))
    ]
    stack = Stack(tmp_path, "--seed", "11")
    try:
        stack.up()
        accounts = [stack.account(f"load-{number}") for number in range(6)]
        stack.down()
        monkeypatch.setenv("PLIMSOLL_KILL_AT", ",".join(plan))
        stack.up()  # K1 and K2 may come before anybody is ready
        answers = load_until_all_died(stack, accounts)
        with stack.admin() as admin:
            late = history.wait_until_read(admin, stack.told()["kafka"])
            assert late is None, late
            assert history.faults(stack.told()["kafka"], admin, answers) == []
    finally:
        stack.down()


def load_until_all_died(stack: Stack, accounts: list[dict[str, str]]) -> list[tuple[str, int]]:
    """50 orders a second until every room has died once and has come back."""
    with Load(stack.told()["gateway"], accounts, per_second=50) as load:
        wait_for(lambda: deaths(stack), lambda died: set(died) == {1}, 60)
        stack.wait_until_ready()
        time.sleep(3)
    assert deaths(stack) == [1, 1, 1, 1]
    accepted = [order_id for order_id, status in load.answers if status == 200]
    assert len(accepted) > 100, (load.statuses, load.unanswered)
    return load.answers


def deaths(stack: Stack) -> list[int]:
    """How often each of the four rooms was started again."""
    restarts = {process["name"]: process["restarts"] for process in stack.told()["processes"]}
    return [restarts[name] for name in ROOMS.values()]
