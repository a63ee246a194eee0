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
from benches import growth, result
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


def test_a_number_of_orders_is_for_growth_alone() -> None:
    assert bench("memory", "--orders", "1000").exit_code == 2


def test_growth_is_measured_at_each_power_of_ten_and_at_the_last_order() -> None:
    assert growth.counts(1_000) == [1_000]
    assert growth.counts(250_000) == [1_000, 10_000, 100_000, 250_000]
    assert growth.counts(1_000_000) == [1_000, 10_000, 100_000, 1_000_000]


def test_what_growth_measures_stands_beside_the_first_and_beside_the_memory_of_100_000() -> None:
    first = growth.Step(1_000, 2.0, 1.0, 500.0, 0, {"risk": 100.0, "oms": 50.0})
    last = growth.Step(1_000_000, 2.2, 1.5, 480.0, 1, {"risk": 103.0, "oms": 51.5})
    told = {one.name: one for one in growth.results(last, first, first)}
    assert (told["growth.1000000.rooms_ms"].ratio, told["growth.1000000.rooms_ms"].met) == (
        1.1,
        True,
    )
    assert told["growth.1000000.not_booked"].met is False
    assert told["growth.1000000.postgres_ms"].ratio == 1.5
    assert told["growth.1000000.postgres_ms"].met is False
    assert (told["growth.1000000.memory"].ratio, told["growth.1000000.memory"].met) == (1.03, True)
