"""What is checked before a room handles its first message: is this log the one that this state
has read?

Whatever does not fit stops the process and names the remedy; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

from shared import codec
from shared.bus.ports import Bounds, Partition, Reader, Record, Where
from shared.messages import Event
from shared.room import Room
from shared.rows import OutboxRow, ShardRow
from shared.topics import MARKET_QUOTES, TOPICS, Kind, is_own, partition_count, read_by

POLL_S = 0.25
TAIL_MAX = 2000  # how many records a stale owner may have sent once more

REMEDY = (
    "see that PLIMSOLL_KAFKA names the cluster of this state; if it does, stop the rooms and run"
    " `plimsoll rebuild --replace`, or restore the backup that fits this log"
)


class StartRefused(Exception):
    """State and log do not belong together."""


def inputs(room: Room) -> list[str]:
    """The trading topics whose offsets a shard keeps."""
    topics = read_by(room.name)
    return [t.name for t in topics if is_own(t.name) and t.kind is not Kind.OBSERVATION]


def outputs(room: Room) -> list[str]:
    """The topics that carry this room's numbers."""
    mine = [t for t in TOPICS.values() if t.writer == room.name]
    return [t.name for t in mine if t.kind is Kind.EVENT]


def written(room: Room) -> list[str]:
    """Every topic that the room writes into what a replay decides again: its own, and the inboxes
    that it hands commands to.
    """
    return [*outputs(room), *sorted(set(room.hands.values()))]


class Found(NamedTuple):
    """What the store has of one shard: its row (None: it never ran) and its outbox."""

    row: ShardRow | None
    outbox: list[OutboxRow]


async def check(room: Room, reader: Reader, shards: dict[int, Found]) -> None:
    """Compare the rows of all shards with the log. Raises StartRefused."""
    read = [Partition(topic, number) for topic in inputs(room) for number in shards]
    written = [Partition(topic, number) for topic in outputs(room) for number in shards]
    bounds = await reader.bounds(read + written)
    last = {name: bounds[name].end - 1 for name in written if bounds[name].end > 0}
    for name in read:
        row = shards[name.number].row
        following = 0 if row is None else row.next.get(name.topic, 0)
        _check_bounds(room, name, bounds[name], following)
        if row is not None and name.topic in row.last_hash:
            last[name] = following - 1
    records = await reader.records_at(last) if last else {}
    for name in read:
        _check_input(room, shards[name.number].row, name, records.get(name))
    for name in written:
        found, record = shards[name.number], records.get(name)
        _check_voice(room, found, name, bounds[name].end, record)
        highest = 0 if record is None else _number(name.topic, record.raw)
        if highest < _begins(found, name) - 1:
            highest = await _highest(reader, name, bounds[name])
        _check_numbers(room, found, name, highest)


def positions(
    room: Room, offsets: dict[int, dict[str, int]], partitions: int
) -> dict[Partition, Where]:
    """Where reading begins: trading topics at the shard's offsets, observations at the end."""
    found: dict[Partition, Where] = {}
    for topic in read_by(room.name):
        if not is_own(topic.name):
            count = partition_count(topic.name, partitions)
            found.update({Partition(topic.name, number): "end" for number in range(count)})
            continue
        for number, following in offsets.items():
            seen = topic.kind is Kind.OBSERVATION
            where: Where = "end" if seen else following.get(topic.name, 0)
            found[Partition(topic.name, number)] = where
    return found


def quoted(room: Room, partitions: int) -> list[Partition]:
    """The partitions of market.quotes, where the room reads them."""
    if MARKET_QUOTES not in {topic.name for topic in read_by(room.name)}:
        return []
    count = partition_count(MARKET_QUOTES, partitions)
    return [Partition(MARKET_QUOTES, number) for number in range(count)]


async def last_quotes(room: Room, reader: Reader, partitions: int) -> AsyncIterator[list[Record]]:
    """Every quote that market.quotes still holds, poll by poll, so that they are known before the
    first order.
    """
    bounds = await reader.bounds(quoted(room, partitions))
    missing = {name: where.end for name, where in bounds.items() if where.end > where.first}
    await reader.assign(dict.fromkeys(missing, "start"))
    while missing:
        records = await reader.poll(POLL_S)
        for record in records:
            name = Partition(record.topic, record.partition)
            if record.offset + 1 >= missing.get(name, 0):
                missing.pop(name, None)
        yield records


def _check_bounds(room: Room, name: Partition, bounds: Bounds, following: int) -> None:
    if bounds.end == 0 and following > 0:
        _refuse(room, f"{_place(name)} is empty, this state has read up to {following}")
    if not bounds.first <= following <= bounds.end:
        held = f"{bounds.first} to {bounds.end}"
        _refuse(room, f"{_place(name)} holds offsets {held}, this state has read up to {following}")


def _check_input(room: Room, row: ShardRow | None, name: Partition, record: Record | None) -> None:
    known = None if row is None else row.last_hash.get(name.topic)
    if known is not None and (record is None or codec.fingerprint(record.raw) != known):
        _refuse(room, f"the last record read of {_place(name)} is not there any more")


def _check_voice(
    room: Room, found: Found, name: Partition, end: int, record: Record | None
) -> None:
    if found.row is None and end > 0:
        _refuse(room, f"the database has no shard {name.number}, but {_place(name)} has records")
    if end > 0 and record is None:
        _refuse(room, f"the last record of {_place(name)} cannot be read")


def _check_numbers(room: Room, found: Found, name: Partition, highest: int) -> None:
    said = _said(found, name)
    if highest > said:
        _refuse(room, f"{_place(name)} holds number {highest}, this state has said {said}")
    begins = _begins(found, name)
    if highest < begins - 1:
        _refuse(room, f"{_place(name)} ends at number {highest}, the outbox begins at {begins}")


def _said(found: Found, name: Partition) -> int:
    return 0 if found.row is None else found.row.seq_out.get(name.topic, 0)


def _begins(found: Found, name: Partition) -> int:
    """The lowest number that the outbox holds for a topic partition, else the next one."""
    waiting = (o for row in found.outbox for o in row.body if o.topic == name.topic)
    numbers = (_number(name.topic, bytes(output.value)) for output in waiting)
    return min(numbers, default=_said(found, name) + 1)


async def _highest(reader: Reader, name: Partition, bounds: Bounds) -> int:
    """The highest number at the end of a topic partition: an owner that was stopped and woke up
    may have sent old ones once more behind those of the next.
    """
    if bounds.end == bounds.first:
        return 0
    await reader.assign({name: max(bounds.first, bounds.end - TAIL_MAX)})
    highest, following = 0, 0
    while following < bounds.end:
        for record in await reader.poll(POLL_S):
            highest = max(highest, _number(name.topic, record.raw))
            following = record.offset + 1
    return highest


def _place(name: Partition) -> str:
    return f"{name.topic}/{name.number}"


def _number(topic: str, raw: bytes) -> int:
    message = codec.decode(topic, raw)
    return message.seq if isinstance(message, Event) else 0


def _refuse(room: Room, why: str) -> None:
    raise StartRefused(f"{room.name} does not start: {why}. Remedy: {REMEDY}.")
