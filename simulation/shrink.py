"""A failing history made short: steps are left out as long as the same promise is broken.

The way is delta debugging (Zeller and Hildebrandt, 2002): ever smaller stretches are left out, and
stay out where the history still fails without them.
"""

from __future__ import annotations

from collections.abc import Callable

from simulation.play import Outcome, play

PLAYS_MAX = 300


def shrink(outcome: Outcome, *, is_faulty: bool, told: Callable[[int], None]) -> list[int]:
    """The steps that are left. `told` hears how many those are, now and then."""
    steps = list(range(1, outcome.step + 1))
    left, size = PLAYS_MAX, max(1, len(steps) // 2)
    while left and size:
        at = 0
        while left and at < len(steps):
            without = steps[:at] + steps[at + size :]
            left -= 1
            if _fails_alike(outcome, without, is_faulty=is_faulty):
                steps = without
            else:
                at += size
        told(len(steps))
        size //= 2
    return steps


def _fails_alike(outcome: Outcome, steps: list[int], *, is_faulty: bool) -> bool:
    last = steps[-1] if steps else 0
    again = play(outcome.seed, last, is_faulty=is_faulty, only=frozenset(steps))
    return again.failure is not None and again.invariant == outcome.invariant
