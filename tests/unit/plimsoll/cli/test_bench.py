"""`bench`: names, exit codes, lines."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import benches
from benches import result
from plimsoll.cli import app

NAMES = {"name", "value", "unit", "reference", "reference_value", "ratio", "goal", "met"}


def measured(*results: result.Result) -> types.ModuleType:
    """A bench that yields these."""
    module = types.ModuleType("benches.fixed")

    def run(state: Path) -> Iterator[result.Result]:
        assert list(state.iterdir()) == []
        yield from results

    module.run = run  # type: ignore[attr-defined]
    return module


@pytest.fixture
def fixed() -> Iterator[types.ModuleType]:
    """A bench named `fixed`, whose results the test sets."""
    module = measured(result.at_most("fixed.a", 2, "ms", 3))
    benches.BENCHES["fixed"] = "benches.fixed"
    sys.modules["benches.fixed"] = module
    yield module
    del benches.BENCHES["fixed"], sys.modules["benches.fixed"]


def bench(*words: str) -> Result:
    return CliRunner().invoke(app, ["bench", *words])


def test_a_line_has_every_field_and_the_ratio_is_value_over_reference(
    fixed: types.ModuleType,
) -> None:
    fixed.run = measured(result.against("fixed.b", 12, "ms", "raw", 2, 8)).run
    answer = bench("fixed", "--json")
    line = json.loads(answer.stdout)
    assert answer.exit_code == 0
    assert set(line) == NAMES
    assert (line["ratio"], line["goal"], line["met"]) == (6, "ratio <= 8", True)


def test_a_missed_goal_exits_with_1(fixed: types.ModuleType) -> None:
    assert bench("fixed").exit_code == 0
    fixed.run = measured(result.at_least("fixed.c", 5, "/s", 6), result.told("d", 1, "s")).run
    answer = bench("fixed")
    assert answer.exit_code == 1
    assert "MISSED" in answer.stdout


def test_an_unknown_bench_is_wrong_use() -> None:
    assert bench("speed").exit_code == 2


def test_the_quantile_is_the_nearest_rank() -> None:
    values = [float(n) for n in range(1, 101)]
    assert (result.quantile(values, 0.5), result.quantile(values, 0.99)) == (51, 100)
