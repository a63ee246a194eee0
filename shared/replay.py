"""Decide everything again: the journal says in which order a shard handled what, and what it saw.

The same handlers, fed the same records and observations, must put out the same bytes (P8).
Differences are told,
never mended.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import NamedTuple, Union

import msgspec

from shared import codec
from shared.bus.ports import Partition, Reader, Record
from shared.events.runtime import Consumed, Observed, Run
from shared.messages import Event, Observation
from shared.room import MakeState, Room
from shared.rows import OutboxRow, Output, ShardRow
from shared.shard import Shard
from shared.start import inputs, written
from shared.table import Latest
from shared.topics import TOPICS, Kind

POLL_S = 0.5


Name = int | str


class LogIncomplete(Exception):
    """A journal entry names records that the log does not hold."""


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
    """One shard of a room, decided again from its log. Its tables keep every row.

    outbox: what the store has committed; what of it is not in the log counts as said all the same.
    None: not known. `waiting` is what the log lacks: the outbox that belongs to this log.
    """

    def __init__(
        self,
        room: Room,
        make_state: MakeState,
        number: int,
        log: dict[Partition, list[Record]],
        outbox: Sequence[OutboxRow] | None = None,
    ) -> None:
        self._room, self._number, self._log = room, number, log
        self._make_state, self._knows_outbox = make_state, outbox is not None
        self.shard = self._begun(ShardRow(shard=number))
        self._said = {name.topic: self._by_name(name) for name in log}
        self._logged = {topic: frozenset(said) for topic, said in self._said.items()}
        for output in (output for row in outbox or () for output in row.body):
            raw = bytes(output.value)
            self._said[output.topic].setdefault(_name(output.topic, raw), raw)
        self.waiting: list[OutboxRow] = []
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

    def _by_name(self, name: Partition) -> dict[Name, bytes]:
        found: dict[Name, bytes] = {}
        if name.topic in written(self._room):
            for record in self._log[name]:
                found.setdefault(_name(name.topic, record.raw), record.raw)
        return found

    def numbers(self, topic: str) -> list[int]:
        """The numbers that the room has said in an output topic of this shard."""
        return sorted(name for name in self._said[topic] if isinstance(name, int))

    def run(self, last: int | None = None) -> Iterator[str]:
        """Decide every journal entry again, up to number `last`; yields each difference between
        what was said and is said now. The relay of the last entry may still be under way. Raises
        LogIncomplete.
        """
        journal, numbers = self._said[self._room.journal], self.numbers(self._room.journal)
        for number in (number for number in numbers if last is None or number <= last):
            entry = codec.decode(self._room.journal, journal[number])
            if isinstance(entry, Consumed):
                self.entries += 1
                yield from self._decide(entry, is_last=number == numbers[-1])

    def _decide(self, entry: Consumed, *, is_last: bool) -> Iterator[str]:
        if entry.begins:
            before, self.shard = self.shard, self._begun(self.shard.row)
            for table, old in zip(self.shard.tables, before.tables, strict=True):
                table.load(old.rows())
        self.shard.release, self.shard.begins = entry.release, entry.begins
        self.shard.set_aside = {(one.topic, one.offset): one.error for one in entry.set_aside}
        seen = list(entry.observed)
        self._observe(seen, -1, -1)
        for index, run in enumerate(entry.runs):
            for record in self._records(run):
                self._observe(seen, index, record.offset)
                self.shard.handle(record, self.shard.take(record))
            self._observe(seen, index, -1)
        row, again = self.shard.harvest()
        names = [_name(output.topic, bytes(output.value)) for output in again]
        for output, name in zip(again, names, strict=True):
            yield from self._compare(output, name, is_last=is_last)
        said = zip(again, names, strict=True)
        if self.waiting or any(name not in self._logged[one.topic] for one, name in said):
            waiting = OutboxRow(shard=self._number, version=row.version, body=again)
            self.waiting.append(waiting)
        self.shard.observations.clear()
        self.shard.said.clear()
        self.shard.settle(row)

    def _records(self, run: Run) -> list[Record]:
        """What the log has of a run: all of it."""
        records = self._log[Partition(run.topic, run.partition)]
        begins = run.first - records[0].offset if records else 0
        found = records[max(begins, 0) : begins + run.last - run.first + 1]
        if not found or (found[0].offset, found[-1].offset) != (run.first, run.last):
            raise LogIncomplete(
                f"{run.topic}/{run.partition} lacks records that {self._room.name} has handled:"
                f" {run.first} to {run.last}"
            )
        return found

    def _observe(self, seen: list[Observed], run: int, offset: int) -> None:
        while seen and (seen[0].run, seen[0].offset) == (run, offset):
            one = seen.pop(0)
            observation = self._seen_types.decode(bytes(one.body))
            self.shard.latest.replace(one.key, observation)
            if one.handled:
                self.shard.observe(Record("", self._number, -1, b""), observation)

    def _compare(self, output: Output, name: Name, *, is_last: bool) -> Iterator[str]:
        raw = bytes(output.value)
        before = self._said[output.topic].get(name)
        is_relayed_later = is_last or self._knows_outbox
        if before is None and is_relayed_later and self._is_beyond(output.topic, name):
            return
        self.messages += 1
        if before != raw:
            kind = "number" if isinstance(name, int) else "command"
            place = f"{output.topic}/{self._number} {kind} {name}"
            yield f"{place}: said {before!r}, says now {raw!r}"

    def _is_beyond(self, topic: str, name: Name) -> bool:
        """Whether the log may lack it only because it ends before."""
        return isinstance(name, str) or name > max(self.numbers(topic), default=0)


def _name(topic: str, raw: bytes) -> Name:
    """How an output is found: an event by its number, a command by its id."""
    if TOPICS[topic].kind is Kind.COMMAND:
        return codec.command_id_of(raw) or ""
    message = codec.decode(topic, raw)
    return message.seq if isinstance(message, Event) else 0


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
    topics = [*inputs(room), *written(room)]
    for number in numbers:
        log = await read_whole(reader, [Partition(topic, number) for topic in topics])
        again = Replay(room, make_state, number, log)
        differences = list(again.run())
        yield Verified(number, again.entries, again.messages, differences)
