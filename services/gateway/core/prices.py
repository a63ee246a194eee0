"""What is known of a symbol's last prices."""

from __future__ import annotations

import msgspec

from shared.types import Time


class LastPrice(msgspec.Struct, frozen=True, kw_only=True):
    """Last quote, last trade, and the bar of the market day; market data, so floats."""

    symbol: str
    bid: float = 0.0
    bid_size: float = 0.0
    ask: float = 0.0
    ask_size: float = 0.0
    quote_at: Time | None = None
    last: float | None = None
    last_size: float | None = None
    last_at: Time | None = None
    session: str = ""
    open: float | None = None
    high: float | None = None
    low: float | None = None
    volume: float = 0.0
