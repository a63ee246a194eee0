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


class SymbolTicks(NamedTuple):
    """The ticks of one symbol in one stretch, in order, with their place in their microsecond."""

    symbol: str
    ticks: Block
    ordinal: list[int]


class Trade(NamedTuple):
    """One print."""

    symbol: str
    time_us: int
    price: float
    size: float
    regular: bool


def by_symbol(block: Block, symbols: tuple[str, ...]) -> Iterator[SymbolTicks]:
    """A block taken apart by symbol."""
    for number in np.unique(block.symbol):
        ticks = block.part(block.symbol == number)
        yield SymbolTicks(symbols[int(number)], ticks, ordinals(ticks.time_us).tolist())


def tick_batch(one: SymbolTicks, source: str, run: str, at: Time, through: Time) -> TickBatch:
    """The message that carries the ticks of a symbol up to `through`."""
    ticks = one.ticks
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
