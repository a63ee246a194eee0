"""Last prices as market_data keeps them: JSON by symbol in Redis, the same rows in a table.

A command is never cancelled from outside (its reply would be the next asker's): the socket's own
time-outs end it. Without Redis the loss is counted and the table is read.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.gateway.adapters.database import Database
from services.gateway.core.prices import LastPrice
from services.gateway.metrics import CACHE_FAILED
from services.gateway.ports import Unavailable
from shared import codec

ANSWER_S_MAX = 0.3
HASH = "quotes"
ROWS = "SELECT to_jsonb(s)::text AS row FROM market_data.symbols s WHERE symbol = ANY(%s)"

_ROW = codec.decoder(LastPrice)


class LastPrices:
    """Prices from Redis, or from PostgreSQL where that is gone."""

    def __init__(self, url: str, database: Database) -> None:
        self._database = database
        self._redis = Redis.from_url(
            url, socket_connect_timeout=ANSWER_S_MAX, socket_timeout=ANSWER_S_MAX
        )

    async def latest(self, symbols: Sequence[str]) -> dict[str, LastPrice]:
        """What is known of each symbol."""
        if not symbols:
            return {}
        try:
            found = await self._redis.hmget(HASH, list(symbols))
            rows = [_ROW.decode(raw) for raw in found if raw is not None]
        except (RedisError, OSError, TimeoutError, msgspec.MsgspecError):
            CACHE_FAILED.inc()
            rows = await self._stored(symbols)
        return {row.symbol: row for row in rows}

    async def _stored(self, symbols: Sequence[str]) -> list[LastPrice]:
        try:
            rows = await self._database.rows(ROWS, (list(symbols),))
        except Unavailable:
            return []
        return [_ROW.decode(row["row"]) for row in rows]

    async def close(self) -> None:
        """Let go of the connections."""
        await self._redis.aclose()
