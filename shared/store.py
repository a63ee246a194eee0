"""State in PostgreSQL: one connection that owns the shards, one statement a commit.

The connection that commits is the one that holds the advisory locks: who commits, owns. A stopped owner loses
both after `OWNER_SILENT_MS`, and the version check raises inside the statement, so nothing of a stale owner
gets in. Rows travel as one JSON record set per table (docs/decisions/0002).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec
import psycopg

from shared import codec
from shared.kill import KillPoint
from shared.room import Room
from shared.shard import CommandRow, Output, QuarantineRow, Shard, ShardRow
from shared.table import Key, Table

OWNER_SILENT_MS = 4000


class OutboxRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one commit of one shard put out, as relayed. `version` orders the rows of a shard."""

    shard: int
    version: int
    body: list[Output]


class Harvest(NamedTuple):
    """What one shard puts into a commit."""

    shard: Shard
    row: ShardRow
    outputs: list[Output]


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
        """Write changed rows, outbox and shard rows, and drop what was relayed, in one transaction."""

    async def mark(self, relayed: dict[int, int]) -> None:
        """Drop what was relayed."""

    async def beat(self) -> None:
        """Say something, so that the locks stay ours."""

    async def close(self) -> None:
        """Let go."""


class PostgresStore:
    """The store of one process of a room."""

    def __init__(self, connection: psycopg.AsyncConnection[Any], room: Room, kill: KillPoint) -> None:
        self._connection, self._room, self._kill = connection, room, kill
        self._keys: dict[str, tuple[str, ...]] = {}
        self._columns: dict[type, str] = {}

    @classmethod
    async def connect(cls, url: str, room: Room, kill: KillPoint) -> PostgresStore:
        """Connect with the room's role; raises psycopg.OperationalError when nobody answers."""
        connection = await psycopg.AsyncConnection.connect(
            url, autocommit=True, connect_timeout=5, application_name=f"plimsoll {room.name}"
        )
        await connection.execute("SET timezone = 'UTC'")
        await connection.execute("SET statement_timeout = '4s'")
        return cls(connection, room, kill)

    async def own(self, numbers: Sequence[int]) -> None:
        room = zlib.crc32(self._room.name.encode()) & 0x7FFFFFFF
        await self._connection.execute("SET statement_timeout = 0")
        for number in numbers:
            await self._connection.execute("SELECT pg_advisory_lock(%s, %s)", (room, number))
        await self._connection.execute(
            f"SET statement_timeout = {OWNER_SILENT_MS}; SET idle_session_timeout = {OWNER_SILENT_MS};"
            f" SET transaction_timeout = {OWNER_SILENT_MS}"
        )

    async def shard_row(self, number: int) -> ShardRow | None:
        rows = await self._select("shard", ShardRow, "WHERE shard = %s", number)
        return rows[0] if rows else None

    async def create_shard(self, row: ShardRow) -> None:
        table = f"{self._room.schema}.shard"
        await self._connection.execute(
            f"INSERT INTO {table} SELECT * FROM json_populate_record(null::{table}, %s::json)",
            (codec.encode(row).decode(),),
        )

    async def load(self, shard: Shard) -> None:
        for table in shard.tables:
            if table is not shard.commands:
                where = f"WHERE shard = %s AND ({table.live_sql})"
                table.load(await self._select(table.name, table.row, where, shard.number))

    async def outbox(self, number: int) -> list[OutboxRow]:
        return await self._select(
            "outbox", OutboxRow, "WHERE shard = %s ORDER BY shard, version", number
        )

    async def prefetch(self, wanted: dict[Shard, dict[Table[Any], set[Key]]]) -> None:
        for_table: dict[str, list[tuple[Shard, Table[Any], set[Key]]]] = {}
        for shard, tables in wanted.items():
            for table, keys in tables.items():
                for_table.setdefault(table.name, []).append((shard, table, keys))
        if not for_table:
            return
        parts, values = [], []
        for name, wishes in for_table.items():
            table = wishes[0][1]
            parts.append(self._prefetch_sql(name, table))
            values.append(_wishes_json(wishes))
        cursor = await self._connection.execute(" UNION ALL ".join(parts), values)
        for name, number, row in await cursor.fetchall():
            for shard, table, _ in for_table[name]:
                if shard.number == number:
                    table.load([codec.decoder(table.row).decode(row)])

    def _prefetch_sql(self, name: str, table: Table[Any]) -> str:
        full = f"{self._room.schema}.{name}"
        keys = " AND ".join(f"t.{key} = w.{key}" for key in table.key)
        shape = ", ".join(["shard int", *(f"{key} text" for key in table.key)])
        columns = self._column_list(table.row, "t.")
        return (
            f"SELECT '{name}', t.shard, (SELECT row_to_json(r)::text FROM (SELECT {columns}) r)"
            f" FROM json_to_recordset(%s::json) AS w({shape})"
            f" JOIN {full} t ON t.shard = w.shard AND {keys}"
        )

    async def commit(self, harvests: Sequence[Harvest], relayed: dict[int, int]) -> None:
        parts: list[str] = []
        values: list[Any] = []
        for name, changes in _changes(harvests).items():
            await self._know_key(name)
            parts += self._write_sql(name, changes, values)
        shard = f"{self._room.schema}.shard"
        parts.append(
            f"s AS (UPDATE {shard} t SET version = t.version + 1, next = r.next, last_hash = r.last_hash,"
            " seq_in = r.seq_in, seq_out = r.seq_out, at = r.at, market_at = r.market_at,"
            f" release = r.release FROM json_populate_recordset(null::{shard}, %s::json) r"
            " WHERE t.shard = r.shard AND t.version = r.version RETURNING 1)"
        )
        values.append(codec.encode([harvest.row for harvest in harvests]).decode())
        parts.append(
            f"o AS (INSERT INTO {self._room.schema}.outbox (shard, version, body) SELECT shard, version,"
            " body FROM json_to_recordset(%s::json) AS x(shard int, version bigint, body json))"
        )
        values.append(_outbox_json(harvests))
        if relayed:
            parts.append(f"d AS ({self._mark_sql()})")
            values.append(_relayed_json(relayed))
        values.append(len(harvests))
        statement = f"WITH {', '.join(parts)} SELECT public.expect((SELECT count(*) FROM s), %s)"
        if self._kill.is_next("K3"):
            self._send_only(statement, values)
        self._kill.reached("K3")
        await self._connection.execute(statement, values, prepare=True)

    def _send_only(self, statement: str, values: list[Any]) -> None:
        """Put the statement on the wire without waiting for its answer (for the kill point after it)."""
        numbered = statement
        for number in range(len(values)):
            numbered = numbered.replace("%s", f"${number + 1}", 1)
        raw = [str(value).encode() for value in values]
        self._connection.pgconn.send_query_params(numbered.encode(), raw)
        while self._connection.pgconn.flush():
            pass

    def _write_sql(
        self, name: str, changes: tuple[Table[Any], list[Any], list[Any]], values: list[Any]
    ) -> list[str]:
        table, upserts, deletes = changes
        full = f"{self._room.schema}.{name}"
        rows = f"json_to_recordset(%s::json) AS s(shard int, rows json),"
        rows += f" LATERAL json_populate_recordset(null::{full}, s.rows) AS r"
        parts = []
        if upserts:
            columns = self._column_list(table.row)
            from_row = self._column_list(table.row, "r.")
            conflict = "" if table.append_only else self._on_conflict(name, table)
            parts.append(
                f"u_{name} AS (INSERT INTO {full} (shard, {columns})"
                f" SELECT s.shard, {from_row} FROM {rows}{conflict})"
            )
            values.append(codec.encode(upserts).decode())
        if deletes:
            keys = " AND ".join(f"t.{key} = r.{key}" for key in table.key)
            parts.append(
                f"d_{name} AS (DELETE FROM {full} t USING {rows} WHERE t.shard = s.shard AND {keys})"
            )
            values.append(codec.encode(deletes).decode())
        return parts

    def _on_conflict(self, name: str, table: Table[Any]) -> str:
        fields = [field.encode_name for field in msgspec.structs.fields(table.row)]
        changing = [field for field in fields if field not in table.key]
        target = ", ".join(self._keys[name])
        if not changing:
            return f" ON CONFLICT ({target}) DO NOTHING"
        sets = ", ".join(f"{field} = excluded.{field}" for field in changing)
        return f" ON CONFLICT ({target}) DO UPDATE SET {sets}"

    async def _know_key(self, name: str) -> None:
        if name in self._keys:
            return
        cursor = await self._connection.execute(
            "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid"
            " AND a.attnum = ANY(i.indkey) WHERE i.indisprimary AND i.indrelid = %s::regclass",
            (f"{self._room.schema}.{name}",),
        )
        self._keys[name] = tuple(row[0] for row in await cursor.fetchall())

    def _column_list(self, row: type, prefix: str = "") -> str:
        names = [field.encode_name for field in msgspec.structs.fields(row)]
        return ", ".join(f'{prefix}"{name}"' for name in names)

    def _mark_sql(self) -> str:
        return (
            f"DELETE FROM {self._room.schema}.outbox t USING json_to_recordset(%s::json)"
            " AS m(shard int, version bigint) WHERE t.shard = m.shard AND t.version <= m.version"
        )

    async def mark(self, relayed: dict[int, int]) -> None:
        await self._connection.execute(self._mark_sql(), (_relayed_json(relayed),))

    async def beat(self) -> None:
        await self._connection.execute("SELECT 1")

    async def close(self) -> None:
        await self._connection.close()

    async def _select(self, name: str, row: type, where: str, *values: Any) -> list[Any]:
        columns = self._column_list(row)
        cursor = await self._connection.execute(
            f"SELECT row_to_json(r)::text FROM (SELECT {columns} FROM {self._room.schema}.{name} {where}) r",
            values,
        )
        decoder = codec.decoder(row)
        return [decoder.decode(found[0]) for found in await cursor.fetchall()]


