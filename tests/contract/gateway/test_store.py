"""The gateway's reads and rows on PostgreSQL, with its own role and the real tables."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from plimsoll.embedded import Servers
from services.gateway.adapters.cache import LastPrices
from services.gateway.adapters.database import Database
from services.gateway.adapters.own import PostgresOwn
from services.gateway.adapters.reads import PostgresReads
from services.gateway.core.keys import hash_of
from services.gateway.ports import OrderFilter, Unavailable
from shared.types import Account, OrderStatus, Time
from tests.builders import NOON
from tests.builders import order as order_of
from tests.contract.gateway.rows import Store, put_account
from tests.fakes.gateway_rows import key_of
from tests.fakes.gateway_world import state_of

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def store(servers: Servers) -> Iterator[Store]:
    """Adapters on the real tables, an account of their own."""
    made = Store(servers)
    yield made
    made.close()


def ended(status: OrderStatus) -> dict[str, Any]:
    return {"status": status, "leaves_quantity": Decimal(0)}


def test_an_order_is_read_as_it_was_written(store: Store) -> None:
    written = store.order(1)

    async def body(reads: PostgresReads, _: PostgresOwn) -> None:
        found = await reads.order(written.order.order_id)
        assert found is not None
        assert (found.state, found.promised) == (written, False)
        assert await reads.order("nobody's") is None

    store.run(body)


def test_a_promised_order_is_shown_until_the_book_has_it(store: Store) -> None:
    state = state_of(order_of(f"{store.account_id}-1", account_id=store.account_id))
    order_id = state.order.order_id

    async def body(reads: PostgresReads, own: PostgresOwn) -> None:
        await own.promise(state, NOON)
        await own.promise(state, NOON)  # again does no harm
        found = await reads.order(order_id)
        assert found is not None and found.promised and found.state == state
        store.order(1, **ended(OrderStatus.DENIED))
        found = await reads.order(order_id)
        assert found is not None and found.promised
        assert found.state.status is OrderStatus.DENIED
        (listed,) = await reads.orders(store.account_id, OrderFilter(status="all"))
        assert listed == found

    store.run(body)


def test_orders_are_filtered_and_sorted_by_the_database(store: Store) -> None:
    first, second = store.order(1), store.order(2, **ended(OrderStatus.CANCELED))
    third = store.order(3)
    store.order(4, **ended(OrderStatus.DENIED))

    async def ids(reads: PostgresReads, **wanted: Any) -> list[str]:
        found = await reads.orders(store.account_id, OrderFilter(**wanted))
        return [one.state.order.order_id for one in found]

    async def body(reads: PostgresReads, _: PostgresOwn) -> None:
        one, two, three = (state.order.order_id for state in (first, second, third))
        assert await ids(reads) == [three, one]
        assert await ids(reads, status="closed") == [two]
        assert await ids(reads, status="all", ascending=True) == [one, two, three]
        assert await ids(reads, status="all", limit=1) == [three]
        assert await ids(reads, status="all", after=first.created_at) == [three, two]
        assert await ids(reads, status="all", until=third.created_at) == [two, one]
        assert await ids(reads, status="all", symbols=("IBM",)) == []
        assert await ids(reads, status="all", side="buy", symbols=("AIG",)) == [three, two, one]

    store.run(body)


def test_a_client_order_id_finds_the_order_that_was_not_denied(store: Store) -> None:
    denied, live = store.order(1, **ended(OrderStatus.DENIED)), store.order(2)

    async def body(reads: PostgresReads, _: PostgresOwn) -> None:
        mine = live.order.client_order_id
        found = await reads.order_by_client_id(store.account_id, mine)
        assert found is not None and found.state == live
        found = await reads.order_by_client_id(store.account_id, denied.order.client_order_id)
        assert found is not None and not found.promised

    store.run(body)


def test_a_sheet_is_one_valuation_with_what_works(store: Store) -> None:
    account = Account(account_id=store.account_id, firm_id="f", name="n", opened_at=NOON)
    put_account(store, account)

    async def body(reads: PostgresReads, _: PostgresOwn) -> None:
        assert await reads.account(store.account_id) == account
        sheet = await reads.sheet(store.account_id)
        assert sheet is not None
        (held,) = sheet.positions
        assert sheet.equity == sheet.cash + held.market_value == Decimal("99961.00")
        assert (sheet.multiplier, sheet.state, sheet.opened_at) == (Decimal(2), "active", NOON)
        # twice the equity, less 4,961 held, less 40 at 50 that works
        assert sheet.buying_power == Decimal("192961")
        (working,) = sheet.working
        assert (working.symbol, working.quantity, working.count) == ("IBM", Decimal(40), 1)
        assert await reads.sheet("nobody's") is None

    store.run(body)


def test_keys_are_kept_found_and_revoked(store: Store) -> None:
    key = key_of(f"PK{store.account_id}", store.account_id, ("read", "trade"))

    async def body(_: PostgresReads, own: PostgresOwn) -> None:
        await own.add_key(key)
        assert await own.key(key.key_id) == key
        assert key in await own.keys()
        assert await own.revoke_key(key.key_id, NOON)
        assert await own.revoke_key(key.key_id, NOON.plus(1))  # the first time counts
        found = await own.key(key.key_id)
        assert found is not None and found.revoked_at == NOON
        assert not await own.revoke_key("PKNO", Time(0))
        admin = key_of("PKADMIN", None, ("read", "admin"))
        await own.put_key(admin)
        await own.put_key(key_of("PKADMIN", None, ("read",)))
        found = await own.key("PKADMIN")
        assert found is not None and found.scopes == ("read",)
        assert found.secret_hash == hash_of("a-secret")

    store.run(body)


def test_the_gateways_role_writes_no_other_rooms_table(store: Store) -> None:
    async def body(reads: PostgresReads, _: PostgresOwn) -> None:
        database = Database(store.url, 1)
        for table in ("oms.orders", "risk.limits", "portfolio.accounts"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await database.rows(f"DELETE FROM {table}")
        await database.close()

    store.run(body)


def test_every_statement_of_the_reads_is_one_the_database_knows(store: Store) -> None:
    async def body(reads: PostgresReads, _: PostgresOwn) -> None:
        account = store.account_id
        assert await reads.violations("x") == ()
        for room in ("risk", "oms", "portfolio", "venue.paper"):
            assert await reads.decided(room, "x") is None
        assert not await reads.is_judged(account)
        assert await reads.limits(account) is None
        assert await reads.breakers(account) == []
        assert isinstance(await reads.breakers(None), list)
        assert isinstance(await reads.halts(), list)
        assert await reads.quarantine(account) == await reads.quarantine(None) == []
        assert await reads.decisions(account, 5) == []
        assert await reads.executions(account, 5) == []
        assert await reads.cash_move(account, "x") is None
        assert await reads.firm_account("nobody's") is None
        assert isinstance(await reads.accounts(), list)

    store.run(body)


def test_without_redis_last_prices_come_from_the_table(store: Store) -> None:
    symbol = store.account_id
    store.put(
        "market_data.symbols",
        symbol=symbol,
        source="replay",
        simulated=False,
        **{"bid": 49.6, "bid_size": 3, "ask": 49.61, "ask_size": 2, "volume": 10},
        **{"last": 49.605, "last_size": 100, "last_at": NOON.moment, "quote_at": NOON.moment},
        session="2013-10-09",
        flags="",
        at=NOON.moment,
    )

    async def body() -> None:
        database = Database(store.url, 1)
        found = await LastPrices(NOWHERE, database).latest([symbol, "NOSUCH"])
        assert list(found) == [symbol]
        assert (found[symbol].last, found[symbol].last_at) == (49.605, NOON)
        await database.close()

    asyncio.run(body())


def test_a_database_that_is_not_there_is_told_within_a_second() -> None:
    async def body() -> None:
        database = Database("postgresql://gateway@127.0.0.1:1/plimsoll", 1)
        async with asyncio.timeout(1):
            with pytest.raises(Unavailable):
                await database.rows("SELECT 1")

    asyncio.run(body())
