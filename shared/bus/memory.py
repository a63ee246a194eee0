"""The log in memory: the same port for tests and the simulator, one thread, no time passes."""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections import defaultdict

from shared.bus.ports import Bounds, Partition, Record, Where


class MemoryLog:
    """Partitions as lists of bytes."""

    def __init__(self) -> None:
        self.partitions: dict[Partition, list[bytes]] = defaultdict(list)

    def append(self, topic: str, partition: int, raw: bytes) -> int:
        """Add a record; returns its offset."""
        records = self.partitions[Partition(topic, partition)]
        records.append(raw)
        return len(records) - 1


class MemoryReader:
    """Reads a MemoryLog. A poll hands out at most `limit` records, so that tests can step."""

    def __init__(self, log: MemoryLog, limit: int = 1000) -> None:
        self._log, self._limit = log, limit
        self._next: dict[Partition, int] = {}

    async def assign(self, positions: dict[Partition, Where]) -> None:
        self._next = {}
        for name, where in positions.items():
            end = len(self._log.partitions[name])
            self._next[name] = 0 if where == "start" else end if where == "end" else int(where)

    async def poll(self, timeout_s: float) -> list[Record]:
        found: list[Record] = []
        for name, offset in sorted(self._next.items()):
            room = self._limit - len(found)
            raws = self._log.partitions[name][offset : offset + room]
            found += [Record(*name, offset + i, raw) for i, raw in enumerate(raws)]
            self._next[name] = offset + len(raws)
        if not found:
            await asyncio.sleep(0)
        return found

    async def bounds(self, partitions: list[Partition]) -> dict[Partition, Bounds]:
        return {name: Bounds(0, len(self._log.partitions[name])) for name in partitions}

    async def records_at(self, offsets: dict[Partition, int]) -> dict[Partition, Record]:
        return {
            name: Record(*name, offset, self._log.partitions[name][offset])
            for name, offset in offsets.items()
            if 0 <= offset < len(self._log.partitions[name])
        }

    async def close(self) -> None:
        self._next = {}


class MemoryWriter:
    """Appends to a MemoryLog at once."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log

    async def send(self, topic: str, partition: int, key: str, raw: bytes) -> Future[object]:
        done: Future[object] = asyncio.get_running_loop().create_future()
        done.set_result(self._log.append(topic, partition, raw))
        return done

    async def close(self) -> None:
        return None
