"""The gateway's ports in memory, and a small world behind them that answers commands.

The world is no OMS: it says the events that a real stack would say for the plain cases, so that a
client that nobody here wrote can be tried without servers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import msgspec

from services.gateway.core.curves import Bar, Window
from services.gateway.core.keys import ApiKey
from services.gateway.core.prices import LastPrice
from services.gateway.hub import Hub
from services.gateway.ports import NotHandedOver, Unavailable
from services.gateway.services import Services
from services.gateway.settings import GatewaySettings
from services.gateway.wiring import Doors, assemble
from shared.messages import Command, Event
from shared.types import Account, Scope
from tests.builders import ACCOUNT, NOON
from tests.fakes.gateway_rows import TRADER_KEY, FakeOwn, FakeReads

React = Callable[["FakeBus", str, int, Command], None]


def silence(bus: FakeBus, topic: str, partition: int, command: Command) -> None:
    """Nobody answers."""


class FakeBus:
    """Keeps what was handed over and lets the world react to it, later in the same loop.

    mode: `up`; `down` (nothing is taken); `stalled` (taken, never acknowledged).
    """

    partitions = 8

    def __init__(self, hub: Hub) -> None:
        self.hub, self.mode = hub, "up"
        self.handed: list[tuple[str, int, Command]] = []
        self.react: React = silence
        self._seq: dict[tuple[str, int], int] = {}

    async def hand_over(self, topic: str, partition: int, command: Command) -> asyncio.Future[Any]:
        if self.mode == "down":
            raise NotHandedOver("the log cannot be reached")
        self.handed.append((topic, partition, command))
        loop = asyncio.get_running_loop()
        acked: asyncio.Future[Any] = loop.create_future()
        if self.mode == "up":
            acked.set_result(None)
            loop.call_soon(self.react, self, topic, partition, command)
        return acked

    def say(self, topic: str, event: Event, partition: int = 0) -> None:
        """Say an event with the next number of its partition."""
        key = (topic, partition)
        self._seq[key] = self._seq.get(key, 0) + 1
        said = msgspec.structs.replace(event, at=NOON, market_at=NOON, seq=self._seq[key])
        self.hub.hear(topic, partition, said)

    def commands(self, kind: type[Command]) -> list[Any]:
        """The commands of a type that were handed over."""
        return [command for _, _, command in self.handed if isinstance(command, kind)]


class FakeMarket:
    """Last prices in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, LastPrice] = {}

    async def latest(self, symbols: Sequence[str]) -> dict[str, LastPrice]:
        return {name: self.rows[name] for name in symbols if name in self.rows}


class FakeCalendar:
    """Two sessions."""

    async def sessions(self, start: date, end: date) -> list[dict[str, str]]:
        days = ("2013-10-09", "2013-10-10")
        hours = {"open": "09:30", "close": "16:00"}
        return [{"date": d, **hours} for d in days if start.isoformat() <= d <= end.isoformat()]


class FakeFlags:
    """Kill flags in memory; `log` is what happened, in order."""

    def __init__(self) -> None:
        self.raised: set[str] = set()
        self.log: list[str] = []

    def raise_flag(self, scope: Scope) -> None:
        self.raised.add(scope.key)
        self.log.append(f"raise {scope.key}")

    def lower_flag(self, scope: Scope) -> None:
        self.raised.discard(scope.key)
        self.log.append(f"lower {scope.key}")

    def is_raised(self, scope: Scope) -> bool:
        return scope.key in self.raised


class FakeVolumes:
    """The volume of past minutes in memory; `is_down`: it does not answer."""

    def __init__(self) -> None:
        self.bars: dict[str, list[Bar]] = {}
        self.is_down = False

    async def minutes(self, symbol: str, windows: Sequence[Window]) -> dict[date, list[Bar]]:
        if self.is_down:
            raise Unavailable("the history of volumes does not answer")
        found = {
            window.day: [bar for bar in self.bars.get(symbol, ()) if _is_in(window, bar)]
            for window in windows
        }
        return {day: bars for day, bars in found.items() if bars}


def _is_in(window: Window, bar: Bar) -> bool:
    return window.starts_at <= bar[0] < window.ends_at


class FakeRates:
    """Lets so many requests of a key pass."""

    def __init__(self, per_minute: int = 6000) -> None:
        self.per_minute = per_minute
        self._used: dict[str, int] = {}

    def take(self, key_id: str) -> tuple[bool, int, int]:
        used = self._used[key_id] = self._used.get(key_id, 0) + 1
        return used <= self.per_minute, max(0, self.per_minute - used), 60


class World:
    """A gateway over doubles: `services` to call, the doubles to look at."""

    def __init__(self, answer_ms: int = 50) -> None:
        self.hub = Hub(FakeBus.partitions)
        self.bus, self.reads, self.own = FakeBus(self.hub), FakeReads(), FakeOwn()
        self.market, self.flags, self.volumes = FakeMarket(), FakeFlags(), FakeVolumes()
        self.hub.listening = True
        doors = Doors(
            bus=self.bus,
            reads=self.reads,
            own=self.own,
            market=self.market,
            calendar=FakeCalendar(),
            flags=self.flags,
            volumes=self.volumes,
        )
        settings = GatewaySettings(answer_ms=answer_ms)
        self.services: Services = assemble(doors, self.hub, settings)

    def account(self, account_id: str = ACCOUNT) -> Account:
        """A known account."""
        return self.reads.known[account_id]

    def key(self, key_id: str = TRADER_KEY) -> ApiKey:
        """A known key."""
        return self.own.rows[key_id]
