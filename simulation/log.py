"""The log of a simulated stack, and what can go wrong between it and a process: sends that fail or
are told late, records that come twice or late, topics that are fetched in any order.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from shared.bus.ports import Bounds, Partition, Record, Where

Appended = Callable[[str, int, bytes], None]


class Log:
    """Partitions as lists of bytes. `heard` is told of every record; `hidden` names partitions
    that nobody is given anything of before that step.
    """

    def __init__(self, heard: Appended) -> None:
        self.partitions: dict[Partition, list[bytes]] = {}
        self.hidden: dict[Partition, int] = {}
        self.step = 0
        self._heard = heard

    def append(self, topic: str, number: int, raw: bytes) -> None:
        """Add a record."""
        self.of(Partition(topic, number)).append(raw)
        self._heard(topic, number, raw)

    def of(self, name: Partition) -> list[bytes]:
        """The records of a partition."""
        records = self.partitions.get(name)
        if records is None:
            records = self.partitions[name] = []
        return records


class LogReader:
    """Reads as a consumer does: whatever is there, of some partitions, in no order between them.
    `waits` is told how many seconds a poll may take.
    """

    def __init__(self, log: Log, dice: Random, waits: Callable[[float], None]) -> None:
        self._log, self._dice, self._waits = log, dice, waits
        self._next: dict[Partition, int] = {}
        self.is_whole = False

    async def assign(self, positions: dict[Partition, Where]) -> None:
        self._next = {}
        for name, where in positions.items():
            end = len(self._log.of(name))
            self._next[name] = 0 if where == "start" else end if where == "end" else int(where)

    async def poll(self, timeout_s: float) -> list[Record]:
        self._waits(timeout_s)
        ready = self._ready()
        if not self.is_whole and len(ready) > 1 and self._dice.random() < 0.5:
            ready = self._dice.sample(ready, self._dice.randrange(1, len(ready) + 1))
        found: list[Record] = []
        for name in ready:
            offset, records = self._next[name], self._log.partitions[name]
            end = len(records)
            if not self.is_whole and end - offset > 1 and self._dice.random() < 0.3:
                end = self._dice.randrange(offset + 1, end + 1)
            found += [Record(*name, at, records[at]) for at in range(offset, end)]
            self._next[name] = end
        return found

    def _ready(self) -> list[Partition]:
        log, partitions = self._log, self._log.partitions
        return [
            name
            for name, offset in self._next.items()
            if len(partitions[name]) > offset and log.hidden.get(name, 0) <= log.step
        ]

    def has_more(self) -> bool:
        """Whether a poll would give something."""
        log, partitions = self._log, self._log.partitions
        for name, offset in self._next.items():
            if len(partitions[name]) > offset and log.hidden.get(name, 0) <= log.step:
                return True
        return False

    async def bounds(self, partitions: list[Partition]) -> dict[Partition, Bounds]:
        return {name: Bounds(0, len(self._log.of(name))) for name in partitions}

    async def records_at(self, offsets: dict[Partition, int]) -> dict[Partition, Record]:
        return {
            name: Record(*name, offset, self._log.of(name)[offset])
            for name, offset in offsets.items()
            if 0 <= offset < len(self._log.of(name))
        }

    async def close(self) -> None:
        self._next = {}


class Sent:
    """What a send came to: nothing yet, the log has it, or it failed."""

    def __init__(self) -> None:
        self.is_done, self.error = False, None

    is_done: bool
    error: Exception | None

    def done(self) -> bool:
        """Whether the log has answered."""
        return self.is_done

    def exception(self) -> Exception | None:
        """Why the log did not take it."""
        return self.error

    def cancelled(self) -> bool:
        """Never."""
        return False

    def add_done_callback(self, call: Callable[[Any], None]) -> None:
        """Nobody is called: who wants to know asks."""


class LogWriter:
    """Appends as a producer does. `fails` sends are lost from now on; the answers of `slow` others
    come only when `answer` is called; of the next `twice` each is written twice.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self.fails = self.slow = self.twice = 0
        self._open: list[tuple[Sent, Exception | None]] = []

    async def send(self, topic: str, partition: int, key: str, raw: bytes) -> Any:
        sent = Sent()
        error: Exception | None = None
        if self.fails:
            self.fails -= 1
            error = ConnectionError("the log did not take it")
        else:
            self._log.append(topic, partition, raw)
            if self.twice:
                self.twice -= 1
                self._log.append(topic, partition, raw)
        if error is not None or self.slow:
            self.slow = max(0, self.slow - 1)
            self._open.append((sent, error))
        else:
            sent.is_done = True
        return sent

    def answer(self) -> None:
        """Every send that was waiting for its answer has it now."""
        for sent, error in self._open:
            sent.is_done, sent.error = True, error
        self._open.clear()

    async def close(self) -> None:
        return None
