"""Plays scenario files: a line for each step that fails, a count at the end."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import structlog

from shared.instruments import Instrument
from simulation.scenario.file import Scenario, ScenarioInvalid, read
from simulation.scenario.inputs import SYMBOL
from simulation.scenario.killed import Killed, database
from simulation.scenario.living import Living
from simulation.scenario.player import Player
from simulation.scenario.replayed import differences

CRITICAL = 50
Make = Callable[[int, Instrument], Living]


class Mode(StrEnum):
    """How OMS is treated while a scenario is played."""

    PLAIN = "plain"
    TWICE = "twice"
    KILLED = "killed"
    REPLAYED = "replayed"


def arguments() -> argparse.Namespace:
    """What was asked for; ends with exit code 2 where that makes no sense."""
    parser = argparse.ArgumentParser(prog="scenario", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--mode", type=Mode, choices=list(Mode), default=Mode.PLAIN)
    parser.add_argument("--only", action="append", default=[], help="ids; all without")
    parser.add_argument("--json", action="store_true", help="a JSON object a line")
    return parser.parse_args()


def instrument_of(scenario: Scenario) -> Instrument:
    """What is traded in a scenario."""
    return Instrument(symbol=SYMBOL, negative_prices=scenario.neg_ok)


@contextmanager
def making(mode: Mode) -> Iterator[Make]:
    """What makes the OMS of one scenario, from its number."""
    if mode is not Mode.KILLED:
        copies = 2 if mode is Mode.TWICE else 1
        yield lambda number, instrument: Living(number, instrument, copies)
        return
    place = tempfile.TemporaryDirectory(prefix="plimsoll-scenario-")
    with place as folder, database(Path(folder)) as url:
        yield lambda number, instrument: Killed(number, instrument, url)


def play(scenario: Scenario, oms: Living, mode: Mode) -> list[str]:
    """What went wrong in one scenario."""
    try:
        failures = Player(oms).play(scenario)
        if mode is Mode.REPLAYED:
            failures += [f"replayed: {text}" for text in differences(oms)]
    finally:
        oms.close()
    return failures


def main() -> None:
    """Exit code 1 where anything failed, 2 where a file is not in the format."""
    asked = arguments()
    level = structlog.make_filtering_bound_logger(CRITICAL)
    structlog.configure(wrapper_class=level)
    try:
        scenarios = [one for path in asked.files for one in read(path)]
    except ScenarioInvalid as error:
        sys.exit(_wrong(str(error)))
    if asked.only:
        unknown = set(asked.only) - {one.id for one in scenarios}
        if unknown:
            sys.exit(_wrong(f"there is no scenario {', '.join(sorted(unknown))}"))
        scenarios = [one for one in scenarios if one.id in asked.only]
    if not scenarios:
        sys.exit(_wrong("there is nothing to play"))
    failed = 0
    with making(asked.mode) as make:
        for number, scenario in enumerate(scenarios):
            instrument = instrument_of(scenario)
            failures = play(scenario, make(number, instrument), asked.mode)
            failed += bool(failures)
            tell(scenario, failures, as_json=asked.json)
    passed = len(scenarios) - failed
    if asked.json:
        print(json.dumps({"mode": asked.mode, "passed": passed, "failed": failed}))
    else:
        print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def tell(scenario: Scenario, failures: list[str], *, as_json: bool) -> None:
    """A line for each failure, or one object for the scenario."""
    if as_json:
        told = {"id": scenario.id, "passed": not failures, "failures": failures}
        print(json.dumps(told), flush=True)
        return
    for text in failures:
        print(f"{scenario.id}: {text}", flush=True)


def _wrong(text: str) -> int:
    print(f"plimsoll: {text}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    main()
