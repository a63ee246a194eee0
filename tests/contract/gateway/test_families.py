"""Entries, legs and children on the real tables."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from plimsoll.embedded import Servers
from services.gateway.adapters.own import PostgresOwn
from services.gateway.adapters.reads import PostgresReads
from services.gateway.ports import OrderFilter
from shared.types import Algorithm, OrderClass, OrderState, OrderStatus
from tests.builders import NOON
from tests.contract.gateway.rows import Store

BRACKET = {"order_class": OrderClass.BRACKET}
PLAN = {"algorithm": Algorithm(name="twap", starts_at=NOON, ends_at=NOON.plus(1))}


@pytest.fixture
def store(servers: Servers) -> Iterator[Store]:
    """Adapters on the real tables, an account of their own."""
    made = Store(servers)
    yield made
    made.close()


def ended(status: OrderStatus) -> dict[str, Any]:
    return {"status": status, "leaves_quantity": Decimal(0)}


def id_of(state: OrderState) -> str:
    return state.order.order_id


def leg_of(parent: OrderState, **fields: Any) -> dict[str, Any]:
    return {**BRACKET, "parent_id": id_of(parent), **fields}


def test_legs_are_folded_away_and_children_of_algorithms_are_not(store: Store) -> None:
    entry = store.order(1, BRACKET)
    legs = [store.order(n, leg_of(entry), held=True) for n in (2, 3)]
    parent = store.order(4, PLAN, held=True)
    child = store.order(5, {"parent_id": id_of(parent)})

    async def body(reads: PostgresReads, _: PostgresOwn) -> None:
        async def ids(**wanted: Any) -> list[str]:
            found = await reads.orders(store.account_id, OrderFilter(ascending=True, **wanted))
            return [id_of(one.state) for one in found]

        everything = [id_of(one) for one in (entry, *legs, parent, child)]
        assert await ids() == everything
        assert await ids(nested=True) == [id_of(one) for one in (entry, parent, child)]
        assert await ids(parent_id=id_of(entry)) == [id_of(one) for one in legs]
        assert await ids(parent_id=id_of(parent)) == [id_of(child)]
        assert await reads.legs(store.account_id, [id_of(entry)]) == legs
        assert await reads.legs(store.account_id, ["nobody's"]) == []

    store.run(body)


def test_an_ended_entry_is_open_while_a_leg_is_also_where_it_was_replaced(store: Store) -> None:
    filled = store.order(1, BRACKET, **ended(OrderStatus.FILLED))
    leg = store.order(2, leg_of(filled))
    store.order(3, leg_of(filled), **ended(OrderStatus.REPLACED))
    first = store.order(4, BRACKET, **ended(OrderStatus.REPLACED))
    second_kind = {**BRACKET, "chain_id": id_of(first), "replaces": id_of(first)}
    second = store.order(5, second_kind, **ended(OrderStatus.FILLED))
    store.order(6, leg_of(first))
    over = store.order(7, BRACKET, **ended(OrderStatus.FILLED))
    store.order(8, leg_of(over), **ended(OrderStatus.CANCELED))

    async def body(reads: PostgresReads, _: PostgresOwn) -> None:
        wanted = OrderFilter(nested=True, ascending=True)
        found = [id_of(one.state) for one in await reads.orders(store.account_id, wanted)]
        assert found == [id_of(filled), id_of(second)]
        closed = OrderFilter(nested=True, ascending=True, status="closed")
        found = [id_of(one.state) for one in await reads.orders(store.account_id, closed)]
        assert found == [id_of(one) for one in (filled, first, second, over)]
        assert await reads.legs(store.account_id, [id_of(filled)]) == [leg]

    store.run(body)
