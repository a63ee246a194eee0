"""Plays many seeds: a line for each that fails, a count at the end (`plimsoll simulate`)."""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import structlog

from simulation.play import Outcome, play
from simulation.shrink import shrink

CRITICAL = 50
PROGRESS_S = 10


def arguments() -> argparse.Namespace:
    """What was asked for; ends with exit code 2 where that makes no sense."""
    parser = argparse.ArgumentParser(prog="simulate", description=__doc__)
    parser.add_argument("--seeds", type=seeds, default=range(1, 41), help="A..B or one number")
    parser.add_argument("--steps", type=positive, default=1000, help="steps of each history")
    parser.add_argument("--faults", choices=("none", "any"), default="any")
    parser.add_argument("--jobs", type=positive, default=os.cpu_count() or 1)
    parser.add_argument("--first", action="store_true", help="stop at the first seed that fails")
    parser.add_argument("--shrink", action="store_true", help="shorten each failing history")
    parser.add_argument("--json", action="store_true", help="a JSON object a line")
    return parser.parse_args()


def seeds(text: str) -> range:
    """`3..7` or `3`."""
    first, _, last = text.partition("..")
    found = range(int(first), int(last or first) + 1)
    if not found or found[0] < 0:
        raise argparse.ArgumentTypeError(f"{text} names no seeds: A..B with 0 <= A <= B")
    return found


def positive(text: str) -> int:
    """A whole number from 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def begin() -> None:
    """A process that plays: no logs, and no garbage looked for in the middle of a history."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(CRITICAL))
    gc.set_threshold(200_000, 50, 50)


def outcomes(asked: argparse.Namespace) -> Iterator[Outcome]:
    """What becomes of each seed, in order."""
    one = partial(play, steps=asked.steps, is_faulty=asked.faults == "any")
    if asked.jobs == 1 or len(asked.seeds) == 1:
        begin()
        yield from map(one, asked.seeds)
        return
    with ProcessPoolExecutor(asked.jobs, initializer=begin) as pool:
        yield from pool.map(one, asked.seeds)
        pool.shutdown(cancel_futures=True)


def main() -> int:
    """Exit code 1 where a promise was broken."""
    asked, began, told_at = arguments(), time.monotonic(), time.monotonic()
    played: list[Outcome] = []
    failed = 0
    for outcome in outcomes(asked):
        played.append(outcome)
        if outcome.failure is not None:
            failed += 1
            tell(outcome, asked)
            if asked.first:
                break
        if time.monotonic() - told_at > PROGRESS_S:
            told_at = time.monotonic()
            print(f"{len(played)} of {len(asked.seeds)} seeds", file=sys.stderr, flush=True)
    sum_up(asked, played, failed, time.monotonic() - began)
    sys.stdout.flush()
    if asked.first and failed:
        os._exit(1)  # histories that are still being played are of no interest
    return 1 if failed else 0


def tell(outcome: Outcome, asked: argparse.Namespace) -> None:
    """A failing seed, and the command that plays it again."""
    faults = "" if asked.faults == "any" else " --faults none"
    again = f"plimsoll simulate --seeds {outcome.seed} --steps {outcome.step}{faults} --shrink"
    if asked.json:
        print(json.dumps({**outcome._asdict(), "again": again}), flush=True)
    else:
        where = f"seed {outcome.seed} step {outcome.step}"
        print(f"{where}: {outcome.invariant}: {outcome.failure}\n  again: {again}", flush=True)
    if asked.shrink:
        tell_short(outcome, is_faulty=asked.faults == "any")


def tell_short(outcome: Outcome, *, is_faulty: bool) -> None:
    """The shortest history that was found, step by step."""
    begin()
    steps = shrink(
        outcome,
        is_faulty=is_faulty,
        told=lambda left: print(f"{left} steps are left", file=sys.stderr, flush=True),
    )
    play(
        outcome.seed,
        steps[-1] if steps else 0,
        is_faulty=is_faulty,
        only=frozenset(steps),
        tell=lambda number, happened: print(f"  {number:6} {happened}", flush=True),
    )


def sum_up(asked: argparse.Namespace, played: list[Outcome], failed: int, seconds: float) -> None:
    """The count at the end."""
    steps, events = sum(one.taken for one in played), sum(one.events for one in played)
    figures = {"seeds": len(played), "failed": failed, "steps": steps, "events": events}
    if asked.json:
        print(json.dumps({**figures, "seconds": round(seconds, 3)}))
        return
    rate = f"{steps / seconds:,.0f} steps/s, {events / seconds:,.0f} events/s"
    print(f"{len(played)} seeds, {failed} failed; {steps} steps, {events} events; {rate}")


if __name__ == "__main__":
    sys.exit(main())
