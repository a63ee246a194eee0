"""What is checked before a room handles its first message: is this log the one that this state
has read?

Whatever does not fit stops the process and names the remedy; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from shared import codec
from shared.bus.ports import Bounds, Partition, Reader, Record, Where
from shared.messages import Event
from shared.room import Room
from shared.rows import OutboxRow, ShardRow
from shared.topics import MARKET_QUOTES, TOPICS, Kind, is_own, partition_count, read_by

POLL_S = 0.25

REMEDY = (
    "stop the rooms and run `plimsoll rebuild --replace`, or restore the backup that fits this log"
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


async def check(
    room: Room, reader: Reader, number: int, row: ShardRow | None, outbox: list[OutboxRow]
) -> None:
    """Compare the row of one shard with the log. Raises StartRefused."""
    read = [Partition(topic, number) for topic in inputs(room)]
    written = [Partition(topic, number) for topic in outputs(room)]
    bounds = await reader.bounds(read + written)
    if row is None:
        for partition in written:
            if bounds[partition].end > 0:
                _refuse(
                    room, f"the database has no shard {number}, but {partition.topic} has records"
                )
        return
    for partition in read:
        await _check_input(room, reader, row, partition, bounds[partition])
    for partition in written:
        await _check_output(room, reader, row, partition, bounds[partition], outbox)


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


async def last_quotes(room: Room, reader: Reader, partitions: int) -> AsyncIterator[Record]:
    """Every quote that market.quotes still holds, so that they are known before the first order."""
    if MARKET_QUOTES not in {topic.name for topic in read_by(room.name)}:
        return
    count = partition_count(MARKET_QUOTES, partitions)
    bounds = await reader.bounds([Partition(MARKET_QUOTES, number) for number in range(count)])
    missing = {name: where.end for name, where in bounds.items() if where.end > where.first}
    await reader.assign({name: "start" for name in missing})
    while missing:
        for record in await reader.poll(POLL_S):
            name = Partition(record.topic, record.partition)
            if record.offset + 1 >= missing.get(name, 0):
                missing.pop(name, None)
            yield record


async def _check_input(
    room: Room, reader: Reader, row: ShardRow, partition: Partition, bounds: Bounds
) -> None:
    following = row.next.get(partition.topic, 0)
    if not bounds.first <= following <= bounds.end:
        _refuse(
            room,
            f"{partition} holds offsets {bounds.first} to {bounds.end}, read up to {following}",
        )
    known = row.last_hash.get(partition.topic)
    if known is None or following == 0:
        return
    record = await reader.record_at(partition, following - 1)
    if record is None or codec.fingerprint(record.raw) != known:
        _refuse(room, f"{partition} offset {following - 1} is not the record that was read")


async def _check_output(
    room: Room,
    reader: Reader,
    row: ShardRow,
    partition: Partition,
    bounds: Bounds,
    outbox: list[OutboxRow],
) -> None:
    highest = 0
    if bounds.end > bounds.first:
        record = await reader.record_at(partition, bounds.end - 1)
        if record is None:
            _refuse(room, f"{partition} offset {bounds.end - 1} cannot be read")
        else:
            message = codec.decode(partition.topic, record.raw)
            highest = message.seq if isinstance(message, Event) else 0
    said = row.seq_out.get(partition.topic, 0)
    if highest > said:
        _refuse(room, f"{partition} holds number {highest}, this state has said {said}")
    first_waiting = _first_number(outbox, partition.topic)
    missing_from = said + 1 if first_waiting is None else first_waiting
    if highest < missing_from - 1:
        _refuse(room, f"{partition} ends at number {highest}, the outbox begins at {missing_from}")


def _first_number(outbox: list[OutboxRow], topic: str) -> int | None:
    for row in outbox:
        for output in row.body:
            if output.topic == topic:
                message = codec.decode(topic, bytes(output.value))
                return message.seq if isinstance(message, Event) else None
    return None


def _refuse(room: Room, why: str) -> None:
    raise StartRefused(f"{room.name} does not start: {why}. Remedy: {REMEDY}.")
