"""Drives the handlers of one shard as the loop does: prefetch by name, decide, store, let go.

Rows are stored as the bytes that would reach PostgreSQL, so every test also shows that state lived
equals state loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from shared import codec
from shared.messages import Command, Event, Message, Observation
from shared.room import Room
from shared.table import At, Key, State, Table
from shared.types import Time


class Driver:
    """One shard of a room on virtual time."""

    def __init__(self, room: Room, make: Callable[[], State], now: Time) -> None:
        self.room, self._make, self.state = room, make, make()
        self.at = At(now, now)
        self.stored: dict[str, dict[Key, bytes]] = {}
        self.handed: list[Command] = []
        self._seq = 0

    def hear(self, message: Message) -> list[Event]:
        """Handle one message; the events it led to, stamped as the loop stamps them."""
        self.at = At(max(self.at.wall, message.at), max(self.at.market, message.market_at))
        loaded = self._prefetch(message)
        said = self.room.handlers[type(message)](message, self.state, self.at)
        self._store()
        for table, key in loaded:
            table.forget([key])
        cause = (
            message.command_id if isinstance(message, Command) else getattr(message, "cause", None)
        )
        self.handed += [one for one in said if isinstance(one, Command)]
        return [self._stamp(event, cause) for event in said if isinstance(event, Event)]

    def see(self, key: str, seen: Observation) -> list[Event]:
        """An observation comes: it is the latest now, and handled where the room handles it."""
        self.state.latest.set(key, seen)
        return self.hear(seen) if type(seen) in self.room.handlers else []

    def wait(self, seconds: float) -> None:
        """Let both times pass."""
        step = int(seconds * 1_000_000)
        self.at = At(self.at.wall.plus(step), self.at.market.plus(step))

    def restart(self) -> None:
        """The process dies; another one loads the rows that a start would load."""
        latest, self.state = self.state.latest, self._make()
        self.state.latest = latest
        for table in self.state.tables():
            rows = (self._decode(table, raw) for raw in self._rows(table).values())
            table.load([row for row in rows if table.keep is None or table.keep(row)])

    def row(self, table: str, *key: str) -> Any:
        """A row as stored, or None."""
        found = getattr(self.state, table)
        raw = self._rows(found).get(key)
        return None if raw is None else self._decode(found, raw)

    def rows(self, table: str) -> list[Any]:
        """Every stored row of a table, in key order."""
        found = getattr(self.state, table)
        stored = self._rows(found)
        return [self._decode(found, stored[key]) for key in sorted(stored)]

    def _stamp(self, event: Event, cause: str | None) -> Event:
        self._seq += 1
        return msgspec.structs.replace(
            event,
            seq=self._seq,
            at=self.at.wall,
            market_at=self.at.market,
            cause=event.cause if event.cause is not None else cause,
        )

    def _prefetch(self, message: Message) -> list[tuple[Table[Any], Key]]:
        names = self.room.names.get(type(message))
        loaded = self._load(names(message) if names else ())
        follows = self.room.follows.get(type(message))
        while follows is not None and (further := self._load(follows(message, self.state))):
            loaded += further
        return loaded

    def _load(self, named: Iterable[tuple[str, Key]]) -> list[tuple[Table[Any], Key]]:
        loaded = []
        for name, key in list(named):
            table = getattr(self.state, name)
            raw = self._rows(table).get(key)
            if raw is not None and table.get(*key) is None:
                table.load([self._decode(table, raw)])
                loaded.append((table, key))
        return loaded

    def _store(self) -> None:
        for table in self.state.tables():
            upserts, deletes = table.changed()
            stored = self._rows(table)
            for row in upserts:
                key = table.key_of(row)
                assert not (table.append_only and key in stored), f"{table.name} {key} twice"
                stored[key] = codec.encode(row)
                loaded = self._decode(table, stored[key])
                assert loaded == row or repr(loaded) == repr(row)  # no NaN equals itself
            for key in deletes:
                del stored[key]
            table.settle()

    def _rows(self, table: Table[Any]) -> dict[Key, bytes]:
        return self.stored.setdefault(table.name, {})

    @staticmethod
    def _decode(table: Table[Any], raw: bytes) -> Any:
        return codec.decoder(table.row).decode(raw)
