"""One history from its seed: open, step by step with every invariant, settle, judge, replay."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from simulation.errors import Violated
from simulation.invariants import loaded
from simulation.settle import decide_again, judge, settle
from simulation.world import World

WHOLE_EVERY = 100


class Outcome(NamedTuple):
    """What became of a seed. `step` is where it ended. `taken` counts all steps, the turns before
    the first one and after the last one too; `events` what the invariants were told of: records of
    the log, commits and steps. `failure` is None where everything held.
    """

    seed: int
    step: int
    taken: int
    events: int
    invariant: str = ""
    failure: str | None = None


def play(
    seed: int,
    steps: int,
    *,
    is_faulty: bool = True,
    only: Collection[int] | None = None,
    tell: Callable[[int, str], None] | None = None,
) -> Outcome:
    """Play a seed; `only` names the steps that are taken (all without)."""
    world = World(seed, is_faulty=is_faulty)
    try:
        world.open()
        for number in range(1, steps + 1):
            if only is not None and number not in only:
                continue
            happened = world.take_step(number)
            if tell is not None:
                tell(number, happened)
            if number % WHOLE_EVERY == 0:
                check_whole(world)
        end(world)
    except Violated as violated:
        step = min(world.step, steps)
        return Outcome(seed, step, world.taken, world.events, violated.invariant, violated.text)
    return Outcome(seed, steps, world.taken, world.events)


def end(world: World) -> None:
    """Settle, judge, and decide one room again: the seeds take turns."""
    settle(world)
    check_whole(world)
    judge(world)
    decide_again(world, world.names[world.seed % len(world.names)])


def check_whole(world: World) -> None:
    """What is too much for every step."""
    for name in world.alive():
        for shard in world.running[name].service.shards.values():
            loaded.check_shard(shard, world.databases[name])
            if name == "risk":
                loaded.check_books(shard, world.kinds[name].make_state)
    loaded.check_gate(world.invariants.gate, world.databases["risk"], world.shards)
