"""The rows in memory and the tables in PostgreSQL are the same: columns, types, primary keys, who
may write.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
import psycopg
import pytest

from plimsoll.embedded import Servers
from services.oms.core.state import OmsState
from services.portfolio.core.state import PortfolioState
from services.risk.core.state import RiskState
from services.venue.core.state import VenueState
from shared.rows import CommandRow, OutboxRow, QuarantineRow, ShardRow
from shared.table import Latest, State, Table
from shared.types import Time

STATES: dict[str, Callable[[], State]] = {
    "oms": lambda: OmsState(Latest()),
    "portfolio": lambda: PortfolioState(Latest(), {}),
    "risk": lambda: RiskState(Latest(), {}, 0),
    "venue": lambda: VenueState(Latest(), {}, 0),
}
OF_THE_LOOP = {
    "shard": ShardRow,
    "outbox": OutboxRow,
    "commands": CommandRow,
    "quarantine": QuarantineRow,
}
PLAIN = {
    str: {"text"},
    int: {"bigint", "integer"},
    bool: {"boolean"},
    Decimal: {"numeric"},
    Time: {"timestamp with time zone"},
}


def tables() -> list[Any]:
    found = []
    for schema, make in STATES.items():
        found += [pytest.param(schema, t, id=f"{schema}.{t.name}") for t in make().tables()]
    return found


def column_types(kind: Any) -> set[str]:
    """What a column of that field may be in PostgreSQL."""
    if get_origin(kind) in (Union, UnionType):
        kind = next(one for one in get_args(kind) if one is not type(None))
    if kind in PLAIN:
        return PLAIN[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"text"}
    return {"jsonb", "json"}


def stored(servers: Servers, schema: str, table: str) -> dict[str, str]:
    with psycopg.connect(servers.postgres_url("postgres")) as connection:
        rows = connection.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = %s AND table_name = %s",
            (schema, table),
        ).fetchall()
    return dict(rows)


@pytest.mark.parametrize(("schema", "table"), tables())
def test_a_table_has_the_columns_of_its_rows(
    servers: Servers, schema: str, table: Table[Any]
) -> None:
    columns = stored(servers, schema, table.name)
    assert columns.pop("shard", None) == "integer", f"{schema}.{table.name} has no shard"
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(table.row)}
    assert set(columns) == set(fields)
    wrong = {n: columns[n] for n in fields if columns[n] not in column_types(fields[n])}
    assert wrong == {}


@pytest.mark.parametrize(("schema", "table"), tables())
def test_the_primary_key_of_a_table_is_the_key_of_its_rows(
    servers: Servers, schema: str, table: Table[Any]
) -> None:
    with psycopg.connect(servers.postgres_url("postgres")) as connection:
        rows = connection.execute(
            "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid"
            " AND a.attnum = ANY(i.indkey) WHERE i.indisprimary AND i.indrelid = %s::regclass",
            (f"{schema}.{table.name}",),
        ).fetchall()
    assert {row[0] for row in rows} - {"shard"} == set(table.key)


@pytest.mark.parametrize("schema", STATES)
def test_the_loop_has_its_tables_in_every_room(servers: Servers, schema: str) -> None:
    for name, row in OF_THE_LOOP.items():
        fields = {field.encode_name for field in msgspec.structs.fields(row)}
        assert set(stored(servers, schema, name)) - {"shard"} == fields - {"shard"}


@pytest.mark.parametrize(("schema", "table"), tables())
def test_rows_that_prove_something_refuse_every_change(
    servers: Servers, schema: str, table: Table[Any]
) -> None:
    if not table.append_only:
        return
    with psycopg.connect(servers.postgres_url("postgres"), autocommit=True) as connection:
        with pytest.raises(psycopg.errors.DatabaseError, match="append-only"):
            connection.execute(f"TRUNCATE {schema}.{table.name}")
        triggers = connection.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal",
            (f"{schema}.{table.name}",),
        ).fetchone()
    assert triggers is not None and triggers[0] >= 2


@pytest.mark.parametrize("schema", STATES)
def test_a_room_may_write_its_own_schema_and_no_other(servers: Servers, schema: str) -> None:
    other = "oms" if schema != "oms" else "risk"
    with psycopg.connect(servers.postgres_url(schema), autocommit=True) as connection:
        connection.execute(f"DELETE FROM {schema}.outbox WHERE false")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"DELETE FROM {other}.outbox WHERE false")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(f"CREATE TABLE {schema}.mine (a int)")
