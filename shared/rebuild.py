"""Fold the log of a room into tables again, and compare them with those that the room has.

All of it is one REPEATABLE READ transaction: the shard rows, what the tables hold at that moment,
and a schema of its own with the tables that come of the log. It is rolled back at the end, so
nobody else ever sees that schema, and nothing of it is left however the process ends. With
`replace` the rows of that schema take the place of the room's own and the transaction is committed.

The log is Kafka's and the outbox: what was committed and not yet relayed counts as said. What the
log still lacks after the last entry of the journal (the database was lost before it was relayed)
is decided again by the fold and becomes the outbox, which the room sends at its next start.
"""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

import msgspec
import psycopg

from shared import codec, statements
from shared.bus.kafka import KafkaReader
from shared.bus.ports import Partition, Reader
from shared.folded import Compared, Folded
from shared.replay import LogIncomplete, Replay, read_whole
from shared.room import MakeState, Room
from shared.rows import OutboxRow, ShardRow
from shared.settings import Settings
from shared.shard import ReaderStopped
from shared.start import inputs, outputs, written

EXIT_REFUSED = 2


class RebuildRefused(Exception):
    """The log does not make the tables, or they would lose what only they have."""


class Stored(NamedTuple):
    """What the database has of a room's shards."""

    rows: dict[int, ShardRow]
    outbox: dict[int, list[OutboxRow]]


async def rebuild(
    room: Room,
    make_state: MakeState,
    numbers: list[int],
    reader: Reader,
    connection: psycopg.AsyncConnection[Any],
    *,
    replace: bool = False,
) -> list[Compared]:
    """Fold these shards and compare every table of the room's schema; the shards are folded one
    after the other, each from its whole log, which is held in memory meanwhile.

    connection: in autocommit mode, of the role that owns the schema; with `replace` of a superuser,
    and no room may run. Without `replace` the fold goes exactly as far as the shard rows. Raises
    RebuildRefused.
    """
    await connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
    async with connection.transaction(force_rollback=not replace):
        folded = await Folded.begin(connection, room.schema)
        stored = await _stored(room, connection)
        waiting: list[OutboxRow] = []
        for number in numbers:
            again = await fold(room, make_state, number, reader, stored, replace)
            waiting += again.waiting
            row = again.shard.row
            if row.version == 0 and number in stored.rows:
                # It has said nothing yet; the release is that of the process that made the row.
                row = msgspec.structs.replace(row, release=stored.rows[number].release)
            if row.version > 0 or number in stored.rows:
                await folded.write(again.shard.tables, row)
        compared = await folded.compare()
        if replace:
            await folded.put_in_place(waiting)
    return compared


async def _stored(room: Room, connection: psycopg.AsyncConnection[Any]) -> Stored:
    rows: dict[int, ShardRow] = {}
    for row in await _select(connection, room.schema, "shard", ShardRow, ""):
        rows[row.shard] = row
    outbox: dict[int, list[OutboxRow]] = {}
    for waiting in await _select(connection, room.schema, "outbox", OutboxRow, "ORDER BY version"):
        outbox.setdefault(waiting.shard, []).append(waiting)
    return Stored(rows, outbox)


async def _select(
    connection: psycopg.AsyncConnection[Any], schema: str, name: str, row: type, order: str
) -> list[Any]:
    cursor = await connection.execute(statements.select(schema, name, row, order))
    decoder = codec.decoder(row)
    return [decoder.decode(found[0]) for found in await cursor.fetchall()]


async def fold(
    room: Room, make_state: MakeState, number: int, reader: Reader, stored: Stored, whole: bool
) -> Replay:
    """One shard decided again: as far as its row goes, or the whole log. Raises RebuildRefused."""
    log = await read_whole(
        reader, [Partition(topic, number) for topic in (*inputs(room), *written(room))]
    )
    row = stored.rows.get(number, ShardRow(shard=number))
    again = Replay(room, make_state, number, log, stored.outbox.get(number, []))
    committed = row.seq_out.get(room.journal, 0)
    _check_journal(room, number, again.numbers(room.journal), committed)
    try:
        differences = list(again.run(None if whole else committed))
    except (LogIncomplete, ReaderStopped) as error:
        raise RebuildRefused(str(error)) from error
    if whole:
        _check_whole(room, again, differences)
    return again


def _check_journal(room: Room, number: int, said: list[int], committed: int) -> None:
    """Every entry must be there, up to the last that the database knows."""
    last = said[-1] if said else 0
    if last < committed:
        raise RebuildRefused(
            f"{room.journal}/{number} ends at number {last}, but the database has committed"
            f" {committed}: this log is another one or has lost its end, and these tables would"
            " lose what only they have"
        )
    if len(said) != last:
        missing = min(set(range(1, last)) - set(said))
        raise RebuildRefused(f"{room.journal}/{number} has lost number {missing}")


def _check_whole(room: Room, again: Replay, differences: list[str]) -> None:
    """What is put in place must be what the log says, all of it."""
    if differences:
        raise RebuildRefused(
            f"this log was not said by this release, or is another one: {differences[0]}"
        )
    for topic in outputs(room):
        said, decided = again.numbers(topic), again.shard.row.seq_out.get(topic, 0)
        if said and said[-1] > decided:
            raise RebuildRefused(
                f"{topic}/{again.shard.number} holds number {said[-1]}, which no entry of"
                f" {room.journal} accounts for"
            )


async def run(room: Room, make_state: MakeState, settings: Settings, *, replace: bool) -> int:
    """The whole process: a line of JSON for each table; the exit code is 1 where any differs and
    was not replaced, 2 where it was refused, with the reason as the last line of standard error.
    """
    reader = await KafkaReader.connect(settings.kafka)
    try:
        async with await psycopg.AsyncConnection.connect(
            settings.postgres, autocommit=True, application_name=f"plimsoll rebuild {room.name}"
        ) as connection:
            numbers = settings.owned()
            found = await rebuild(room, make_state, numbers, reader, connection, replace=replace)
    except RebuildRefused as refused:
        sys.stderr.write(f"{refused}\n")
        return EXIT_REFUSED
    finally:
        await reader.close()
    for table in found:
        told = {"room": room.name, **table._asdict()}
        sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
    return 0 if replace or all(table.same for table in found) else 1
