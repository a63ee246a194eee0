"""Decide everything again: the journal says in which order a shard handled what, and what it saw.

The same handlers, fed the same records and observations, must put out the same bytes (P8).
Differences are told,
never mended.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, NamedTuple, Union

import msgspec

from shared import codec
from shared.bus.ports import Partition, Reader, Record
from shared.events.runtime import Consumed, Observed
from shared.messages import Event, Observation
from shared.room import MakeState, Room
from shared.rows import Output, ShardRow
from shared.shard import Shard
from shared.start import inputs, outputs
from shared.table import Latest

POLL_S = 0.5


class Verified(NamedTuple):
    """What came of one shard: how many journal entries were decided again, how many messages that
    said, and each that was not said in the same bytes.
    """

    shard: int
    entries: int
    messages: int
    differences: list[str]


async def read_whole(reader: Reader, names: list[Partition]) -> dict[Partition, list[Record]]:
    """Every record of these partitions, up to the ends they have now and not beyond."""
    bounds = await reader.bounds(names)
    missing = {name: b for name, b in bounds.items() if b.end > b.first}
    found: dict[Partition, list[Record]] = {name: [] for name in names}
    await reader.assign(dict.fromkeys(missing, "start"))
    while missing:
        for record in await reader.poll(POLL_S):
            name = Partition(record.topic, record.partition)
            if record.offset < bounds[name].end:
                found[name].append(record)
            if name in missing and record.offset + 1 >= bounds[name].end:
                del missing[name]
    return found


class Replay:
    """One shard of a room, decided again from its log."""

    def __init__(
        self, room: Room, make_state: MakeState, number: int, log: dict[Partition, list[Record]]
    ) -> None:
        self._room, self._number, self._log = room, number, log
        self._make_state = make_state
        self.shard = self._begun(ShardRow(shard=number))
        self._said = {name.topic: self._by_number(name) for name in log}
        self.entries = self.messages = 0
        self._seen_types = msgspec.json.Decoder(
            Union[tuple(_leaves(Observation))],  # noqa: UP007
            dec_hook=codec.decode_other,
        )

    def _begun(self, row: ShardRow) -> Shard:
        """The shard as a process has it that has just begun: its row, and nothing observed."""
        latest = Latest()
        state = self._make_state(latest, self._number)
        shard = Shard(self._room, row, state, latest, release="")
        for table in shard.tables:
            table.keep = None
        return shard

    def _by_number(self, name: Partition) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        if name.topic in outputs(self._room):
            for record in self._log[name]:
                message = codec.decode(name.topic, record.raw)
                found.setdefault(message.seq if isinstance(message, Event) else 0, record.raw)
        return found

    def run(self) -> Iterator[str]:
        """Decide every journal entry again; yields each difference between what was said and is
        said now. The relay of the last entry may still be under way.
        """
        journal = self._said[self._room.journal]
        for number in sorted(journal):
            entry = codec.decode(self._room.journal, journal[number])
            if isinstance(entry, Consumed):
                self.entries += 1
                yield from self._decide(entry, is_last=number == max(journal))

    def _decide(self, entry: Consumed, *, is_last: bool) -> Iterator[str]:
        if entry.begins:
            before, self.shard = self.shard, self._begun(self.shard.row)
            for table, old in zip(self.shard.tables, before.tables, strict=True):
                table.load(old.rows())
        self.shard.release, self.shard.begins = entry.release, entry.begins
        seen = list(entry.observed)
        self._observe(seen, -1, -1)
        for index, run in enumerate(entry.runs):
            records = self._log[Partition(run.topic, run.partition)]
            for record in records[run.first - records[0].offset :][: run.last - run.first + 1]:
                self._observe(seen, index, record.offset)
                self.shard.handle(record, self.shard.take(record))
            self._observe(seen, index, -1)
        row, again = self.shard.harvest()
        for output in again:
            yield from self._compare(output, is_last=is_last)
        self.shard.observations.clear()
        self.shard.said.clear()
        self.shard.settle(row)

    def _observe(self, seen: list[Observed], run: int, offset: int) -> None:
        while seen and (seen[0].run, seen[0].offset) == (run, offset):
            one = seen.pop(0)
            observation = self._seen_types.decode(bytes(one.body))
            self.shard.latest.replace(one.key, observation)
            if one.handled:
                self.shard.observe(Record("", self._number, -1, b""), observation)

    def _compare(self, output: Output, *, is_last: bool) -> Iterator[str]:
        raw = bytes(output.value)
        message: Any = codec.decode(output.topic, raw)
        said = self._said[output.topic]
        before = said.get(message.seq)
        if before is None and is_last and message.seq > max(said, default=0):
            return
        self.messages += 1
        if before != raw:
            yield (
                f"{output.topic}/{self._number} number {message.seq}:"
                f" said {before!r}, says now {raw!r}"
            )


def _leaves(kind: type[Observation]) -> Iterator[type[Observation]]:
    for one in kind.__subclasses__():
        yield one
        yield from _leaves(one)


async def verify(
    room: Room, make_state: MakeState, numbers: list[int], reader: Reader
) -> AsyncIterator[Verified]:
    """Decide these shards again, one after the other, from their whole log, which is held in
    memory meanwhile.
    """
    topics = [*inputs(room), *outputs(room)]
    for number in numbers:
        log = await read_whole(reader, [Partition(topic, number) for topic in topics])
        again = Replay(room, make_state, number, log)
        differences = list(again.run())
        yield Verified(number, again.entries, again.messages, differences)
