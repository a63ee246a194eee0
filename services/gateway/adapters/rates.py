"""How many requests each key made this minute: counted here at once, shared through Redis.

No request waits for Redis: what was counted here is added to the shared count ten times a second,
and what other gateways counted comes back with it. Without Redis each gateway counts for itself.
"""

from __future__ import annotations

import asyncio
import time

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.errors import StorageError

from services.gateway.metrics import RATE_DEGRADED
from shared.logs import log

WINDOW_S = 60
SHARE_S = 0.1
REDIS_S_MAX = 0.3


class Window:
    """One key in one minute."""

    __slots__ = ("others", "own", "shared")

    def __init__(self) -> None:
        self.own = self.shared = self.others = 0


class SharedRates:
    """The limiter of one gateway. `storage` has the counts of all of them."""

    def __init__(self, per_minute: int, storage: Storage) -> None:
        self.per_minute, self._storage = per_minute, storage
        self._limit = RateLimitItemPerMinute(per_minute)
        self._minute, self._windows = 0, dict[str, Window]()
        self.is_degraded = False

    def take(self, key_id: str) -> tuple[bool, int, int]:
        """Count one request: whether it may pass, how many are left, when the minute ends."""
        minute = int(time.time()) // WINDOW_S
        if minute != self._minute:
            self._minute, self._windows = minute, {}
        window = self._windows.setdefault(key_id, Window())
        used = window.own + window.others
        resets_at = (minute + 1) * WINDOW_S
        if used >= self.per_minute:
            return False, 0, resets_at
        window.own += 1
        return True, self.per_minute - used - 1, resets_at

    async def run(self) -> None:
        """Share counts until cancelled."""
        while True:
            await asyncio.sleep(SHARE_S)
            await self.share()

    async def share(self) -> None:
        """Add what is new here to the shared counts, and take up those of others."""
        minute = self._minute
        for key_id, window in list(self._windows.items()):
            news = window.own - window.shared
            if not news:
                continue
            name = self._limit.key_for(key_id, str(minute))
            try:
                total = await self._storage.incr(name, WINDOW_S * 2, amount=news)
            except (StorageError, TimeoutError, OSError) as error:
                self._note(error)
                return
            window.shared += news
            window.others = max(0, total - window.shared)
        self.is_degraded = False

    def _note(self, error: Exception) -> None:
        RATE_DEGRADED.inc()
        if not self.is_degraded:
            log().warning("rates are counted for this gateway alone", error=repr(error))
        self.is_degraded = True


def shared_counts(redis_url: str) -> Storage:
    """The storage in Redis, or in memory where there is none to be had."""
    if not redis_url:
        return MemoryStorage()
    return RedisStorage(
        f"async+{redis_url}",
        wrap_exceptions=True,
        implementation="redispy",
        socket_connect_timeout=REDIS_S_MAX,
        socket_timeout=REDIS_S_MAX,
    )
