"""What the room needs of a feed."""

from __future__ import annotations

from typing import Protocol

from services.market_data.core.block import Block
from shared.types import Time


class Feed(Protocol):
    """A source of ticks in the order of market time.

    source: its name on every message; simulated: whether it is no real market; symbols: what it
    carries; begins_at: the market time of its first moment.
    """

    source: str
    simulated: bool
    symbols: tuple[str, ...]
    begins_at: Time

    def standing(self) -> Block:
        """The last quote of each symbol from before `begins_at`, as far as there is one."""

    def take(self, until: Time) -> Block:
        """Every tick not taken yet whose time is at most `until`."""

    def next_time(self) -> Time | None:
        """The time of the next tick, or None when there will be no more."""

    def reach(self, ticks: int) -> Time:
        """A time up to which about that many ticks are waiting (for speed 0)."""
