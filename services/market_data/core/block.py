"""Ticks in bulk: columns of one length, in the order of events."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Block(NamedTuple):
    """Ticks of many symbols, sorted by time; equal times keep the order of their files.

    symbol: index into the feed's symbols; trade: whether it is a trade (its price in `bid`, its
    size in `bid_size`,
    zeros on the ask side); time_us: microseconds since the epoch; row: number of the data row in
    its file; regular: whether a trade counts for a bar's prices.
    """

    symbol: Ints
    trade: Flags
    time_us: Ints
    bid: Floats
    bid_size: Floats
    ask: Floats
    ask_size: Floats
    row: Ints
    regular: Flags

    def part(self, where: slice | NDArray[np.bool_] | NDArray[np.int64]) -> Block:
        """The same columns at these places."""
        columns: list[Any] = [column[where] for column in self]
        return Block(*columns)

    @property
    def size(self) -> int:
        """How many ticks."""
        return int(self.time_us.size)


_INTS, _FLOATS = np.empty(0, np.int64), np.empty(0, np.float64)
_FLAGS = np.empty(0, np.bool_)
EMPTY = Block(_INTS, _FLAGS, _INTS, _FLOATS, _FLOATS, _FLOATS, _FLOATS, _INTS, _FLAGS)


def stacked(blocks: list[Block]) -> Block:
    """Blocks one after another, as they are."""
    columns: list[Any] = [np.concatenate(parts) for parts in zip(*blocks, strict=True)]
    return Block(*columns)


def joined(blocks: list[Block]) -> Block:
    """Blocks one after another, sorted by time; equal times keep the order of the blocks."""
    blocks = [block for block in blocks if block.size]
    if not blocks:
        return EMPTY
    if len(blocks) == 1:
        return blocks[0]
    whole = stacked(blocks)
    return whole.part(np.argsort(whole.time_us, kind="stable"))


def ordinals(time_us: Ints) -> Ints:
    """For sorted times: the how-manieth tick of its microsecond each one is, from 0."""
    if not time_us.size:
        return time_us
    places = np.arange(time_us.size)
    first = np.concatenate(([True], time_us[1:] != time_us[:-1]))
    ordinal: Ints = places - np.maximum.accumulate(np.where(first, places, 0))
    return ordinal
