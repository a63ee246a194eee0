"""From a block of ticks to the messages and lines that tell it: one batch a symbol, its last
quote, its trades.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from services.market_data.core.block import Block, ordinals
from shared.events.market import TickBatch
from shared.types import Time

TICKS_PER_BATCH_MAX = 5_000
"""So that a batch stays far below what Kafka takes as one record."""


class SymbolTicks(NamedTuple):
    """Ticks of one symbol in one stretch, in order, with their place in their microsecond.

    `is_last` says that nothing more of the symbol follows in the block.
    """

    symbol: str
    ticks: Block
    ordinal: list[int]
    is_last: bool


class Trade(NamedTuple):
    """One print."""

    symbol: str
    time_us: int
    price: float
    size: float
    regular: bool


def by_symbol(
    block: Block, symbols: tuple[str, ...], ticks_max: int = TICKS_PER_BATCH_MAX
) -> Iterator[SymbolTicks]:
    """A block taken apart by symbol, and where it is long by time; equal times stay together."""
    for number in np.unique(block.symbol):
        ticks = block.part(block.symbol == number)
        ordinal = ordinals(ticks.time_us)
        begin = 0
        while begin < ticks.size:
            end = _end_of_part(ticks, begin, ticks_max)
            part = slice(begin, end)
            yield SymbolTicks(
                symbols[int(number)],
                ticks.part(part),
                ordinal[part].tolist(),
                end == ticks.size,
            )
            begin = end


def _end_of_part(ticks: Block, begin: int, ticks_max: int) -> int:
    if begin + ticks_max >= ticks.size:
        return ticks.size
    last = ticks.time_us[begin + ticks_max - 1]
    return int(np.searchsorted(ticks.time_us, last, side="right"))


def tick_batch(one: SymbolTicks, source: str, run: str, at: Time, through: Time) -> TickBatch:
    """The message that carries ticks of a symbol, complete up to `through` or to its last tick."""
    ticks = one.ticks
    if not one.is_last:
        through = Time(int(ticks.time_us[-1]))
    return TickBatch(
        at=at,
        market_at=through,
        symbol=one.symbol,
        source=source,
        run=run,
        kind="".join(np.where(ticks.trade, "t", "q").tolist()),
        time_us=ticks.time_us.tolist(),
        bid=ticks.bid.tolist(),
        bid_size=ticks.bid_size.tolist(),
        ask=ticks.ask.tolist(),
        ask_size=ticks.ask_size.tolist(),
        row=ticks.row.tolist(),
        ordinal=one.ordinal,
    )


def trades(one: SymbolTicks) -> Iterator[Trade]:
    """The prints of a symbol."""
    only = one.ticks.part(one.ticks.trade)
    columns = (only.time_us, only.bid, only.bid_size, only.regular)
    for time_us, price, size, regular in zip(*(c.tolist() for c in columns), strict=True):
        yield Trade(one.symbol, time_us, price, size, regular)


def lines(batch: TickBatch) -> str:
    """InfluxDB lines of measurements `quotes` and `trades`; the n-th tick of its microsecond is n
    ns later,
    so that no point overwrites another.
    """
    tags = f",run={batch.run},source={batch.source},symbol={batch.symbol} "
    quotes, prints = "quotes" + tags, "trades" + tags
    rows = zip(
        batch.kind,
        batch.time_us,
        batch.bid,
        batch.bid_size,
        batch.ask,
        batch.ask_size,
        batch.ordinal,
        strict=True,
    )
    return "\n".join(
        f"{quotes}bid={b},bid_size={bs},ask={a},ask_size={s} {t}{n:03d}"
        if kind == "q"
        else f"{prints}price={b},size={bs} {t}{n:03d}"
        for kind, t, b, bs, a, s, n in rows
    )
