"""The order-state scenarios, in every mode of the verb: ours and the sample of the FIX matrices."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from plimsoll.embedded.rooms import PROJECT
from simulation.scenario.__main__ import Make, Mode, instrument_of, making, play
from simulation.scenario.file import Scenario, read

SAMPLE = PROJECT.parent / "shared" / "scenarios" / "order_states.yaml"
OURS = sorted((PROJECT / "tests" / "scenarios").glob("*.yaml"))
KILLED_IN_A_SAMPLE = 10
IS_DEEP = bool(os.environ.get("PLIMSOLL_DEEP"))
SUBMIT = "{i: {t: submit, id: X, qty: 100}, x: [pending_new, 100, 0, 100, 0], snd: [[new, X]]}"


def scenarios(paths: list[Path]) -> list[Scenario]:
    return [one for path in paths if path.exists() for one in read(path)]


def failures(found: list[Scenario], mode: Mode, make: Make) -> dict[str, list[str]]:
    told = {
        one.id: play(one, make(number, instrument_of(one)), mode)
        for number, one in enumerate(found)
    }
    return {name: wrong for name, wrong in told.items() if wrong}


@pytest.mark.parametrize("mode", [Mode.PLAIN, Mode.TWICE, Mode.REPLAYED])
@pytest.mark.parametrize(
    "paths",
    [pytest.param([SAMPLE], marks=pytest.mark.data, id="sample"), pytest.param(OURS, id="ours")],
)
def test_every_scenario_goes_as_written(paths: list[Path], mode: Mode) -> None:
    with making(mode) as make:
        assert failures(scenarios(paths), mode, make) == {}


@pytest.mark.data
@pytest.mark.timeout(1800)
def test_every_scenario_goes_as_written_while_oms_is_killed_at_every_step() -> None:
    found = scenarios([SAMPLE, *OURS])
    if not IS_DEEP:
        found = found[:: len(found) // KILLED_IN_A_SAMPLE][:KILLED_IN_A_SAMPLE]
        assert len(found) == KILLED_IN_A_SAMPLE
    with making(Mode.KILLED) as make:
        assert failures(found, Mode.KILLED, make) == {}


def run(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "plimsoll", "scenario", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=100,
    )


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "some.yaml"


def write(file: Path, *steps: str) -> None:
    head = "version: 1\nscenarios:\n- id: ours\n  src: a test\n  profile: core\n  ver: ours\n"
    head += "  steps:\n"
    file.write_text(head + "".join(f"  - {step}\n" for step in steps))


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("{i: {t: ack}, x: [new, 100, 0, 100, 0]}", "out [[new, X, None, None]], wanted []"),
        (
            "{i: {t: ack}, x: [new, 100, 0, 99, 0], out: [[new, X]]}",
            "x is [new, 100, 0, 100, 0], wanted [new, 100, 0, 99, 0]",
        ),
        (
            "{i: {t: ack}, x: [new, 100, 0, 100, 0], out: [[new, X]], snd: [[new, X]]}",
            "snd [], wanted [[new, X]]",
        ),
        (
            "{i: {t: ack}, x: [new, 100, 0, 100, 0], out: [[new, X]], alert: late_fill}",
            "alerts are [], wanted late_fill",
        ),
        (
            "{i: {t: fill, e: A, q: 0, p: 1}, x: [pending_new, 100, 0, 100, 0]}",
            "alerts are [poison], wanted []",
        ),
    ],
)
def test_what_is_written_wrongly_fails_by_its_step(file: Path, step: str, told: str) -> None:
    write(file, SUBMIT, step)
    done = run("some.yaml", folder=file.parent)
    lines = done.stdout.splitlines()
    assert (done.returncode, lines[-1]) == (1, "0 passed, 1 failed")
    kind = step.partition("t: ")[2].partition("}")[0].partition(",")[0]
    assert lines[:-1] == [f"ours: step 2 ({kind}): {told}"]


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("{i: {t: jump}, x: absent}", "step 2: input 'jump' is none of"),
        ("{i: {t: ack, qty: 3}, x: absent}", "step 2: ack has no qty"),
        ("{i: {t: fill, e: A, q: 3}, x: absent}", "step 2: fill needs p"),
        ("{i: {t: ack}, x: [new, 100]}", "step 2: x is `absent` or"),
        ("{i: {t: ack}, x: absent, y: 1}", "Object contains unknown field `y`"),
        ("{i: {t: ack}", "some.yaml"),
    ],
)
def test_what_is_not_in_the_format_is_told_with_its_place(file: Path, step: str, told: str) -> None:
    write(file, SUBMIT, step)
    done = run("some.yaml", folder=file.parent)
    assert done.returncode == 2 and told in done.stderr, (done.stdout, done.stderr)


def test_a_scenario_for_a_filled_order_that_is_opened_again_is_not_played(file: Path) -> None:
    write(file, SUBMIT)
    file.write_text(file.read_text().replace("profile: core", "profile: reopen"))
    done = run("some.yaml", folder=file.parent)
    assert (done.returncode, done.stderr) == (2, "plimsoll: there is nothing to play\n")
