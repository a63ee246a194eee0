"""What the gateway needs of servers: a way to hand commands over, the book, its own rows."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

import msgspec

from services.gateway.core.curves import Bar, Window
from services.gateway.core.keys import ApiKey
from services.gateway.core.prices import LastPrice
from services.gateway.core.sheet import Sheet
from shared.messages import Command
from shared.types import Account, Execution, OrderState, Scope, Time, Violation


class NotHandedOver(Exception):
    """The log does not answer, and nothing was given to it."""


class Unavailable(Exception):
    """A server that is needed does not answer in time."""


class Bus(Protocol):
    """The way into the rooms' inboxes."""

    partitions: int

    async def hand_over(self, topic: str, partition: int, command: Command) -> Future[Any]:
        """Give a command to the log, once. The future ends when the log has it on disk. Raises
        NotHandedOver.
        """


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """An order of the book. `promised`: its client was answered before anybody had judged it."""

    state: OrderState
    promised: bool = False


class OrderFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which orders of an account: `after` and `until` are exclusive; `parent_id`: legs or children
    of that order; `nested`: no legs of their own, but every order with an open leg is open.
    """

    status: str = "open"
    limit: int = 50
    after: Time | None = None
    until: Time | None = None
    ascending: bool = False
    symbols: tuple[str, ...] = ()
    side: str | None = None
    parent_id: str | None = None
    nested: bool = False


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """A command that a room has decided before."""

    command_id: str
    kind: str
    body_hash: str | None


class Executed(msgspec.Struct, frozen=True, kw_only=True):
    """A fill with where its order stood after it."""

    execution: Execution
    cum_quantity: Decimal
    order_quantity: Decimal
    order_status: str


class Reads(Protocol):
    """What the rooms wrote before they spoke. Every method raises Unavailable."""

    async def account(self, account_id: str) -> Account | None: ...

    async def accounts(self) -> list[dict[str, Any]]: ...

    async def firm_account(self, firm_id: str) -> str | None:
        """Any account of a firm: whether there is such a firm."""

    async def sheet(self, account_id: str) -> Sheet | None: ...

    async def order(self, order_id: str) -> Found | None: ...

    async def order_by_client_id(self, account_id: str, client_order_id: str) -> Found | None: ...

    async def orders(self, account_id: str, wanted: OrderFilter) -> list[Found]: ...

    async def legs(self, account_id: str, parent_ids: Sequence[str]) -> list[OrderState]:
        """The legs and children of these orders, oldest first; of a replaced one its successor."""

    async def violations(self, command_id: str) -> tuple[Violation, ...]: ...

    async def decided(self, room: str, command_id: str) -> Decided | None: ...

    async def is_judged(self, account_id: str) -> bool:
        """Whether the gate would judge an order of the account."""

    async def limits(self, account_id: str) -> dict[str, Any] | None: ...

    async def breakers(self, account_id: str | None) -> list[dict[str, Any]]: ...

    async def halts(self) -> list[dict[str, Any]]: ...

    async def quarantine(self, account_id: str | None) -> list[dict[str, Any]]:
        """By room and account: how many messages are set aside, and the first of them."""

    async def decisions(self, account_id: str, limit: int) -> list[dict[str, Any]]: ...

    async def executions(self, account_id: str, limit: int) -> list[Executed]: ...

    async def cash_move(self, account_id: str, cause: str) -> dict[str, Any] | None:
        """What a command about cash did: amount, currency, balance."""

    async def ping(self) -> None: ...


class Own(Protocol):
    """The gateway's own rows. Every method raises Unavailable."""

    async def key(self, key_id: str) -> ApiKey | None: ...

    async def keys(self) -> list[ApiKey]: ...

    async def add_key(self, key: ApiKey) -> None: ...

    async def put_key(self, key: ApiKey) -> None:
        """Add a key, or bring it back as it is given."""

    async def revoke_key(self, key_id: str, at: Time) -> bool: ...

    async def promise(self, state: OrderState, at: Time) -> None:
        """Remember that an order's client was answered although nobody had judged it."""


class KillFlags(Protocol):
    """The last hop's own switch."""

    def raise_flag(self, scope: Scope) -> None: ...

    def lower_flag(self, scope: Scope) -> None: ...

    def is_raised(self, scope: Scope) -> bool: ...


class RateLimiter(Protocol):
    """Counts requests of a key; it never waits for a server."""

    per_minute: int

    def take(self, key_id: str) -> tuple[bool, int, int]:
        """Count one request: whether it may pass, how many are left, when the window ends (epoch
        seconds).
        """


class MarketReads(Protocol):
    """Last prices by symbol, from a cache that may be gone."""

    async def latest(self, symbols: Sequence[str]) -> dict[str, LastPrice]: ...


class Volumes(Protocol):
    """What was traded in past minutes."""

    async def minutes(self, symbol: str, windows: Sequence[Window]) -> dict[date, list[Bar]]:
        """The one-minute bars in each window that has any. Raises Unavailable."""


class Calendar(Protocol):
    """The sessions of the market."""

    async def sessions(self, start: date, end: date) -> list[dict[str, str]]: ...
