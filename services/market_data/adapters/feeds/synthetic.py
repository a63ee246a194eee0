"""A seeded market that is always open. It is SIMULATED, and every message of its feed says so.

The price of a symbol is a function of seed, symbol and market time (slow and fast waves around a
base), its sizes and trades come from a counter-based generator keyed by seed and step; so the same
seed gives the same market, and a restart goes on where it was without any state.
"""

from __future__ import annotations

import numpy as np

from services.market_data.core.block import EMPTY, Block, Floats, Ints, stacked
from services.market_data.core.calendar import Calendar
from services.market_data.settings import MarketDataSettings
from shared.clock import wall_now
from shared.instruments import Instrument
from shared.types import Time

STEP_US = 100_000
QUOTES_PER_STEP = 8
TRADES_PER_STEP = 2
TICK = 0.01
WAVES = ((37.0, 0.0004), (311.0, 0.0015), (1801.0, 0.004), (9000.0, 0.008))
SYMBOLS = (
    *("AAPL", "AIG", "AMZN", "BA", "BAC", "CAT", "CSCO", "DIS", "GE", "GOOG"),
    *("IBM", "INTC", "JNJ", "JPM", "KO", "MSFT", "NVDA", "PFE", "PG", "SPY"),
)
OPENS_S_AFTER = 1800
STEPS_MAX = 600


class Synthetic:
    """Quotes with sizes, and trades at them."""

    source = "synthetic"
    simulated = True

    def __init__(self, seed: int, begins_at: Time, symbols: tuple[str, ...]) -> None:
        self._seed, self.symbols, self.begins_at = seed, symbols, begins_at
        self._step = int(begins_at) // STEP_US
        draw = np.random.Generator(np.random.Philox(key=seed))
        count = len(symbols)
        self._base: Floats = np.round(draw.uniform(20, 400, count), 2)
        self._phase: Floats = draw.uniform(0, 2 * np.pi, (len(WAVES), count))

    def _prices(self, seconds: Floats, symbol: Ints) -> Floats:
        moved = np.zeros(seconds.size)
        for number, (period_s, size) in enumerate(WAVES):
            angle = 2 * np.pi * seconds / period_s + self._phase[number, symbol]
            moved += size * np.sin(angle)
        return self._base[symbol] * (1 + moved)

    def _at(self, step: int) -> Block:
        """The ticks of one step: some symbols are quoted, one or two of them trade."""
        draw = np.random.Generator(np.random.Philox(key=self._seed, counter=step))
        count = QUOTES_PER_STEP
        symbol = draw.permutation(len(self.symbols))[:count]
        offset = np.sort(draw.integers(0, STEP_US, count))
        time_us = step * STEP_US + offset
        middle = self._prices(time_us / 1e6, symbol)
        half = draw.integers(1, 3, count)
        bid = np.round(np.floor(middle / TICK - half / 2) * TICK, 2)
        quotes = self._columns(symbol, time_us, bid, np.round(bid + half * TICK, 2), draw, step)
        return self._with_trades(quotes, draw)

    def _columns(
        self,
        symbol: Ints,
        time_us: Ints,
        bid: Floats,
        ask: Floats,
        draw: np.random.Generator,
        step: int,
    ) -> Block:
        sizes = draw.integers(5, 60, (2, symbol.size)) * 100.0
        rows = step * QUOTES_PER_STEP + np.arange(symbol.size)
        yes, no = np.ones(symbol.size, np.bool_), np.zeros(symbol.size, np.bool_)
        return Block(symbol, no, time_us, bid, sizes[0], ask, sizes[1], rows, yes)

    def _with_trades(self, quotes: Block, draw: np.random.Generator) -> Block:
        chosen = np.sort(draw.permutation(quotes.size)[:TRADES_PER_STEP])
        at = quotes.part(chosen)
        buys = draw.integers(0, 2, chosen.size).astype(np.bool_)
        nothing = np.zeros(chosen.size)
        trades = at._replace(
            trade=np.ones(chosen.size, np.bool_),
            bid=np.where(buys, at.ask, at.bid),
            bid_size=draw.integers(1, 5, chosen.size) * 100.0,
            ask=nothing,
            ask_size=nothing,
        )
        order = np.argsort(np.concatenate((np.arange(quotes.size), chosen + 0.5)), kind="stable")
        return stacked([quotes, trades]).part(order)

    def standing(self) -> Block:
        """A quote of every symbol at the moment before the beginning."""
        count = len(self.symbols)
        symbol = np.arange(count)
        time_us = np.full(count, int(self.begins_at) - 1)
        middle = self._prices(time_us / 1e6, symbol)
        bid = np.round(np.floor(middle / TICK) * TICK, 2)
        draw = np.random.Generator(np.random.Philox(key=self._seed, counter=self._step - 1))
        return self._columns(symbol, time_us, bid, np.round(bid + TICK, 2), draw, self._step - 1)

    def take(self, until: Time) -> Block:
        """Every tick of the steps that are over at a time. After a leap only the last minute of
        them.
        """
        last = (int(until) + 1) // STEP_US
        self._step = max(self._step, last - STEPS_MAX)
        if last <= self._step:
            return EMPTY
        blocks = [self._at(step) for step in range(self._step, last)]
        self._step = last
        return stacked(blocks)

    def next_time(self) -> Time | None:
        """There is always a next step."""
        return Time((self._step + 1) * STEP_US)

    def reach(self, ticks: int) -> Time:
        """A time so many ticks ahead."""
        steps = max(1, ticks // (QUOTES_PER_STEP + TRADES_PER_STEP))
        return Time((self._step + min(steps, STEPS_MAX)) * STEP_US)


def make(
    settings: MarketDataSettings,
    argument: str,
    instruments: dict[str, Instrument],
    calendar: Calendar,
    resume_at: Time | None,
) -> Synthetic:
    """The feed `synthetic`: from the settings' time, or from where the clock stopped, or from
    10:00 of
    the last finished session.
    """
    session = calendar.last_finished(int(wall_now()))
    default = Time(session.open_us + OPENS_S_AFTER * 1_000_000)
    begins = [time for time in (settings.begin, resume_at) if time is not None]
    symbols = tuple(name for name in SYMBOLS if name in instruments)
    return Synthetic(settings.seed, max(begins, default=default), symbols)
