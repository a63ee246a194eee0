"""The column layouts of files that can be replayed, and how each becomes ticks.

A bar is played as its open, then its two extremes (the nearer to the open first), then its close,
at the start, a third,
two thirds and just before the end of its interval. Trade bars get quotes around each price, with
a spread from the settings; their volume is split over the four prints.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from services.market_data.core.block import Block, Flags, Floats, Ints, joined

UNKNOWN_SIZE = 1_000_000.0
MINUTE_US = 60_000_000
SESSION_US = 390 * MINUTE_US
OPEN_NEW_YORK = "09:30"


class Layout(NamedTuple):
    """The columns a file must have, and the function that turns its rows into ticks."""

    name: str
    columns: frozenset[str]
    ticks: Callable[[pd.DataFrame, Ints, Ints, float], Block]


def _numbers(frame: pd.DataFrame, name: str, missing: float = np.nan) -> Floats:
    if name not in frame:
        return np.full(len(frame), missing)
    found: Floats = pd.to_numeric(frame[name], errors="coerce").to_numpy(np.float64)
    return found


def _zero(values: Floats) -> Floats:
    """Missing sides of a quote are zero: the gate and the venue know what that means."""
    return np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)


def _block(
    time_us: Ints,
    row: Ints,
    bid: Floats,
    bid_size: Floats,
    ask: Floats,
    ask_size: Floats,
    trade: bool = False,
    regular: Flags | None = None,
) -> Block:
    count = time_us.size
    return Block(
        np.zeros(count, np.int64),
        np.full(count, trade),
        time_us,
        _zero(bid),
        _zero(bid_size),
        _zero(ask),
        _zero(ask_size),
        row,
        np.ones(count, np.bool_) if regular is None else regular,
    )


def _quotes(frame: pd.DataFrame, time_us: Ints, row: Ints, spread: float) -> Block:
    return _block(
        time_us,
        row,
        _numbers(frame, "bid"),
        _numbers(frame, "bid_size", UNKNOWN_SIZE),
        _numbers(frame, "ask"),
        _numbers(frame, "ask_size", UNKNOWN_SIZE),
    )


def _trades(frame: pd.DataFrame, time_us: Ints, row: Ints, spread: float) -> Block:
    nothing = np.zeros(len(frame))
    regular = (frame["conditions"].astype(str) == "1").to_numpy(np.bool_)
    price, size = _numbers(frame, "price"), _numbers(frame, "size")
    return _block(time_us, row, price, size, nothing, nothing, True, regular)


def _quote_bars(frame: pd.DataFrame, time_us: Ints, row: Ints, spread: float) -> Block:
    bid_size = _numbers(frame, "bid_size", UNKNOWN_SIZE)
    ask_size = _numbers(frame, "ask_size", UNKNOWN_SIZE)
    length = _interval(frame)
    parts = []
    for step, (bid, ask) in enumerate(zip(_path(frame, "bid_"), _path(frame, "ask_"), strict=True)):
        moment = time_us + _offset(step, length)
        parts.append(_block(moment, row, bid, bid_size, ask, ask_size))
    return joined(parts)


def _trade_bars(frame: pd.DataFrame, time_us: Ints, row: Ints, spread: float) -> Block:
    volume, length = _numbers(frame, "volume"), _interval(frame)
    nothing, parts = np.zeros(len(frame)), []
    for step, price in enumerate(_path(frame, "")):
        moment = time_us + _offset(step, length)
        share = np.floor(volume / 4)
        size = volume - 3 * share if step == 3 else share
        half = price * spread / 20_000
        parts.append(_block(moment, row, price - half, size, price + half, size))
        parts.append(_block(moment, row, price, size, nothing, nothing, True))
    return joined(parts)


def _path(frame: pd.DataFrame, side: str) -> list[Floats]:
    """Open, the nearer extreme, the other one, close."""
    names = ("open", "high", "low", "close")
    opened, high, low, close = (_numbers(frame, side + name) for name in names)
    high_first = np.abs(high - opened) <= np.abs(opened - low)
    first, second = np.where(high_first, high, low), np.where(high_first, low, high)
    return [opened, first, second, close]


def _interval(frame: pd.DataFrame) -> int:
    return SESSION_US if "date" in frame else MINUTE_US


def _offset(step: int, length: int) -> int:
    return length - 1 if step == 3 else step * length // 3


LAYOUTS = (
    Layout("trades", frozenset({"price", "size", "conditions"}), _trades),
    Layout(
        "quote bars", frozenset({"bid_open", "bid_close", "ask_open", "ask_close"}), _quote_bars
    ),
    Layout("quotes", frozenset({"bid", "ask"}), _quotes),
    Layout("trade bars", frozenset({"open", "high", "low", "close", "volume"}), _trade_bars),
)


def layout_of(columns: list[str]) -> Layout | None:
    """The layout of a file with these columns, or None."""
    timed = {"ts", "date"} & set(columns) and {"symbol", "contract"} & set(columns)
    found = (layout for layout in LAYOUTS if timed and layout.columns <= set(columns))
    return next(found, None)


def times(frame: pd.DataFrame) -> tuple[Ints, Flags]:
    """Microseconds of each row, and which rows have a time at all. A `date` means the opening in
    New York.
    """
    if "ts" in frame:
        parsed: Any = pd.to_datetime(frame["ts"], format="ISO8601", utc=True, errors="coerce")
    else:
        dated = frame["date"].astype(str) + " " + OPEN_NEW_YORK
        local: Any = pd.to_datetime(dated, format="%Y-%m-%d %H:%M", errors="coerce")
        parsed = local.dt.tz_localize("America/New_York").dt.tz_convert("UTC")
    good: Flags = parsed.notna().to_numpy()
    moments = parsed.dt.tz_localize(None).to_numpy().astype("datetime64[us]").astype(np.int64)
    return moments, good
