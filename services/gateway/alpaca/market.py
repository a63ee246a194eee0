"""Market data in Alpaca's words: numbers, not strings; times of the market."""

from __future__ import annotations

from typing import Any

from shared.events.market import ClockAdvanced, QuoteUpdated
from shared.types import Time


def clock(heard: ClockAdvanced, market_at: Time) -> dict[str, Any]:
    """A Clock object. A quote may have brought market time past the last clock message."""
    return {
        "timestamp": str(max(heard.market_time, market_at)),
        "is_open": heard.is_open,
        "next_open": str(heard.next_open),
        "next_close": str(heard.next_close),
    }


def quote(seen: QuoteUpdated) -> dict[str, Any]:
    """A Quote object."""
    return _quote(str(seen.market_at), seen.bid, seen.bid_size, seen.ask, seen.ask_size)


def _quote(time: str, bid: float, bid_size: float, ask: float, ask_size: float) -> dict[str, Any]:
    exchange = {"bx": "V", "ax": "V"}
    sides = {"bp": bid, "bs": bid_size, "ap": ask, "as": ask_size}
    return {"t": time, **sides, **exchange, "c": ["R"], "z": "C"}


def cached_quote(seen: dict[str, Any]) -> dict[str, Any]:
    """A Quote object from the cache."""
    sides = (seen["bid"], seen["bid_size"], seen["ask"], seen["ask_size"])
    return _quote(seen["market_at"], *sides)


def cached_trade(seen: dict[str, Any]) -> dict[str, Any]:
    """A Trade object from the cache."""
    return {
        "t": seen["market_at"],
        "p": seen["price"],
        "s": seen["size"],
        "x": "V",
        "i": seen.get("row", 0),
        "c": ["@"],
        "z": "C",
    }


def cached_bar(seen: dict[str, Any]) -> dict[str, Any]:
    """A Bar object from the cache."""
    prices = {"o": seen["open"], "h": seen["high"], "l": seen["low"], "c": seen["close"]}
    rest = {"v": seen["volume"], "n": seen.get("trades"), "vw": seen.get("vwap")}
    return {"t": seen["start"], **prices, **rest}
