"""A schema with the tables of a room's own, made, filled and compared inside one transaction.

Rows go in as the store writes them: one JSON record set per table. A table's hash is over the text
of all its columns, in the order of the primary key, and is computed by PostgreSQL for both sides.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import psycopg

from shared import codec, statements
from shared.rows import OutboxRow, ShardRow
from shared.statements import Changes
from shared.table import Table

ROWS_PER_STATEMENT = 5000
DIFFERENCES_TOLD_MAX = 5
# What is under way to the log, not what is known.
TRANSIENT = "outbox"

PRIMARY_KEYS = """
SELECT c.relname, array_agg(quote_ident(a.attname) ORDER BY k.place)
FROM pg_class c
JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place)
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number
WHERE c.relnamespace = %s::text::regnamespace AND c.relkind = 'r'
GROUP BY c.relname ORDER BY c.relname
"""


class Compared(NamedTuple):
    """One table: how many rows it has and how many the log makes, whether they are the same, and
    the first that are not, each as its key and what is the matter.
    """

    table: str
    rows: int
    made: int
    same: bool
    differences: list[str]


class Folded:
    """The schema `rebuild_<schema>_<process>`, of one transaction."""

    def __init__(
        self,
        connection: psycopg.AsyncConnection[Any],
        schema: str,
        own: str,
        keys: dict[str, tuple[str, ...]],
    ) -> None:
        self._connection, self._schema, self._own, self._keys = connection, schema, own, keys

    @classmethod
    async def begin(cls, connection: psycopg.AsyncConnection[Any], schema: str) -> Folded:
        """Make the empty tables, in the transaction that is open."""
        await connection.execute("SET LOCAL timezone = 'UTC'")
        cursor = await connection.execute(PRIMARY_KEYS, (schema,))
        keys = {name: tuple(key) for name, key in await cursor.fetchall()}
        # Two at once must not wait for each other's name.
        own = f"rebuild_{schema}_{connection.info.backend_pid}"
        await connection.execute(f"CREATE SCHEMA {own}")
        for name in keys:
            await connection.execute(
                f"CREATE TABLE {own}.{name} (LIKE {schema}.{name} INCLUDING ALL)"
            )
        return cls(connection, schema, own, keys)

    async def write(self, tables: Iterable[Table[Any]], row: ShardRow) -> None:
        """All rows of one shard."""
        for table in tables:
            rows = list(table.rows())
            for first in range(0, len(rows), ROWS_PER_STATEMENT):
                part = [{"shard": row.shard, "rows": rows[first : first + ROWS_PER_STATEMENT]}]
                changes = Changes(table, part, [])
                for sql, value in statements.write(self._own, changes, self._keys[table.name]):
                    await self._connection.execute(f"WITH {sql} SELECT 1", (value,))
        await self._insert("shard", [row])

    async def _insert(self, name: str, rows: list[Any], schema: str | None = None) -> None:
        full = f"{schema or self._own}.{name}"
        await self._connection.execute(
            f"INSERT INTO {full} SELECT * FROM json_populate_recordset(null::{full}, %s::json)",
            (codec.encode(rows).decode(),),
        )

    async def compare(self) -> list[Compared]:
        """Every table but the outbox, by name."""
        return [await self._compare(name) for name in self._keys if name != TRANSIENT]

    async def _compare(self, name: str) -> Compared:
        rows, digest = await self._digest(self._schema, name)
        made, again = await self._digest(self._own, name)
        told = [] if digest == again else await self._differences(name)
        return Compared(name, rows, made, digest == again, told)

    async def _digest(self, schema: str, name: str) -> tuple[int, str]:
        key = ", ".join(self._keys[name])
        cursor = await self._connection.execute(
            f"SELECT count(*), md5(string_agg(md5(whole::text), '' ORDER BY {key}))"
            f" FROM {schema}.{name} whole"
        )
        count, digest = await cursor.fetchone() or (0, None)
        return count, digest or ""

    async def _differences(self, name: str) -> list[str]:
        key = self._keys[name]
        cursor = await self._connection.execute(
            f"SELECT concat_ws('/', {', '.join(key)}), CASE"
            f" WHEN has.{key[0]} IS NULL THEN 'the table lacks it'"
            f" WHEN log.{key[0]} IS NULL THEN 'the log does not make it'"
            f" ELSE 'the log makes another row' END"
            f" FROM {self._schema}.{name} has FULL JOIN {self._own}.{name} log"
            f" USING ({', '.join(key)}) WHERE has::text IS DISTINCT FROM log::text"
            f" ORDER BY {', '.join(key)} LIMIT {DIFFERENCES_TOLD_MAX}"
        )
        return [f"{found}: {what}" for found, what in await cursor.fetchall()]

    async def put_in_place(self, waiting: list[OutboxRow]) -> None:
        """These rows instead of the room's own, and what waits to be sent. Asks for a superuser:
        append-only tables refuse everybody whose triggers are on.
        """
        await self._connection.execute("SET LOCAL session_replication_role = replica")
        tables = ", ".join(f"{self._schema}.{name}" for name in self._keys)
        await self._connection.execute(f"TRUNCATE {tables}")
        for name in self._keys:
            await self._connection.execute(
                f"INSERT INTO {self._schema}.{name} SELECT * FROM {self._own}.{name}"
            )
        await self._insert(TRANSIENT, waiting, self._schema)
        await self._connection.execute(f"DROP SCHEMA {self._own} CASCADE")
