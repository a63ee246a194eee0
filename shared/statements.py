"""The SQL of the store: every statement is made here, from the room's schema and its tables. Pure
text. A part has `%s` for its one parameter; a whole statement has them numbered. Each is made once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from shared import codec
from shared.rows import Output, ShardRow
from shared.shard import Shard
from shared.table import Key, Table


class Harvest(NamedTuple):
    """What one shard puts into a commit."""

    shard: Shard
    row: ShardRow
    outputs: list[Output]


class Changes(NamedTuple):
    """A table's part in a commit: [{shard, rows}] to upsert and to delete."""

    table: Table[Any]
    upserts: list[dict[str, Any]]
    deletes: list[dict[str, Any]]


_NAMES: dict[type, tuple[str, ...]] = {}
_PARTS: dict[tuple[str, str, str], str] = {}
_WHOLE: dict[tuple[str, ...], str] = {}


def names(row: type[msgspec.Struct]) -> tuple[str, ...]:
    """The columns of a row struct."""
    if row not in _NAMES:
        _NAMES[row] = tuple(field.encode_name for field in msgspec.structs.fields(row))
    return _NAMES[row]


def columns(row: type[msgspec.Struct], prefix: str = "") -> str:
    """The columns of a row struct, quoted."""
    return ", ".join(f'{prefix}"{name}"' for name in names(row))


def select(schema: str, name: str, row: type, where: str) -> str:
    """Rows as JSON texts."""
    inner = f"SELECT {columns(row)} FROM {schema}.{name} {where}"
    return f"SELECT row_to_json(r)::text FROM ({inner}) r"


def live(schema: str, table: Table[Any]) -> str:
    """(table, row as JSON) for the rows of one shard that are kept in memory."""
    inner = f"SELECT {columns(table.row)} FROM {schema}.{table.name}"
    where = f"WHERE shard = %s AND ({table.live_sql})"
    return f"SELECT '{table.name}', row_to_json(r)::text FROM ({inner} {where}) r"


def prefetch(schema: str, table: Table[Any]) -> str:
    """(table, shard, row as JSON) for the keys in one JSON parameter."""
    return _once("prefetch", schema, table, lambda: _prefetch(schema, table))


def _prefetch(schema: str, table: Table[Any]) -> str:
    keys = " AND ".join(f"t.{key} = w.{key}" for key in table.key)
    shape = ", ".join(["shard int", *(f"{key} text" for key in table.key)])
    row = f"(SELECT row_to_json(r)::text FROM (SELECT {columns(table.row, 't.')}) r)"
    return (
        f"SELECT '{table.name}', t.shard, {row} FROM json_to_recordset(%s::json) AS w({shape})"
        f" JOIN {schema}.{table.name} t ON t.shard = w.shard AND {keys}"
    )


def write(schema: str, changes: Changes, primary_key: tuple[str, ...]) -> list[tuple[str, str]]:
    """(common table expression, its JSON parameter) for what changed in one table."""
    table, parts = changes.table, []
    if changes.upserts:
        sql = _once("upsert", schema, table, lambda: _upsert(schema, table, primary_key))
        parts.append((sql, codec.encode(changes.upserts).decode()))
    if changes.deletes:
        sql = _once("delete", schema, table, lambda: _delete(schema, table))
        parts.append((sql, codec.encode(changes.deletes).decode()))
    return parts


def _once(kind: str, schema: str, table: Table[Any], make: Callable[[], str]) -> str:
    name = (kind, schema, table.name)
    if name not in _PARTS:
        _PARTS[name] = make()
    return _PARTS[name]


def _rows(full: str) -> str:
    return (
        "json_to_recordset(%s::json) AS s(shard int, rows json),"
        f" LATERAL json_populate_recordset(null::{full}, s.rows) AS r"
    )


def _upsert(schema: str, table: Table[Any], primary_key: tuple[str, ...]) -> str:
    full = f"{schema}.{table.name}"
    insert = f"INSERT INTO {full} (shard, {columns(table.row)})"
    select = f"SELECT s.shard, {columns(table.row, 'r.')} FROM {_rows(full)}"
    conflict = "" if table.append_only else _on_conflict(table, primary_key)
    return f"u_{table.name} AS ({insert} {select}{conflict})"


