"""Blocks of ticks from a few numbers."""

from __future__ import annotations

import numpy as np

from services.market_data.core.block import Block


def block(ticks: list[tuple[int, float]], symbol: int = 0, trade: bool = False) -> Block:
    """Quotes (or trades) at (time, price) with size 100 and an ask one cent above."""
    count = len(ticks)
    price = np.array([tick[1] for tick in ticks], np.float64)
    size = np.full(count, 100.0)
    nothing = np.zeros(count)
    return Block(
        np.full(count, symbol),
        np.full(count, trade),
        np.array([tick[0] for tick in ticks], np.int64),
        price,
        size,
        nothing if trade else price + 0.01,
        nothing if trade else size,
        np.arange(count),
        np.ones(count, np.bool_),
    )
