"""The truth of a simulated stack: rows of every room, its outbox and its shard rows, and the
connection of one process to them. A row is kept as the frozen struct that it is; that rows come
back from PostgreSQL as they went in is what tests/contract proves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from shared.rows import OutboxRow, ShardRow
from shared.shard import Shard
from shared.statements import Harvest, changes_of
from shared.table import Key, Table
from simulation.errors import Crashed

Committed = Callable[[Sequence[Harvest]], None]


class Database:
    """What survives the death of a process of one room. `owner` has each shard's lock."""

    def __init__(self) -> None:
        self.shards: dict[int, ShardRow] = {}
        self.outbox: dict[tuple[int, int], OutboxRow] = {}
        self.rows: dict[tuple[int, str], dict[Key, Any]] = defaultdict(dict)
        self.owner: dict[int, DatabaseStore] = {}


class DatabaseStore:
    """The Store port. `is_cut`: the server has closed this connection; `dies` says whether a
    statement reaches it when the process dies with it on the wire.
    """

    def __init__(
        self, database: Database, reached: Callable[[str], None], committed: Committed
    ) -> None:
        self.database, self._reached, self._committed = database, reached, committed
        self.is_cut, self.arrives = False, True

    async def own(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            self.database.owner[number] = self

    async def shard_row(self, number: int) -> ShardRow | None:
        return self.database.shards.get(number)

    async def create_shard(self, row: ShardRow) -> None:
        self.database.shards[row.shard] = row

    async def load(self, shard: Shard) -> None:
        for table in shard.tables:
            stored = self.database.rows[(shard.number, table.name)].values()
            table.load([row for row in stored if table.keep is None or table.keep(row)])

    async def outbox(self, number: int) -> list[OutboxRow]:
        return [row for key, row in sorted(self.database.outbox.items()) if key[0] == number]

    async def prefetch(self, wanted: dict[Shard, dict[Table[Any], set[Key]]]) -> None:
        self._check_connection()
        for shard, tables in wanted.items():
            for table, keys in tables.items():
                stored = self.database.rows[(shard.number, table.name)]
                table.load([stored[key] for key in keys if key in stored])

    async def commit(self, harvests: Sequence[Harvest], relayed: dict[int, int]) -> None:
        try:
            self._reached("K3")
        except Crashed:
            if self.arrives and not self.is_cut:
                self._write(harvests, relayed)
            raise
        self._check_connection()
        self._write(harvests, relayed)

    def _write(self, harvests: Sequence[Harvest], relayed: dict[int, int]) -> None:
        for shard, row, _ in harvests:
            if self.database.shards[shard.number].version != row.version:
                raise Crashed(f"shard {shard.number} has another version")
        for changes in changes_of(harvests).values():
            self._write_table(changes.table, changes.upserts, changes.deletes)
        for shard, row, outputs in harvests:
            stored = msgspec.structs.replace(row, version=row.version + 1)
            self.database.shards[shard.number] = stored
            waiting = OutboxRow(shard=shard.number, version=row.version, body=outputs)
            self.database.outbox[(shard.number, row.version)] = waiting
        self._unmark(relayed)
        self._committed(harvests)

    def _write_table(self, table: Table[Any], upserts: list[Any], deletes: list[Any]) -> None:
        for part in upserts:
            stored = self.database.rows[(part["shard"], table.name)]
            for row in part["rows"]:
                key = table.key_of(row)
                if table.append_only and key in stored:
                    raise ValueError(f"{table.name} {key} is there already")
                stored[key] = row
        for part in deletes:
            stored = self.database.rows[(part["shard"], table.name)]
            for named in part["rows"]:
                stored.pop(tuple(named[field] for field in table.key), None)

    async def mark(self, relayed: dict[int, int]) -> None:
        self._check_connection()
        self._unmark(relayed)

    def _unmark(self, relayed: dict[int, int]) -> None:
        for shard, version in [key for key in self.database.outbox if key[0] in relayed]:
            if version <= relayed[shard]:
                del self.database.outbox[(shard, version)]

    async def beat(self) -> None:
        self._check_connection()

    def _check_connection(self) -> None:
        if self.is_cut:
            raise Crashed("the server closed the connection")

    async def close(self) -> None:
        return None
