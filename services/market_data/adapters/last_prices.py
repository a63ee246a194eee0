"""The last quote and trade of each symbol, for REST (Redis) and for people (the table
market_data.symbols).

Neither is waited for: what is lost is counted and replaced by what comes a second later.
"""

from __future__ import annotations

import asyncio

import msgspec
import psycopg
import redis.asyncio

from services.market_data.core.batches import Trade
from shared import codec
from shared.events.market import QuoteUpdated
from shared.logs import log
from shared.metrics import DROPPED
from shared.types import Time

QUOTES, TRADES = "quotes", "trades"
TIMEOUT_S = 1.0


class SymbolRow(msgspec.Struct, kw_only=True):
    """What is known of a symbol: its last quote, last trade, and the bar of its market day."""

    symbol: str
    source: str
    simulated: bool
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
    flags: str = ""
    at: Time

    def quoted(self, quote: QuoteUpdated) -> None:
        """Take a quote."""
        self.bid, self.bid_size, self.ask, self.ask_size = (
            quote.bid,
            quote.bid_size,
            quote.ask,
            quote.ask_size,
        )
        self.quote_at, self.at, self.flags = quote.market_at, quote.at, ",".join(quote.flags)

    def traded(self, trade: Trade, session: str, at: Time) -> None:
        """Take a print; a new session begins a new day bar."""
        if session != self.session:
            self.session, self.open, self.high, self.low, self.volume = session, None, None, None, 0
        self.volume += trade.size
        if trade.regular:
            self.last, self.last_size, self.last_at = trade.price, trade.size, Time(trade.time_us)
            self.open = trade.price if self.open is None else self.open
            self.high = trade.price if self.high is None else max(self.high, trade.price)
            self.low = trade.price if self.low is None else min(self.low, trade.price)
        self.at = at


class LastPrices:
    """Tells both places once a second what has changed."""

    def __init__(self, redis_url: str, postgres_url: str) -> None:
        self._redis = redis.asyncio.from_url(
            redis_url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
        )
        self._postgres_url = postgres_url
        self._connection: psycopg.AsyncConnection[object] | None = None

    async def tell(self, changed: list[SymbolRow]) -> None:
        """Write the rows of symbols that have changed."""
        if changed:
            await asyncio.gather(self._tell_redis(changed), self._tell_postgres(changed))

    async def _tell_redis(self, changed: list[SymbolRow]) -> None:
        quotes = {row.symbol: codec.encode(row) for row in changed}
        try:
            await self._redis.hset(QUOTES, mapping=quotes)  # type: ignore[misc]
        except (redis.RedisError, OSError) as error:
            self._lost("redis", error)

    async def _tell_postgres(self, changed: list[SymbolRow]) -> None:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = await psycopg.AsyncConnection.connect(
                    self._postgres_url, autocommit=True, connect_timeout=2
                )
            await asyncio.wait_for(
                self._connection.execute(UPSERT, (codec.encode(changed).decode(),)), TIMEOUT_S * 3
            )
        except (psycopg.Error, OSError, TimeoutError) as error:
            self._lost("postgres", error)
            if self._connection is not None:
                await self._connection.close()

    @staticmethod
    def _lost(sink: str, error: Exception) -> None:
        DROPPED.labels(sink).inc()
        log().warning("last prices not told", sink=sink, error=repr(error))

    async def close(self) -> None:
        """Let go of both."""
        await self._redis.aclose()
        if self._connection is not None:
            await self._connection.close()


_COLUMNS = SymbolRow.__struct_fields__
_SETS = ", ".join(f'"{name}" = excluded."{name}"' for name in _COLUMNS if name != "symbol")
UPSERT = (
    f"INSERT INTO market_data.symbols ({', '.join(chr(34) + n + chr(34) for n in _COLUMNS)})"
    f" SELECT {', '.join('r.' + chr(34) + n + chr(34) for n in _COLUMNS)}"
    " FROM json_populate_recordset(null::market_data.symbols, %s::json) r"
    f" ON CONFLICT (symbol) DO UPDATE SET {_SETS}"
)
