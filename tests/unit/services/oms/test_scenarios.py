"""FIX order-state scenarios, the sample and our own, played through the real handlers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.services.oms.scenario import Player

FILE = Path(__file__).parents[5] / "shared" / "scenarios" / "order_states.yaml"
OWN = Path(__file__).parents[3] / "scenarios"


def read(file: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(file.read_text())["scenarios"]
    return [one for one in found if one["profile"] != "reopen"]


def sample() -> list[dict[str, Any]]:
    return read(FILE) if FILE.exists() else []


def own() -> list[dict[str, Any]]:
    return [one for file in sorted(OWN.glob("*.yaml")) for one in read(file)]


@pytest.mark.data
@pytest.mark.parametrize("restarts", [False, True], ids=["plain", "restarted"])
@pytest.mark.parametrize("scenario", sample(), ids=lambda one: str(one["id"]))
def test_a_scenario_of_the_sample_goes_as_written(scenario: dict[str, Any], restarts: bool) -> None:
    assert Player(restarts).play(scenario) == []


@pytest.mark.parametrize("restarts", [False, True], ids=["plain", "restarted"])
@pytest.mark.parametrize("scenario", own(), ids=lambda one: str(one["id"]))
def test_a_scenario_of_our_own_goes_as_written(scenario: dict[str, Any], restarts: bool) -> None:
    assert Player(restarts).play(scenario) == []


def test_a_step_that_is_written_wrongly_fails() -> None:
    good = {"i": {"t": "submit", "id": "X", "qty": 100}, "x": ["pending_new", 100, 0, 100, 0]}
    steps = [{**good, "snd": [["new", "X"]]}, {"i": {"t": "ack"}, "x": ["new", 100, 0, 99, 0]}]
    failures = Player().play({"id": "wrong", "steps": steps})
    assert [line.split(" is ")[0] for line in failures] == [
        "wrong step 2: out",
        "wrong step 2: x",
    ]
