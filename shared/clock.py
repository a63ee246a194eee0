"""The wall clock, for the edges only: a core is told the time, it never asks."""

from __future__ import annotations

import time

from shared.types import Time


def wall_now() -> Time:
    """The wall time."""
    return Time(time.time_ns() // 1000)


def monotonic_s() -> float:
    """Seconds of a clock that never jumps, for time-outs."""
    return time.monotonic()
