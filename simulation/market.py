"""A random market: quotes that walk, and now and then are crossed, zero or absent; trades; the
clock; the health of the feed.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from shared import codec
from shared.events.market import (
    ClockAdvanced,
    FeedReported,
    FeedState,
    QuoteFlag,
    QuoteUpdated,
    TickBatch,
    TicksThrough,
)
from shared.topics import (
    MARKET_CLOCK,
    MARKET_QUOTES,
    MARKET_STATUS,
    MARKET_TICKS,
    partition_of,
)
from shared.types import SECOND_US, Time
from simulation.rooms import SYMBOLS

Append = Callable[[str, int, bytes], None]
PARTITIONS = 4
SOURCE = "simulation"
SESSION_US = 6 * 3600 * SECOND_US


class Market:
    """Market time is wall time here. `is_silent`: neither feed nor clock says anything;
    `is_feed_dead`: the clock goes on, but there are no prices and no sign of the feed.
    """

    def __init__(self, append: Append, shards: int, opened_at: int) -> None:
        self._append, self._shards, self._opened_at = append, shards, opened_at
        self._cents = {"AIG": 5000, "IBM": 18_000, "SPY": 16_500}
        self._rows = dict.fromkeys(SYMBOLS, 0)
        self._seq = 0
        self.alive_at: dict[str, int] = {}
        self.is_silent = self.is_feed_dead = False

    def second(self, wall: int) -> None:
        """A second has gone by: the clock, the feed's health, and how far ticks are complete."""
        if self.is_silent:
            return
        self._seq += 1
        for number in range(self._shards):
            self._append(MARKET_CLOCK, number, codec.encode(self._clock(wall)))
        if not self.is_feed_dead:
            self._report(wall)

    def _report(self, wall: int) -> None:
        report = FeedReported(
            at=Time(wall), market_at=Time(wall), source=SOURCE, run="simulation",
            state=FeedState.LIVE, symbols=SYMBOLS, simulated=True, ticks=0, ticks_per_second=0.0,
        )  # fmt: skip
        self._append(MARKET_STATUS, 0, codec.encode(report))
        for symbol in self.alive_at:
            self.alive_at[symbol] = wall
        for number in range(PARTITIONS):
            through = TicksThrough(
                at=Time(wall), market_at=Time(wall), source=SOURCE, partition=number
            )
            self._append(MARKET_TICKS, number, codec.encode(through))

    def _clock(self, wall: int) -> ClockAdvanced:
        return ClockAdvanced(
            at=Time(wall),
            market_at=Time(wall),
            seq=self._seq,
            market_time=Time(wall),
            wall_time=Time(wall),
            is_open=True,
            session="2013-10-09",
            next_open=Time(self._opened_at + 24 * 3600 * SECOND_US),
            next_close=Time(self._opened_at + SESSION_US),
        )

    def move(self, wall: int, dice: Random) -> str:
        """Some symbol's price moves: its ticks, then its quote."""
        symbol = dice.choice(SYMBOLS)
        if self.is_silent or self.is_feed_dead:
            return f"{symbol} would move, but the feed is silent"
        self._cents[symbol] += dice.randrange(-30, 31)
        bid = self._cents[symbol] / 100
        ask = bid + dice.choice((0.01, 0.02, 0.05))
        flags: tuple[QuoteFlag, ...] = ()
        act = dice.random()
        if act < 0.03:
            ask, flags = bid - 0.05, (QuoteFlag.CROSSED,)
        elif act < 0.05:
            bid, flags = 0.0, (QuoteFlag.ZERO,)
        size = float(dice.choice((100, 300, 2000)))
        traded = (bid or 1.0, float(dice.choice((1, 20, 150, 900)))) if act > 0.7 else None
        self._say(symbol, wall, (bid, round(ask, 2), size), traded, flags)
        return f"{symbol} {bid} {ask:.2f}{f', {traded[1]:g} traded' if traded else ''}"

    def _say(
        self,
        symbol: str,
        wall: int,
        quoted: tuple[float, float, float],
        traded: tuple[float, float] | None,
        flags: tuple[QuoteFlag, ...],
    ) -> None:
        """What was traded, if anything was, and then the quote: its bid, ask and sizes."""
        bid, ask, size = quoted
        prints = [] if traded is None else [traded]
        rows = [self._rows[symbol] + number for number in range(len(prints) + 1)]
        self._rows[symbol] += len(rows)
        at, number = Time(wall), partition_of(symbol, PARTITIONS)
        ticks = TickBatch(
            at=at, market_at=at, symbol=symbol, source=SOURCE, run="simulation",
            kind="t" * len(prints) + "q",
            time_us=[wall] * len(rows),
            bid=[*(price for price, _ in prints), bid],
            bid_size=[*(units for _, units in prints), size],
            ask=[*(0.0 for _ in prints), ask],
            ask_size=[*(0.0 for _ in prints), size],
            row=rows,
            ordinal=rows,
        )  # fmt: skip
        self._append(MARKET_TICKS, number, codec.encode(ticks))
        quote = QuoteUpdated(
            at=at, market_at=at, symbol=symbol, bid=bid, bid_size=size, ask=ask, ask_size=size,
            row=rows[-1], source=SOURCE, flags=flags,
        )  # fmt: skip
        self._append(MARKET_QUOTES, number, codec.encode(quote))
        self.alive_at[symbol] = wall

    def price(self, symbol: str) -> int:
        """The last bid in cents."""
        return self._cents[symbol]
