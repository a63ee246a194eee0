"""A store in memory: rows are kept as the bytes that PostgreSQL would get, so what is loaded was
encoded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec

from shared import codec
from shared.rows import OutboxRow, ShardRow
from shared.shard import Shard
from shared.statements import Harvest, changes_of
from shared.table import Key, Table


class StaleOwner(Exception):
    """The version of a shard row is not the one the committer knew."""


class MemoryDatabase:
    """What survives the death of a process."""

    def __init__(self) -> None:
        self.shards: dict[int, ShardRow] = {}
        self.outbox: dict[tuple[int, int], bytes] = {}
        self.rows: dict[tuple[int, str], dict[Key, bytes]] = defaultdict(dict)


class MemoryStore:
    """The Store port over a MemoryDatabase."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self.commits = 0

    async def own(self, numbers: Sequence[int]) -> None:
        return None

    async def shard_row(self, number: int) -> ShardRow | None:
        return self.database.shards.get(number)

    async def create_shard(self, row: ShardRow) -> None:
        self.database.shards[row.shard] = row

    async def load(self, shard: Shard) -> None:
        for table in shard.tables:
            stored = self.database.rows[(shard.number, table.name)].values()
            rows = [codec.decoder(table.row).decode(raw) for raw in stored]
            table.load([row for row in rows if table.keep is None or table.keep(row)])

    async def outbox(self, number: int) -> list[OutboxRow]:
        raws = [raw for key, raw in sorted(self.database.outbox.items()) if key[0] == number]
        return [codec.decoder(OutboxRow).decode(raw) for raw in raws]

    async def prefetch(self, wanted: dict[Shard, dict[Table[Any], set[Key]]]) -> None:
        for shard, tables in wanted.items():
            for table, keys in tables.items():
                stored = self.database.rows[(shard.number, table.name)]
                found = [stored[key] for key in keys if key in stored]
                table.load([codec.decoder(table.row).decode(raw) for raw in found])

    async def commit(self, harvests: Sequence[Harvest], relayed: dict[int, int]) -> None:
        for shard, row, _ in harvests:
            if self.database.shards[shard.number].version != row.version:
                raise StaleOwner(str(shard.number))
        for changes in changes_of(harvests).values():
            self._write(changes.table, changes.upserts, changes.deletes)
        for shard, row, outputs in harvests:
            stored = msgspec.structs.replace(row, version=row.version + 1)
            self.database.shards[shard.number] = codec.decoder(ShardRow).decode(
                codec.encode(stored)
            )
            waiting = OutboxRow(shard=shard.number, version=row.version, body=outputs)
            self.database.outbox[(shard.number, row.version)] = codec.encode(waiting)
        await self.mark(relayed)
        self.commits += 1

    def _write(self, table: Table[Any], upserts: list[Any], deletes: list[Any]) -> None:
        for part in upserts:
            for row in part["rows"]:
                stored = self.database.rows[(part["shard"], table.name)]
                stored[table.key_of(row)] = codec.encode(row)
        for part in deletes:
            for named in part["rows"]:
                key = tuple(named[field] for field in table.key)
                self.database.rows[(part["shard"], table.name)].pop(key, None)

    async def mark(self, relayed: dict[int, int]) -> None:
        for shard, version in list(self.database.outbox):
            if version <= relayed.get(shard, -1):
                del self.database.outbox[(shard, version)]

    async def beat(self) -> None:
        return None

    async def close(self) -> None:
        return None
