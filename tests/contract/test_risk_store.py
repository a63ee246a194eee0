"""Risk's tables on PostgreSQL: what a day of trading writes is read back as it was."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import psycopg
import pytest

from plimsoll.embedded import Servers
from services.risk.core.rows import RiskEventRow
from services.risk.core.state import RiskState
from services.risk.handlers import ROOM
from shared.kill import KillPoint
from shared.rows import ShardRow
from shared.shard import Shard
from shared.statements import Harvest
from shared.store import PostgresStore
from shared.table import Latest
from shared.types import Scope, ScopeKind
from tests.builders import ACCOUNT
from tests.unit.services.risk.desk import INSTRUMENTS, D, Desk, limit

NUMBER = 901


def traded_day() -> RiskState:
    """A state with a row in every table, nothing of it settled."""
    desk = Desk()
    _keep_everything(desk)
    desk.set_limits(orders_per_second_max="100", daily_loss_max="1000")
    desk.submit("one", **limit("100.10"))
    desk.fill("one", "40", "100.10")
    desk.replace("one", quantity=D(80))
    desk.submit("two", quantity=D(10_000_000))
    desk.withdraw("100")
    desk.value(equity=D("98000"))
    desk.rearm()
    desk.halt(Scope(kind=ScopeKind.SYMBOL, name="IBM"))
    return desk.state  # type: ignore[return-value]


def _keep_everything(desk: Desk) -> None:
    """Rows stay where a test can see them: nothing is settled."""
    for table in desk.state.tables():
        table.keep = None


async def _write_and_read(url: str, state: RiskState) -> tuple[RiskState, RiskState]:
    store = await PostgresStore.connect(url, ROOM, KillPoint("risk"))
    await store.own([NUMBER])
    row = ShardRow(shard=NUMBER, release="1")
    await store.create_shard(row)
    written = _copy(state)
    shard = Shard(ROOM, row, written, written.latest, "1")
    await store.commit([Harvest(shard, *shard.harvest())], {})
    latest = Latest()
    again = Shard(ROOM, row, RiskState(latest, INSTRUMENTS, 3), latest, "1")
    for table in again.state.tables():
        table.live_sql = "true"
    await store.load(again)
    await store.close()
    return written, again.state  # type: ignore[return-value]


def _copy(state: RiskState) -> RiskState:
    copied = RiskState(Latest(), INSTRUMENTS, 3)
    for table, old in zip(copied.tables(), state.tables(), strict=True):
        for row in old.rows():
            table.put(row)
    return copied


def _plain(row: Any) -> Any:
    """The row; a body that is stored as it was sent is compared by what it says."""
    if not isinstance(row, RiskEventRow):
        return row
    body = msgspec.json.decode(row.body)
    return {**msgspec.structs.asdict(row), "body": body}


def test_every_table_is_written_and_read_back_as_it_was(servers: Servers) -> None:
    state = traded_day()
    written, read = asyncio.run(_write_and_read(servers.postgres_url("risk"), state))
    for before, after in zip(written.tables(), read.tables(), strict=True):
        assert [_plain(row) for row in after.rows()] == [_plain(row) for row in before.rows()]
        assert len(list(after.rows())) > 0 or before.name == "expected_positions", before.name


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE risk.decisions SET verdict = 'approved'",
        "DELETE FROM risk.risk_events",
        "TRUNCATE risk.limit_changes",
        "DELETE FROM risk.client_ids",
    ],
)
def test_what_was_decided_cannot_be_changed_by_the_owner(servers: Servers, statement: str) -> None:
    with (
        psycopg.connect(servers.postgres_url("plimsoll")) as connection,
        pytest.raises(psycopg.Error, match="append-only"),
    ):
        connection.execute(statement)


def test_a_row_that_left_memory_is_found_by_name(servers: Servers) -> None:
    async def look() -> Any:
        store = await PostgresStore.connect(servers.postgres_url("risk"), ROOM, KillPoint("risk"))
        latest = Latest()
        shard = Shard(ROOM, ShardRow(shard=NUMBER), RiskState(latest, INSTRUMENTS, 3), latest, "1")
        table = shard.state.client_ids  # type: ignore[attr-defined]
        await store.prefetch({shard: {table: {(ACCOUNT, "client-one")}}})
        await store.close()
        return table.get(ACCOUNT, "client-one")

    assert asyncio.run(look()).order_id == "one"