def _delete(schema: str, table: Table[Any]) -> str:
    full = f"{schema}.{table.name}"
    keys = " AND ".join(f"t.{key} = r.{key}" for key in table.key)
    using = f"DELETE FROM {full} t USING {_rows(full)}"
    return f"d_{table.name} AS ({using} WHERE t.shard = s.shard AND {keys})"


def commit(parts: tuple[str, ...]) -> str:
    """The statement of a commit: all parts, and how many shard rows there must be as the last
    parameter.
    """
    if parts not in _WHOLE:
        whole = f"WITH {', '.join(parts)} SELECT public.expect((SELECT count(*) FROM s), %s)"
        _WHOLE[parts] = _numbered(whole)
    return _WHOLE[parts]


def union(parts: tuple[str, ...]) -> str:
    """The statement that finds what several parts find."""
    if parts not in _WHOLE:
        _WHOLE[parts] = _numbered(" UNION ALL ".join(parts))
    return _WHOLE[parts]


def _numbered(sql: str) -> str:
    first, *rest = sql.split("%s")
    return first + "".join(f"${number}{text}" for number, text in enumerate(rest, 1))


def _on_conflict(table: Table[Any], primary_key: tuple[str, ...]) -> str:
    changing = [name for name in names(table.row) if name not in table.key]
    target = ", ".join(primary_key)
    if not changing:
        return f" ON CONFLICT ({target}) DO NOTHING"
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in changing)
    return f" ON CONFLICT ({target}) DO UPDATE SET {sets}"


def shard_update(schema: str) -> str:
    """The shard rows, each only if its version is still the one that was read."""
    return (
        f"s AS (UPDATE {schema}.shard t SET version = t.version + 1, next = r.next,"
        " last_hash = r.last_hash, seq_in = r.seq_in, seq_out = r.seq_out, at = r.at,"
        " market_at = r.market_at, release = r.release"
        f" FROM json_populate_recordset(null::{schema}.shard, %s::json) r"
        " WHERE t.shard = r.shard AND t.version = r.version RETURNING 1)"
    )


def outbox_insert(schema: str) -> str:
    """One outbox row per shard."""
    return (
        f"o AS (INSERT INTO {schema}.outbox (shard, version, body) SELECT shard, version, body"
        " FROM json_to_recordset(%s::json) AS x(shard int, version bigint, body json))"
    )


def outbox_mark(schema: str) -> str:
    """Drop what was relayed."""
    return (
        f"DELETE FROM {schema}.outbox t USING json_to_recordset(%s::json)"
        " AS m(shard int, version bigint) WHERE t.shard = m.shard AND t.version <= m.version"
    )


def changes_of(harvests: Sequence[Harvest]) -> dict[str, Changes]:
    """Table name -> what changed in it, over all shards of the commit."""
    found: dict[str, Changes] = {}
    for shard, _, _ in harvests:
        for table in shard.tables:
            if not table.is_changed():
                continue
            upserts, deletes = table.changed()
            entry = found.setdefault(table.name, Changes(table, [], []))
            if upserts:
                entry.upserts.append({"shard": shard.number, "rows": upserts})
            if deletes:
                rows = [dict(zip(table.key, key, strict=True)) for key in deletes]
                entry.deletes.append({"shard": shard.number, "rows": rows})
    return found


def outbox_json(harvests: Iterable[Harvest]) -> str:
    """The parameter of `outbox_insert`."""
    rows = [
        {"shard": shard.number, "version": row.version, "body": outputs}
        for shard, row, outputs in harvests
    ]
    return codec.encode(rows).decode()


def relayed_json(relayed: dict[int, int]) -> str:
    """The parameter of `outbox_mark`."""
    return codec.encode([{"shard": s, "version": v} for s, v in relayed.items()]).decode()


def wishes_json(wishes: list[tuple[Shard, Table[Any], set[Key]]]) -> str:
    """The parameter of `prefetch`."""
    rows = [
        {"shard": shard.number, **dict(zip(table.key, key, strict=True))}
        for shard, table, keys in wishes
        for key in sorted(keys)
    ]
    return codec.encode(rows).decode()