def _changes(
    harvests: Sequence[Harvest],
) -> dict[str, tuple[Table[Any], list[Any], list[Any]]]:
    """Table name -> (a table of that name, [{shard, rows}] to upsert, [{shard, rows}] to delete)."""
    found: dict[str, tuple[Table[Any], list[Any], list[Any]]] = {}
    for shard, _, _ in harvests:
        for table in shard.tables:
            if not table.is_changed():
                continue
            upserts, deletes = table.changed()
            entry = found.setdefault(table.name, (table, [], []))
            if upserts:
                entry[1].append({"shard": shard.number, "rows": upserts})
            if deletes:
                rows = [dict(zip(table.key, key, strict=True)) for key in deletes]
                entry[2].append({"shard": shard.number, "rows": rows})
    return {name: entry for name, entry in found.items() if entry[1] or entry[2]}


def _outbox_json(harvests: Iterable[Harvest]) -> str:
    return codec.encode(
        [
            {"shard": shard.number, "version": row.version, "body": outputs}
            for shard, row, outputs in harvests
        ]
    ).decode()


def _relayed_json(relayed: dict[int, int]) -> str:
    return codec.encode([{"shard": s, "version": v} for s, v in relayed.items()]).decode()


def _wishes_json(wishes: list[tuple[Shard, Table[Any], set[Key]]]) -> str:
    return codec.encode(
        [
            {"shard": shard.number, **dict(zip(table.key, key, strict=True))}
            for shard, table, keys in wishes
            for key in sorted(keys)
        ]
    ).decode()


__all__ = ["CommandRow", "Harvest", "OutboxRow", "PostgresStore", "QuarantineRow", "Store"]
