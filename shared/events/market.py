"""The voice of market_data. Everything but the clock is an observation; prices are float64 as
published.
"""

from __future__ import annotations

from enum import StrEnum

from shared.messages import Event, Observation
from shared.types import Time


class QuoteFlag(StrEnum):
    CROSSED = "crossed"
    LOCKED = "locked"
    ZERO = "zero"
    STALE = "stale"


class FeedState(StrEnum):
    LIVE = "live"
    STOPPED = "stopped"
    CLOSED = "closed"


class QuoteUpdated(Observation, frozen=True, kw_only=True, tag=True):
    """The national best bid and offer of a symbol, conflated. `row` counts the symbol's quotes of
    this run from 0.
    """

    symbol: str
    bid: float
    bid_size: float
    ask: float
    ask_size: float
    row: int
    source: str
    flags: tuple[QuoteFlag, ...] = ()


class TickBatch(Observation, frozen=True, kw_only=True, tag=True):
    """All ticks of one symbol in one stretch of market time, in order, as columns of one length.

    `kind[i]` is "q" (quote) or "t" (trade); `time_us[i]` is microseconds since the epoch. A quote
    uses `bid`,
    `bid_size`, `ask`, `ask_size`; a trade has its price in `bid`, its size in `bid_size` and
    zeros in the others.
    `row[i]` is the number of the data row in the symbol's file (from 0). A stretch never ends
    between two ticks
    of the same microsecond: when the batch is there, every tick of the symbol up to `market_at` is.
    """

    symbol: str
    source: str
    run: str
    kind: str
    time_us: list[int]
    bid: list[float]
    bid_size: list[float]
    ask: list[float]
    ask_size: list[float]
    row: list[int]
    ordinal: list[int]


class TicksThrough(Observation, frozen=True, kw_only=True, tag=True):
    """Every tick up to `market_at` of every symbol of this partition of market.ticks has been
    published.
    """

    source: str
    partition: int = 0


class SymbolHalted(Observation, frozen=True, kw_only=True, tag=True):
    """Trading in a symbol was halted at `market_at`, or (`is_halted` false) goes on from then. It
    stands in the symbol's partition behind the ticks before it; `reason` is the market's own word.
    """

    symbol: str
    is_halted: bool
    source: str
    reason: str = ""


TICKS = (TickBatch, TicksThrough, SymbolHalted)
"""What market.ticks carries; within a symbol's partition its order is that of the market."""


class BarClosed(Observation, frozen=True, kw_only=True, tag=True):
    """A bar of trades; `start` is its beginning, `seconds` its length (1 or 60)."""

    symbol: str
    start: Time
    seconds: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    trades: int
    source: str
    vwap: float | None = None


class FeedReported(Observation, frozen=True, kw_only=True, tag=True):
    """The health of a feed, each wall second: `at` is its last sign of life; `symbols` are the
    ones it carries.
    """

    source: str
    run: str
    state: FeedState
    symbols: tuple[str, ...]
    simulated: bool
    ticks: int
    ticks_per_second: float


class ClockAdvanced(Event, frozen=True, kw_only=True, tag=True):
    """Time is a message: each wall second, and at each minute and session boundary of market time.

    `session` is the date of the current or next session (YYYY-MM-DD), `is_open` whether market
    time is inside it.
    """

    market_time: Time
    wall_time: Time
    is_open: bool
    session: str
    next_open: Time
    next_close: Time
