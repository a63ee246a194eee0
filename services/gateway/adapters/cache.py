"""Last quotes, trades and bars as market_data keeps them in Redis: one hash a kind, JSON by symbol.

A command is never cancelled from outside (its reply would be the next asker's): the socket's own
time-outs end it. Without Redis nothing is found and the loss is counted; quotes are then the ones
heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.gateway.metrics import CACHE_FAILED

ANSWER_S_MAX = 0.3


class RedisCache:
    """Market data in Redis."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(
            url, socket_connect_timeout=ANSWER_S_MAX, socket_timeout=ANSWER_S_MAX
        )

    async def latest(self, kind: str, symbols: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The newest of a kind (`quotes`, `trades`, `bars`) of each symbol that has one."""
        if not symbols:
            return {}
        try:
            found = await self._redis.hmget(kind, list(symbols))
        except (RedisError, OSError, TimeoutError):
            CACHE_FAILED.inc()
            return {}
        pairs = zip(symbols, found, strict=True)
        return {symbol: msgspec.json.decode(raw) for symbol, raw in pairs if raw is not None}

    async def close(self) -> None:
        """Let go of the connections."""
        await self._redis.aclose()
