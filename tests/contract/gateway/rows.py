"""Rows where the rooms would have written them, on real tables."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from itertools import count
from typing import Any

import psycopg

from plimsoll.embedded import Servers
from services.gateway.adapters.database import Database
from services.gateway.adapters.own import PostgresOwn
from services.gateway.adapters.reads import PostgresReads
from shared import codec
from shared.types import Account, Order, OrderState
from tests.builders import NOON
from tests.builders import order as order_of
from tests.fakes.gateway_world import state_of

NUMBERS = count(1)


class Store:
    """The adapters under test, and the owner's hand to put rows where rooms would."""

    def __init__(self, servers: Servers) -> None:
        self.url = servers.postgres_url("gateway")
        self._admin = psycopg.connect(
            servers.postgres_admin.rpartition("/")[0] + "/plimsoll", autocommit=True
        )
        self.account_id = f"account-{next(NUMBERS)}"

    def put(self, table: str, **row: Any) -> None:
        """Insert a row."""
        names, values = ", ".join(f'"{n}"' for n in row), ", ".join(["%s"] * len(row))
        self._admin.execute(f"INSERT INTO {table} ({names}) VALUES ({values})", list(row.values()))

    def order(self, number: int, kind: dict[str, Any] | None = None, **fields: Any) -> OrderState:
        """An order as OMS would have written it, a minute after the one before; `kind` are fields
        of the order, `fields` those of its state.
        """
        at = NOON.plus(number * 60_000_000)
        name = f"{self.account_id}-{number}"
        order = order_of(name, **{"account_id": self.account_id, **(kind or {})})
        state = state_of(order, created_at=at, submitted_at=at, **fields)
        self.put("oms.orders", **flat(state))
        return state

    def run(self, body: Callable[[PostgresReads, PostgresOwn], Awaitable[None]]) -> None:
        """Run a body with adapters on a database of their own."""

        async def wrapped() -> None:
            database = Database(self.url, 2)
            await database.warm()
            try:
                await body(PostgresReads(database), PostgresOwn(database))
            finally:
                await database.close()

        asyncio.run(wrapped())

    def close(self) -> None:
        self._admin.close()


def flat(state: OrderState) -> dict[str, Any]:
    """The columns of oms.orders."""
    order: Order = state.order
    same = ("order_id", "account_id", "firm_id", "client_order_id", "symbol", "quantity")
    return {
        "shard": 0,
        **{name: getattr(order, name) for name in same},
        "chain_id": order.chain_id,
        "side": str(order.side),
        "type": str(order.type),
        "time_in_force": str(order.time_in_force),
        "status": str(state.status),
        "under": str(state.status),
        "cum_quantity": state.cum_quantity,
        "leaves_quantity": state.leaves_quantity,
        "average_price": state.average_price,
        "amount": 0,
        "created_at": state.created_at.moment,
        "updated_at": state.updated_at.moment,
        "state": codec.encode(state).decode(),
    }


def put_account(store: Store, account: Account) -> None:
    """100 AIG bought at 50 and worth 49.61, and 40 IBM being bought at 50."""
    mine = {"shard": 0, "account_id": account.account_id}
    opened = {"firm_id": "f", "type": "margin", "currency": "USD", "venue": "paper"}
    store.put(
        "portfolio.accounts",
        **mine,
        **opened,
        name="n",
        opened_at=NOON.moment,
        account=codec.encode(account).decode(),
        **dict.fromkeys(("cash", "realised", "fees", "flows", "day_flows", "oms_seq"), 0),
        session="2013-10-09",
        day_started=NOON.moment,
        **dict.fromkeys(("day_start_equity", "peak_equity"), 100_000),
    )
    store.put(
        "portfolio.valuations",
        **mine,
        firm_id="f",
        currency="USD",
        cash=Decimal("95000.00"),
        equity=Decimal("99961.00"),
        long_value=Decimal("4961.00"),
        unrealised=-39,
        **dict.fromkeys(("short_value", "realised", "fees", "day_flows", "oms_seq"), 0),
        **dict.fromkeys(("day_start_equity", "peak_equity"), 100_000),
        complete=True,
        valued_at=NOON.moment,
    )
    store.put(
        "portfolio.position_values",
        **mine,
        symbol="AIG",
        quantity=100,
        average_price=50,
        cost_basis=5000,
        price=Decimal("49.61"),
        stale=False,
        market_value=4961,
        unrealised=-39,
        realised=0,
    )
    order = order_of(f"{account.account_id}-live", account_id=account.account_id)
    store.put(
        "risk.live_orders",
        **mine,
        order_id=order.order_id,
        firm_id="f",
        symbol="IBM",
        side="buy",
        strategy="manual",
        quantity=50,
        cum_quantity=10,
        price=50,
        exit=False,
        ended=False,
        approved_at=NOON.moment,
        body=codec.encode(order).decode(),
    )
