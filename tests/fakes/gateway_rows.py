"""What the gateway reads, in memory: the book of two accounts, and the gateway's own rows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from services.gateway.core.keys import EVERY, OF_AN_ACCOUNT, ApiKey, hash_of
from services.gateway.core.sheet import Held, Sheet
from services.gateway.ports import Decided, Executed, Found, OrderFilter, Unavailable
from services.gateway.trading import ENDED
from shared.types import (
    Account,
    AccountType,
    Order,
    OrderClass,
    OrderState,
    OrderStatus,
    Time,
    Violation,
)
from tests.builders import ACCOUNT, FIRM, NOON

OTHER_ACCOUNT = "22222222-2222-4222-8222-222222222222"
ADMIN_KEY, TRADER_KEY, STRANGER_KEY = "PKADMIN", "PKTRADER", "PKSTRANGER"
SECRET = "a-secret"


def sheet_of(account_id: str = ACCOUNT, *held: Held, **fields: Any) -> Sheet:
    """An account of $100,000 with these positions bought from it."""
    worth = sum((one.market_value for one in held), Decimal(0))
    cost = sum((one.cost_basis for one in held), Decimal(0))
    cash = Decimal(100_000) - cost
    values: dict[str, Any] = {
        "account_id": account_id,
        "firm_id": FIRM,
        "name": "test",
        "type": "margin",
        "currency": "USD",
        "venue": "paper",
        "opened_at": NOON,
        "multiplier": Decimal(2),
        "state": "active",
        "cash": cash,
        "equity": cash + worth,
        "long_value": sum((h.market_value for h in held if h.quantity > 0), Decimal(0)),
        "short_value": sum((h.market_value for h in held if h.quantity < 0), Decimal(0)),
        "unrealised": worth - cost,
        "realised": Decimal(0),
        "fees": Decimal(0),
        "day_start_equity": Decimal(100_000),
        "day_flows": Decimal(0),
        "peak_equity": Decimal(100_000),
        "buying_power": Decimal(200_000),
        "complete": True,
        "valued_at": NOON,
        "positions": held,
    }
    return Sheet(**{**values, **fields})


def held_of(symbol: str, quantity: int, average: str, price: str, **fields: Any) -> Held:
    """A position."""
    worth, cost = quantity * Decimal(price), quantity * Decimal(average)
    values: dict[str, Any] = {
        "symbol": symbol,
        "quantity": Decimal(quantity),
        "average_price": Decimal(average),
        "cost_basis": cost,
        "price": Decimal(price),
        "market_value": worth,
        "unrealised": worth - cost,
        "realised": Decimal(0),
        "lastday_price": None,
        "stale": False,
    }
    return Held(**{**values, **fields})


class FakeReads:
    """The book in memory. `is_down`: every question is Unavailable."""

    def __init__(self) -> None:
        self.is_down = False
        self.known = {one: account_of(one) for one in (ACCOUNT, OTHER_ACCOUNT)}
        self.sheets = {one: sheet_of(one) for one in self.known}
        self.found: dict[str, Found] = {}
        self.denials: dict[str, tuple[Violation, ...]] = {}
        self.decisions_made: dict[tuple[str, str], Decided] = {}
        self.judged = set(self.known)
        self.limit_rows: dict[str, dict[str, Any]] = {}
        self.breaker_rows: list[dict[str, Any]] = []
        self.held_rows: list[dict[str, Any]] = []
        self.halt_rows: list[dict[str, Any]] = []
        self.fills: list[Executed] = []
        self.moves: dict[str, dict[str, Any]] = {}
        self.asked_for_legs: list[tuple[str, ...]] = []

    def _ask(self) -> None:
        if self.is_down:
            raise Unavailable("the database does not answer")

    def put(self, state: OrderState, promised: bool = False) -> None:
        """An order as the book has it."""
        self.found[state.order.order_id] = Found(state=state, promised=promised)

    async def ping(self) -> None:
        self._ask()

    async def account(self, account_id: str) -> Account | None:
        self._ask()
        return self.known.get(account_id)

    async def accounts(self) -> list[dict[str, Any]]:
        self._ask()
        names = ("account_id", "firm_id", "name", "type", "currency", "cash", "equity", "state")
        return [{name: getattr(s, name) for name in names} for s in self.sheets.values()]

    async def firm_account(self, firm_id: str) -> str | None:
        self._ask()
        return next((a for a, one in self.known.items() if one.firm_id == firm_id), None)

    async def sheet(self, account_id: str) -> Sheet | None:
        self._ask()
        return self.sheets.get(account_id)

    async def order(self, order_id: str) -> Found | None:
        self._ask()
        return self.found.get(order_id)

    async def order_by_client_id(self, account_id: str, client_order_id: str) -> Found | None:
        self._ask()
        wanted = (account_id, client_order_id)
        for found in self.found.values():
            order = found.state.order
            if (order.account_id, order.client_order_id) == wanted:
                return found
        return None

    async def orders(self, account_id: str, wanted: OrderFilter) -> list[Found]:
        self._ask()
        found = [one for one in self.found.values() if self._fits(one, account_id, wanted)]
        found.sort(key=lambda one: one.state.created_at, reverse=not wanted.ascending)
        return found[: wanted.limit]

    async def legs(self, account_id: str, parent_ids: Sequence[str]) -> list[OrderState]:
        self._ask()
        self.asked_for_legs.append(tuple(parent_ids))
        states = [one.state for one in self.found.values()]
        return [
            one
            for one in states
            if one.order.account_id == account_id and one.order.parent_id in parent_ids
            if one.status is not OrderStatus.REPLACED
        ]

    def _has_open_leg(self, state: OrderState) -> bool:
        if state.order.order_class is OrderClass.SIMPLE or state.status is OrderStatus.REPLACED:
            return False
        names = (state.order.order_id, state.order.chain_id)
        states = (one.state for one in self.found.values())
        return any(one.order.parent_id in names and one.status not in ENDED for one in states)

    def _is_leg(self, order: Order) -> bool:
        parent = self.found.get(order.parent_id or "")
        return parent is not None and parent.state.order.order_class is not OrderClass.SIMPLE

    def _fits(self, one: Found, account_id: str, wanted: OrderFilter) -> bool:
        state, order = one.state, one.state.order
        if wanted.nested and self._is_leg(order):
            return False
        if wanted.parent_id is not None and order.parent_id != wanted.parent_id:
            return False
        if order.account_id != account_id:
            return False
        if state.status is OrderStatus.DENIED and not one.promised:
            return False
        ended = state.status in ENDED
        if wanted.nested and wanted.status == "open" and self._has_open_leg(state):
            ended = False
        return (
            wanted.status in ("all", "closed" if ended else "open")
            and (not wanted.symbols or order.symbol in wanted.symbols)
            and (wanted.side is None or order.side == wanted.side)
            and (wanted.after is None or state.created_at > wanted.after)
            and (wanted.until is None or state.created_at < wanted.until)
        )

    async def violations(self, command_id: str) -> tuple[Violation, ...]:
        self._ask()
        return self.denials.get(command_id, ())

    async def decided(self, room: str, command_id: str) -> Decided | None:
        self._ask()
        return self.decisions_made.get((room, command_id))

    async def is_judged(self, account_id: str) -> bool:
        self._ask()
        return account_id in self.judged

    async def limits(self, account_id: str) -> dict[str, Any] | None:
        self._ask()
        return self.limit_rows.get(account_id)

    async def breakers(self, account_id: str | None) -> list[dict[str, Any]]:
        self._ask()
        return [row for row in self.breaker_rows if account_id in (None, row["account"])]

    async def quarantine(self, account_id: str | None) -> list[dict[str, Any]]:
        self._ask()
        return [row for row in self.held_rows if account_id in (None, row["account"])]

    async def halts(self) -> list[dict[str, Any]]:
        self._ask()
        return self.halt_rows

    async def decisions(self, account_id: str, limit: int) -> list[dict[str, Any]]:
        self._ask()
        return []

    async def executions(self, account_id: str, limit: int) -> list[Executed]:
        self._ask()
        return [one for one in self.fills if one.execution.account_id == account_id][:limit]

    async def cash_move(self, account_id: str, cause: str) -> dict[str, Any] | None:
        self._ask()
        return self.moves.get(cause)


def account_of(account_id: str, **fields: Any) -> Account:
    """An account of the firm of tests."""
    values: dict[str, Any] = {"firm_id": FIRM, "name": "test", "opened_at": NOON}
    return Account(account_id=account_id, type=AccountType.MARGIN, **{**values, **fields})


class FakeOwn:
    """Keys and promises in memory."""

    def __init__(self) -> None:
        self.is_down = False
        self.rows = {
            ADMIN_KEY: key_of(ADMIN_KEY, None, EVERY),
            TRADER_KEY: key_of(TRADER_KEY, ACCOUNT, OF_AN_ACCOUNT),
            STRANGER_KEY: key_of(STRANGER_KEY, OTHER_ACCOUNT, OF_AN_ACCOUNT),
        }
        self.promises: list[OrderState] = []

    def _ask(self) -> None:
        if self.is_down:
            raise Unavailable("the database does not answer")

    async def key(self, key_id: str) -> ApiKey | None:
        self._ask()
        return self.rows.get(key_id)

    async def keys(self) -> list[ApiKey]:
        self._ask()
        return list(self.rows.values())

    async def add_key(self, key: ApiKey) -> None:
        self._ask()
        self.rows[key.key_id] = key

    async def put_key(self, key: ApiKey) -> None:
        await self.add_key(key)

    async def revoke_key(self, key_id: str, at: Time) -> bool:
        self._ask()
        if key_id not in self.rows:
            return False
        self.rows[key_id] = msgspec.structs.replace(self.rows[key_id], revoked_at=at)
        return True

    async def promise(self, state: OrderState, at: Time) -> None:
        self._ask()
        self.promises.append(state)


def key_of(key_id: str, account_id: str | None, scopes: Sequence[str]) -> ApiKey:
    """A key whose secret is SECRET, owned by ada."""
    return ApiKey(
        key_id=key_id,
        secret_hash=hash_of(SECRET),
        owner="ada",
        scopes=tuple(scopes),
        account_id=account_id,
        firm_id=None if account_id is None else FIRM,
        created_at=NOON,
    )
