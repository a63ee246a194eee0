"""Bars of trades: open, high, low and close of the regular prints, volume of all prints.

A bar belongs to the interval [start, start + seconds) of market time and closes when market time
has
passed its end. An interval without a regular print has no bar; its volume goes nowhere (the
consolidated tape's own rule for minute bars).
"""

from __future__ import annotations

from typing import NamedTuple

SECOND_US = 1_000_000


class Bar(NamedTuple):
    """One bar; `start_us` in microseconds since the epoch."""

    symbol: str
    start_us: int
    seconds: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    trades: int
    vwap: float


class _Open:
    __slots__ = ("close", "high", "low", "open", "start_us", "traded", "trades", "volume")

    def __init__(self, start_us: int) -> None:
        self.start_us = start_us
        self.open = self.high = self.low = self.close = 0.0
        self.volume = self.traded = 0.0
        self.trades = 0

    def add(self, price: float, size: float, regular: bool) -> None:
        self.volume += size
        self.traded += price * size
        if not regular:
            return
        if not self.trades:
            self.open = self.high = self.low = price
        self.high = max(self.high, price)
        self.low = min(self.low, price)
        self.close = price
        self.trades += 1


class BarBuilder:
    """The bars of one length of every symbol. Trades come in the order of time."""

    def __init__(self, seconds: int) -> None:
        self.seconds, self._length_us = seconds, seconds * SECOND_US
        self._open: dict[str, _Open] = {}

    def add(self, symbol: str, time_us: int, price: float, size: float, regular: bool) -> list[Bar]:
        """Take a trade; gives the bar that it closes, if it begins another interval."""
        start = time_us - time_us % self._length_us
        bar = self._open.get(symbol)
        closed: list[Bar] = []
        if bar is None or bar.start_us != start:
            closed = self._close(symbol, bar)
            bar = self._open[symbol] = _Open(start)
        bar.add(price, size, regular)
        return closed

    def advance(self, time_us: int) -> list[Bar]:
        """Market time has come this far: bars whose interval is over close."""
        over = [
            symbol
            for symbol, bar in self._open.items()
            if bar.start_us + self._length_us <= time_us
        ]
        return [bar for symbol in over for bar in self._close(symbol, self._open.pop(symbol))]

    def _close(self, symbol: str, bar: _Open | None) -> list[Bar]:
        if bar is None or not bar.trades:
            return []
        vwap = bar.traded / bar.volume if bar.volume else bar.close
        return [
            Bar(
                symbol,
                bar.start_us,
                self.seconds,
                bar.open,
                bar.high,
                bar.low,
                bar.close,
                bar.volume,
                bar.trades,
                vwap,
            )
        ]
