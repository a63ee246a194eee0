"""State in PostgreSQL: one connection that owns the shards, one statement a commit.

The connection that commits is the one that holds the advisory locks: who commits, owns. A stopped
owner loses both after `OWNER_SILENT_MS`, whether it is silent or inside a statement, and so does
one that was given a lock while it was stopped; the version check raises inside the statement. So
nothing of a stale owner gets in. Rows travel as one JSON record set per table
(docs/decisions/0002).
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence
from typing import Any, Protocol

import psycopg

from shared import codec, statements
from shared.clock import monotonic_s
from shared.kill import KillPoint
from shared.room import Room
from shared.rows import OutboxRow, ShardRow
from shared.shard import Shard
from shared.statements import Harvest
from shared.table import Key, Table

OWNER_SILENT_MS = 4000
LOOK_AGAIN_S = 0.2
SETTINGS = (
    "timezone = 'UTC'",
    # Who died while it waited for a lock, or inside a statement, is noticed at once.
    "client_connection_check_interval = '250ms'",
    # The same few statements for ever: plan each of them once, compile none.
    "plan_cache_mode = force_generic_plan",
    "jit = off",
    # A poll names a few rows of tables that grow for ever; a set of JSON is estimated at a hundred
    # rows and more, and the planner would read a whole table for them. Go by the primary key.
    "enable_seqscan = off",
    "enable_hashjoin = off",
    "enable_mergejoin = off",
)


class Store(Protocol):
    """What the loop needs of the truth."""

    async def own(self, numbers: Sequence[int]) -> None:
        """Wait until every one of these shards is ours."""

    async def shard_row(self, number: int) -> ShardRow | None:
        """The row of a shard, or None where there never was one."""

    async def create_shard(self, row: ShardRow) -> None:
        """The first row of a shard."""

    async def load(self, shard: Shard) -> None:
        """Fill the tables of a shard with its live rows."""

    async def outbox(self, number: int) -> list[OutboxRow]:
        """What was committed and is not marked as relayed, in order."""

    async def prefetch(self, wanted: dict[Shard, dict[Table[Any], set[Key]]]) -> None:
        """Load the named rows."""

    async def commit(self, harvests: Sequence[Harvest], relayed: dict[int, int]) -> None:
        """Write changed rows, outbox and shard rows, and drop what was relayed, in one
        transaction.
        """

    async def mark(self, relayed: dict[int, int]) -> None:
        """Drop what was relayed."""

    async def beat(self) -> None:
        """Say something, so that the locks stay ours."""

    async def close(self) -> None:
        """Let go."""


class PostgresStore:
    """The store of one process of a room."""

    def __init__(
        self, connection: psycopg.AsyncConnection[Any], room: Room, kill: KillPoint
    ) -> None:
        self._connection, self._schema, self._kill = connection, room.schema, kill
        self._lock_class = zlib.crc32(room.name.encode()) & 0x7FFFFFFF
        self._primary_keys: dict[str, tuple[str, ...]] = {}
        self._raw = psycopg.AsyncRawCursor(connection)

    @classmethod
    async def connect(
        cls, url: str, room: Room, kill: KillPoint, process: str = ""
    ) -> PostgresStore:
        """Connect with the room's role; raises psycopg.OperationalError when nobody answers.
        `process` is what pg_stat_activity calls the connection.
        """
        name = f"plimsoll {process or room.name}"
        connection = await psycopg.AsyncConnection.connect(
            url, autocommit=True, connect_timeout=5, application_name=name
        )
        for setting in SETTINGS:
            await connection.execute(f"SET {setting}")
        return cls(connection, room, kill)

    async def own(self, numbers: Sequence[int]) -> None:
        # Not while it waits, but from the moment at which it is given the lock.
        await self._limit("idle_session_timeout")
        await self._connection.execute(
            "SELECT pg_advisory_lock(%s, n) FROM (SELECT unnest(%s::int[]) AS n ORDER BY n) s",
            (self._lock_class, list(numbers)),
        )
        await self._limit("statement_timeout", "transaction_timeout")

    async def _limit(self, *names: str) -> None:
        settings = ", ".join(f"set_config('{name}', '{OWNER_SILENT_MS}', false)" for name in names)
        await self._connection.execute(f"SELECT {settings}")

    async def give_way(self, number: int, head_start_s: float) -> None:
        """Wait until somebody owns this shard, at most so long: it is theirs to take first."""
        until = monotonic_s() + head_start_s
        while monotonic_s() < until:
            if await self._is_owned(number):
                return
            await asyncio.sleep(LOOK_AGAIN_S)

    async def _is_owned(self, number: int) -> bool:
        cursor = await self._connection.execute(
            "SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND classid = %s AND objid = %s AND objsubid = 2",
            (self._lock_class, number),
        )
        return cursor.rowcount > 0

    async def shard_row(self, number: int) -> ShardRow | None:
        rows = await self._select("shard", ShardRow, "WHERE shard = %s", number)
        return rows[0] if rows else None

    async def create_shard(self, row: ShardRow) -> None:
        table = f"{self._schema}.shard"
        await self._connection.execute(
            f"INSERT INTO {table} SELECT * FROM json_populate_record(null::{table}, %s::json)",
            (codec.encode(row).decode(),),
        )

    async def load(self, shard: Shard) -> None:
        tables = {table.name: table for table in shard.tables if table is not shard.commands}
        parts = [statements.live(self._schema, table) for table in tables.values()]
        cursor = await self._connection.execute(
            " UNION ALL ".join(parts), [shard.number] * len(parts)
        )
        for name, row in await cursor.fetchall():
            tables[name].load([codec.decoder(tables[name].row).decode(row)])

    async def outbox(self, number: int) -> list[OutboxRow]:
        where = "WHERE shard = %s ORDER BY shard, version"
        return await self._select("outbox", OutboxRow, where, number)

    async def prefetch(self, wanted: dict[Shard, dict[Table[Any], set[Key]]]) -> None:
        wishes: dict[str, list[tuple[Shard, Table[Any], set[Key]]]] = {}
        for shard, tables in wanted.items():
            for table, keys in tables.items():
                wishes.setdefault(table.name, []).append((shard, table, keys))
        parts = (statements.prefetch(self._schema, found[0][1]) for found in wishes.values())
        values = [statements.wishes_json(found) for found in wishes.values()]
        await self._raw.execute(statements.union(tuple(parts)), values, prepare=True)
        for name, number, row in await self._raw.fetchall():
            for shard, table, _ in wishes[name]:
                if shard.number == number:
                    table.load([codec.decoder(table.row).decode(row)])

    async def commit(self, harvests: Sequence[Harvest], relayed: dict[int, int]) -> None:
        parts: list[tuple[str, Any]] = []
        for name, changes in statements.changes_of(harvests).items():
            parts += statements.write(self._schema, changes, await self._primary_key(name))
        rows = codec.encode([harvest.row for harvest in harvests]).decode()
        parts.append((statements.shard_update(self._schema), rows))
        parts.append((statements.outbox_insert(self._schema), statements.outbox_json(harvests)))
        if relayed:
            mark = f"d AS ({statements.outbox_mark(self._schema)})"
            parts.append((mark, statements.relayed_json(relayed)))
        statement = statements.commit(tuple(sql for sql, _ in parts))
        await self._send(statement, [*(value for _, value in parts), len(harvests)])

    async def _send(self, statement: str, values: list[Any]) -> None:
        if self._kill.is_next("K3"):
            self._send_only(statement, values)
        self._kill.reached("K3")
        await self._raw.execute(statement, values, prepare=True)

    def _send_only(self, statement: str, values: list[Any]) -> None:
        """Put the statement on the wire without waiting for its answer (for the kill point)."""
        raw = [str(value).encode() for value in values]
        self._connection.pgconn.send_query_params(statement.encode(), raw)
        while self._connection.pgconn.flush():
            pass

    async def _primary_key(self, name: str) -> tuple[str, ...]:
        if name not in self._primary_keys:
            cursor = await self._connection.execute(
                "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid"
                " AND a.attnum = ANY(i.indkey)"
                " WHERE i.indisprimary AND i.indrelid = %s::text::regclass",
                (f"{self._schema}.{name}",),
            )
            self._primary_keys[name] = tuple(row[0] for row in await cursor.fetchall())
        return self._primary_keys[name]

    async def mark(self, relayed: dict[int, int]) -> None:
        sql = statements.outbox_mark(self._schema)
        await self._connection.execute(sql, (statements.relayed_json(relayed),), prepare=True)

    async def beat(self) -> None:
        await self._connection.execute("SELECT 1")

    async def close(self) -> None:
        await self._connection.close()

    async def _select(self, name: str, row: type, where: str, *values: Any) -> list[Any]:
        sql = statements.select(self._schema, name, row, where)
        cursor = await self._connection.execute(sql, values)
        decoder = codec.decoder(row)
        return [decoder.decode(found[0]) for found in await cursor.fetchall()]
