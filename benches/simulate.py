"""The simulator: steps of a second over all cores, every invariant checked, faults on, settling and
deciding again included. A step is one thing that happens: a room's turn, a client's command, a
price, an answer of the log, a fault. An event is what the invariants are told of: a record, a
commit, a step.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benches.result import Result, at_least, told
from plimsoll.embedded.rooms import PROJECT, with_settings

SEEDS = 200
STEPS_PER_S = 10_000


def run(state: Path) -> Iterator[Result]:
    """Histories of 1,000 steps, as `plimsoll simulate` plays them."""
    command = [sys.executable, "-m", "simulation", "--seeds", f"1..{SEEDS}", "--json"]
    done = subprocess.run(
        command, cwd=PROJECT, env=with_settings({}), capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    yield at_least("simulate.steps", found["steps"] / found["seconds"], "steps/s", STEPS_PER_S)
    yield told("simulate.events", found["events"] / found["seconds"], "events/s")
