"""What the loop needs of the truth, on PostgreSQL and in memory: the real OMS tables, written and
read back.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal

import msgspec
import psycopg
import pytest

from plimsoll.embedded import Servers
from services.oms.core.state import OmsState
from services.oms.handlers import ROOM
from shared import codec
from shared.bus.ports import Record
from shared.kill import KillPoint
from shared.rows import ShardRow
from shared.shard import Shard
from shared.statements import Harvest
from shared.store import PostgresStore, Store
from shared.table import Latest
from shared.topics import OMS_ORDERS, RISK_DECISIONS
from tests.builders import approved
from tests.fakes.store import MemoryDatabase, MemoryStore

Body = Callable[[Callable[[], Awaitable[Store]], int], Awaitable[None]]
NUMBERS = iter(range(1000))


@pytest.fixture(params=["memory", "postgres"])
def play(request: pytest.FixtureRequest) -> Callable[[Body], None]:
    """Runs a body with a way to connect and a shard number of its own."""

    def run(body: Body) -> None:
        database, number = MemoryDatabase(), next(NUMBERS)
        servers = request.getfixturevalue("servers") if request.param == "postgres" else None

        async def in_memory() -> Store:
            return MemoryStore(database)

        async def in_postgres() -> Store:
            assert isinstance(servers, Servers)
            return await PostgresStore.connect(servers.postgres_url("oms"), ROOM, KillPoint("oms"))

        connect = in_memory if request.param == "memory" else in_postgres
        asyncio.run(body(connect, number))  # type: ignore[arg-type]

    return run


async def owned(store: Store, number: int) -> Shard:
    """The shard as a process would have it after its start."""
    await store.own([number])
    row = await store.shard_row(number)
    if row is None:
        row = ShardRow(shard=number, release="1")
        await store.create_shard(row)
    latest = Latest()
    shard = Shard(ROOM, row, OmsState(latest), latest, "1")
    await store.load(shard)
    return shard


def feed(shard: Shard, offset: int, order_id: str, **fields: object) -> None:
    message = approved(offset + 1, order_id, **fields)  # type: ignore[arg-type]
    record = Record(RISK_DECISIONS, shard.number, offset, codec.encode(message))
    shard.handle(record, shard.take(record))


def test_what_was_committed_is_loaded_again_exactly(play: Callable[[Body], None]) -> None:
    async def body(connect: Callable[[], Awaitable[Store]], number: int) -> None:
        store = await connect()
        shard = await owned(store, number)
        odd = Decimal("0.00000001")
        feed(shard, 0, f"order-{number}", quantity=odd, limit_price=Decimal("123456789.123456789"))
        row, outputs = shard.harvest()
        before = list(shard.state.orders.rows())  # type: ignore[attr-defined]
        await store.commit([Harvest(shard, row, outputs)], {})
        shard.settle(row)
        await store.close()
        again = await connect()
        loaded = await owned(again, number)
        assert list(loaded.state.orders.rows()) == before  # type: ignore[attr-defined]
        assert loaded.row == shard.row
        (waiting,) = await again.outbox(number)
        assert [o.topic for o in waiting.body] == [ROOM.journal, OMS_ORDERS]
        assert [bytes(o.value) for o in waiting.body] == [bytes(o.value) for o in outputs]
        await again.mark({number: waiting.version})
        assert await again.outbox(number) == []
        await again.close()

    play(body)


def test_a_version_that_is_not_the_one_that_was_read_commits_nothing(
    play: Callable[[Body], None],
) -> None:
    async def body(connect: Callable[[], Awaitable[Store]], number: int) -> None:
        store = await connect()
        shard = await owned(store, number)
        feed(shard, 0, f"order-{number}")
        row, outputs = shard.harvest()
        stale = msgspec.structs.replace(row, version=row.version + 7)
        with pytest.raises(Exception, match=r"stale owner|^\d+$"):
            await store.commit([Harvest(shard, stale, outputs)], {})
        assert await store.outbox(number) == []
        assert (await store.shard_row(number)) == shard.row
        await store.close()

    play(body)


def test_a_decided_command_and_an_ended_order_are_found_again_when_named(
    play: Callable[[Body], None],
) -> None:
    async def body(connect: Callable[[], Awaitable[Store]], number: int) -> None:
        store = await connect()
        shard = await owned(store, number)
        feed(shard, 0, f"order-{number}")
        row, outputs = shard.harvest()
        await store.commit([Harvest(shard, row, outputs)], {})
        shard.settle(row)
        await store.close()
        again = await connect()
        await again.own([number])
        latest = Latest()
        empty = Shard(ROOM, shard.row, OmsState(latest), latest, "1")
        key = (f"order-{number}",)
        orders = empty.state.orders  # type: ignore[attr-defined]
        await again.prefetch({empty: {orders: {key, ("nobody",)}}})
        assert orders.get(*key) == shard.state.orders.get(*key)  # type: ignore[attr-defined]
        assert orders.get("nobody") is None
        await again.close()

    play(body)


def test_a_second_process_waits_for_the_shards_of_the_first(servers: Servers) -> None:
    async def body() -> None:
        url, number = servers.postgres_url("oms"), next(NUMBERS)
        first = await PostgresStore.connect(url, ROOM, KillPoint("oms"))
        second = await PostgresStore.connect(url, ROOM, KillPoint("oms"))
        await first.own([number])
        waiting = asyncio.create_task(second.own([number]))
        await asyncio.wait([waiting], timeout=0.3)
        assert not waiting.done()
        await first.close()
        await asyncio.wait_for(waiting, 5)
        await second.close()

    asyncio.run(body())


def test_who_was_given_a_shard_and_says_nothing_loses_it_after_four_seconds(
    servers: Servers,
) -> None:
    async def body() -> None:
        url, number = servers.postgres_url("oms"), next(NUMBERS)
        first, second, third = [
            await PostgresStore.connect(url, ROOM, KillPoint("oms")) for _ in range(3)
        ]
        await first.own([number])
        silent = asyncio.create_task(second.own([number]))
        await asyncio.sleep(0.2)
        await first.close()
        await silent  # and not a word more: as if it were stopped
        began = time.monotonic()
        await third.own([number])
        assert 3.5 <= time.monotonic() - began <= 10
        with pytest.raises(psycopg.OperationalError):
            await second.beat()
        await second.close()
        await third.close()

    asyncio.run(body())


def test_a_shard_that_nobody_owns_is_left_to_another_for_a_while(servers: Servers) -> None:
    async def body() -> None:
        url, number = servers.postgres_url("oms"), next(NUMBERS)
        owner, standby = [
            await PostgresStore.connect(url, ROOM, KillPoint("oms")) for _ in range(2)
        ]
        began = time.monotonic()
        await standby.give_way(number, 0.5)
        assert time.monotonic() - began >= 0.5
        waiting = asyncio.create_task(standby.give_way(number, 60))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await owner.own([number])
        await asyncio.wait_for(waiting, 10)
        await owner.close()
        await standby.close()

    asyncio.run(body())
