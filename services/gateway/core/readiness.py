"""When the stack is ready: every room alive in every partition, a feed seen, the database there."""

from __future__ import annotations

from typing import Any

from shared.events.runtime import RoomAlive
from shared.types import Time

MARKET_DATA = "market_data"
TRANSACTIONAL = ("risk", "oms", "venue.paper", "portfolio")
ROOMS = (MARKET_DATA, *TRANSACTIONAL)
SILENCE_MS_MAX = 3000


class Readiness:
    """The newest signs of life."""

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        self._alive: dict[tuple[str, int], Time] = {}
        self.feed: str | None = None

    def on_alive(self, seen: RoomAlive) -> None:
        """A shard of a room said that it lives."""
        self._mark((seen.room, seen.partition), seen.at)

    def on_clock(self, at: Time) -> None:
        """Market time moves: its writer lives."""
        self._mark((MARKET_DATA, 0), at)

    def _mark(self, key: tuple[str, int], at: Time) -> None:
        if at > self._alive.get(key, Time(0)):
            self._alive[key] = at

    def age_ms(self, room: str, now: Time) -> int | None:
        """Since when the quietest shard of a room is silent; None while one was never heard."""
        count = 1 if room == MARKET_DATA else self._partitions
        times = [self._alive.get((room, number)) for number in range(count)]
        known = [time for time in times if time is not None]
        if len(known) < count:
            return None
        return max(0, (now - min(known)) // 1000)

    def report(self, now: Time, market_time: Time | None, database: bool) -> dict[str, Any]:
        """The answer of /health/ready."""
        ages = {room: self.age_ms(room, now) for room in ROOMS}
        alive = all(age is not None and age <= SILENCE_MS_MAX for age in ages.values())
        return {
            "ready": alive and database and self.feed is not None,
            "rooms": ages,
            "database": database,
            "market_time": None if market_time is None else str(market_time),
            "feed": self.feed,
        }
