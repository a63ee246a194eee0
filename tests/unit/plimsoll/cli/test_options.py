"""Settings come from the environment, and what is unknown there is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plimsoll.cli import app

DONE, REFUSED, WRONG_USE = 0, 1, 2


def run(*arguments: str, **environment: str) -> tuple[int, str]:
    """Exit code and everything said."""
    result = CliRunner().invoke(app, list(arguments), env=environment)
    return result.exit_code, result.output


def test_a_setting_that_means_nothing_is_wrong_use() -> None:
    code, said = run("status", PLIMSOLL_PROT="8000")
    assert code == WRONG_USE
    assert "PLIMSOLL_PROT" in said


def test_nothing_running_is_told_in_the_same_form(tmp_path: Path) -> None:
    code, said = run("status", "--state", str(tmp_path), "--json")
    assert code == REFUSED
    nothing = dict.fromkeys(("gateway", "kafka", "postgres", "redis", "influx", "feed"))
    assert json.loads(said) == {
        "ready": False,
        **nothing,
        "market_time": None,
        "processes": [],
    }


def test_the_state_directory_comes_from_the_environment_unless_a_flag_names_it(
    tmp_path: Path,
) -> None:
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    assert one in run("down", PLIMSOLL_STATE=one)[1].replace("\n", "")
    assert two in run("down", "--state", two, PLIMSOLL_STATE=one)[1].replace("\n", "")


def test_stopping_what_does_not_run_is_done(tmp_path: Path) -> None:
    assert run("down", "--state", str(tmp_path))[0] == DONE


@pytest.mark.parametrize(
    "arguments",
    [("--port", "0"), ("--port", "x"), ("--speed", "-1"), ("--seed", "x"), ("--nothing",)],
)
def test_a_flag_out_of_range_is_wrong_use(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert run("up", "--state", str(tmp_path), *arguments)[0] == WRONG_USE


def test_a_partition_count_that_is_no_number_is_wrong_use(tmp_path: Path) -> None:
    code, said = run("up", "--state", str(tmp_path), PLIMSOLL_PARTITIONS="many")
    assert code == WRONG_USE
    assert "PLIMSOLL_PARTITIONS" in said
