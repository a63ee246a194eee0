"""Market data in Alpaca's words: numbers, not strings; times of the market."""

from __future__ import annotations

from typing import Any

from services.gateway.core.prices import LastPrice
from shared.events.market import BarClosed, ClockAdvanced, QuoteUpdated
from shared.types import Time

EXCHANGE = "V"


def clock(heard: ClockAdvanced, market_at: Time) -> dict[str, Any]:
    """A Clock object. A quote may have brought market time past the last clock message."""
    return {
        "timestamp": str(max(heard.market_time, market_at)),
        "is_open": heard.is_open,
        "next_open": str(heard.next_open),
        "next_close": str(heard.next_close),
    }


def quote(time: Time, seen: QuoteUpdated | LastPrice) -> dict[str, Any]:
    """A Quote object."""
    sides = {"bp": seen.bid, "bs": seen.bid_size, "ap": seen.ask, "as": seen.ask_size}
    return {"t": str(time), **sides, "bx": EXCHANGE, "ax": EXCHANGE, "c": ["R"], "z": "C"}


def trade(seen: LastPrice) -> dict[str, Any] | None:
    """A Trade object, None where there was no trade yet."""
    if seen.last is None or seen.last_at is None:
        return None
    size = seen.last_size or 0
    return {
        "t": str(seen.last_at),
        "p": seen.last,
        "s": size,
        "x": EXCHANGE,
        "i": int(seen.last_at),
        "c": ["@"],
        "z": "C",
    }


def bar(seen: BarClosed) -> dict[str, Any]:
    """A Bar object."""
    prices = {"o": seen.open, "h": seen.high, "l": seen.low, "c": seen.close}
    rest = {"v": seen.volume, "n": seen.trades, "vw": seen.vwap}
    return {"t": str(seen.start), **prices, **rest}


def daily_bar(seen: LastPrice) -> dict[str, Any] | None:
    """The bar of the market day so far."""
    if seen.open is None or not seen.session:
        return None
    prices = {"o": seen.open, "h": seen.high, "l": seen.low, "c": seen.last}
    return {"t": f"{seen.session}T05:00:00Z", **prices, "v": seen.volume, "n": None, "vw": None}
