"""What is known of market.quotes, so that a slice can be taken over without reading it anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from shared import codec, start
from shared.bus.ports import Partition, Reader, Record
from shared.journal import observation_key
from shared.messages import Observation
from shared.room import Room
from shared.table import Latest

POLL_S = 0.25


class Quotes(NamedTuple):
    """The newest by kind and symbol, and where reading goes on."""

    newest: dict[tuple[type, str], Observation]
    following: dict[Partition, int]


class QuotesFollower:
    """Reads the quotes for a process that owns nothing yet and may have to, at any moment."""

    def __init__(self, room: Room, reader: Reader, partitions: int) -> None:
        self._room, self._reader, self._partitions = room, reader, partitions
        self._latest = Latest()
        self._following: dict[Partition, int] = {}
        self._is_up_to_date = False

    def quotes(self) -> Quotes | None:
        """What it knows, once that is all there is."""
        if not self._is_up_to_date:
            return None
        return Quotes(dict(self._latest.newest), dict(self._following))

    async def run(self, is_over: Callable[[], bool]) -> None:
        """Read until it is over."""
        if not start.quoted(self._room, self._partitions):
            return
        async for records in start.last_quotes(self._room, self._reader, self._partitions):
            self._take(records)
        self._is_up_to_date = True
        while not is_over():
            self._take(await self._reader.poll(POLL_S))

    def _take(self, records: list[Record]) -> None:
        for record in records:
            seen = codec.decode(record.topic, record.raw)
            if isinstance(seen, Observation):
                self._latest.set(observation_key(seen), seen)
            self._following[Partition(record.topic, record.partition)] = record.offset + 1
