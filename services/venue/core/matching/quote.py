"""Quotes and prints as the exchange reads them."""

from __future__ import annotations

from math import inf

import msgspec


class Quote(msgspec.Struct, frozen=True):
    """The best bid and offer from `time_us` (market time) on; `row` is its number in the feed."""

    time_us: int
    row: int
    bid: float
    bid_size: float
    ask: float
    ask_size: float

    def is_tradable(self) -> bool:
        """Whether it can be traded against: both sides there, not crossed, sizes numbers."""
        if not (0.0 <= self.bid_size < inf and 0.0 <= self.ask_size < inf):
            return False
        return 0.0 < self.bid <= self.ask < inf


class Print(msgspec.Struct, frozen=True):
    """A trade on the tape."""

    time_us: int
    price: float
    size: float

    def is_sound(self) -> bool:
        """Whether price and size are numbers above zero."""
        return 0.0 < self.price < inf and 0.0 < self.size < inf
