"""Forty histories with every fault there is, all promises kept; two thousand in the deep tests. A
seed is the same history for ever, and a failing one is made short.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from simulation.faults import FAULTS
from simulation.play import Outcome, play
from simulation.shrink import shrink
from simulation.world import World
from tests.stack import ROOT


def simulate(*arguments: str, timeout_s: float) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "plimsoll", "simulate", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=timeout_s, check=False
    )


@pytest.mark.timeout(300)
def test_forty_histories_with_every_fault_keep_every_promise() -> None:
    done = simulate("--seeds", "1..40", "--steps", "1000", timeout_s=290)
    assert (done.returncode, done.stdout.split(";")[0]) == (0, "40 seeds, 0 failed"), done.stdout


@pytest.mark.deep
@pytest.mark.timeout(3600)
def test_two_thousand_histories_with_every_fault_keep_every_promise() -> None:
    done = simulate("--seeds", "1..2000", "--steps", "1000", timeout_s=3500)
    assert (done.returncode, done.stdout.split(";")[0]) == (0, "2000 seeds, 0 failed"), done.stdout


def test_histories_without_a_fault_keep_every_promise_too() -> None:
    done = simulate("--seeds", "1..4", "--faults", "none", timeout_s=100)
    assert done.returncode == 0, done.stdout


def test_random_fetch_order_over_two_topics_of_one_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Risk reads positions and valuations of portfolio, and what comes first is left to chance;
    no other fault than that one partition may be late.
    """
    late = [(weight, fault) for weight, fault in FAULTS if fault.__name__ == "delay"]
    monkeypatch.setattr("simulation.faults.FAULTS", late)
    monkeypatch.setattr("simulation.faults.WEIGHTS", [1])
    monkeypatch.setattr("simulation.world.WEIGHTS", (60, 18, 12, 6, 8))
    failures = [play(seed, 500).failure for seed in range(1, 6)]
    assert failures == [None] * 5


def test_a_seed_is_the_same_history_every_time() -> None:
    def records(seed: int) -> dict[object, list[bytes]]:
        world = World(seed)
        world.open()
        for number in range(1, 301):
            world.take_step(number)
        return dict(world.log.partitions)

    assert records(3) == records(3)
    assert records(3) != records(4)


def test_a_failing_history_is_made_as_short_as_what_breaks_the_promise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A promise that breaks when steps 30 and 70 have both been taken leaves these two."""

    def fails(seed: int, steps: int, *, is_faulty: bool, only: frozenset[int]) -> Outcome:
        failure = "both" if {30, 70} <= only else None
        return Outcome(seed, steps, steps, 0, "promise" if failure else "", failure)

    monkeypatch.setattr("simulation.shrink.play", fails)
    outcome = Outcome(1, 100, 100, 0, "promise", "both")
    assert shrink(outcome, is_faulty=True, told=lambda _: None) == [30, 70]


@pytest.mark.parametrize("seeds", ["9..3", "x", "-1"])
def test_seeds_that_make_no_sense_are_wrong_use(seeds: str) -> None:
    done = simulate(f"--seeds={seeds}", timeout_s=60)
    assert done.returncode == 2
    assert "seeds" in done.stderr


def test_the_product_does_not_need_the_simulation() -> None:
    assert not list(Path(ROOT / "services").rglob("*simulation*"))
