"""The rows that risk keeps. What is derived from them lives in `exposure`, never here."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from shared.events.risk import Evidence
from shared.types import (
    ZERO,
    AccountType,
    Order,
    Side,
    Time,
    TradingState,
    Violation,
)


class AccountRow(msgspec.Struct, frozen=True, kw_only=True):
    """An account and the cash of risk's own book. `valued`: a valuation agreed with that cash."""

    account_id: str
    firm_id: str
    type: AccountType
    currency: str
    venue: str
    multiplier: Decimal
    opened_at: Time
    cash: Decimal = ZERO
    valued: bool = False


class PositionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A position of risk's own book. `price` is its last fill's: what it is worth until a
    valuation names another. `oms_seq` numbers the oms.orders event that moved it last.
    """

    account_id: str
    symbol: str
    quantity: Decimal
    price: Decimal
    oms_seq: int = 0


class LiveOrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """An order from its approval to its end.

    `price` is the worst price of a unit at its approval; `replacement` is what a replace will make
    of it (judged as the worse of both until the outcome). `ended`: filled, but a replace of it is
    still under way, or an OCO whose leg lives. `leg_of`: the key of the row that counts for it;
    it counts nothing itself (see `groups`).
    """

    order_id: str
    account_id: str
    firm_id: str
    symbol: str
    side: Side
    strategy: str
    quantity: Decimal
    cum_quantity: Decimal = ZERO
    price: Decimal
    exit: bool = False
    replacement_id: str | None = None
    replacement_quantity: Decimal | None = None
    replacement_price: Decimal | None = None
    ended: bool = False
    approved_at: Time
    body: Order
    leg_of: str | None = None


class WithdrawalRow(msgspec.Struct, frozen=True, kw_only=True):
    """A withdrawal approved and not yet booked; its id is its command's."""

    withdrawal_id: str
    account_id: str
    amount: Decimal
    currency: str
    at: Time


class ClientIdRow(msgspec.Struct, frozen=True, kw_only=True):
    """A client_order_id that is used up, for ever."""

    account_id: str
    client_order_id: str
    order_id: str


class LimitsRow(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of a scope in force, all of them, as text."""

    scope_key: str
    version: int
    values: dict[str, str]
    actor: str
    reason: str
    at: Time


class LimitChangeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One change of limits; `change_id` is its command's id."""

    change_id: str
    scope_key: str
    version: int
    values: dict[str, str]
    changed: dict[str, str]
    actor: str
    reason: str
    at: Time


class TradingStateRow(msgspec.Struct, frozen=True, kw_only=True):
    """One reason why a scope is not ACTIVE. `by` is `manual` or `breaker/<name>`; the strictest of
    a scope's rows counts, and without a row it is ACTIVE.
    """

    scope_key: str
    by: str
    kind: str
    name: str
    account_id: str
    state: TradingState
    reason: str
    actor: str
    at: Time
    expires_at: Time | None = None


class BreakerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A breaker of an account: `state` is armed or tripped. `value` and `limit_value` are the
    numbers of the last warning or trip (the limit in force while armed); `rearmed_at` is wall time.
    """

    account_id: str
    breaker: str
    state: str
    value: Decimal | None = None
    limit_value: Decimal | None = None
    at: Time
    warned: bool = False
    token: str | None = None
    token_expires_at: Time | None = None
    reason: str = ""
    rearmed_at: Time | None = None


class ArrivalsRow(msgspec.Struct, frozen=True, kw_only=True):
    """Wall times of the last orders and replaces approved for an account, oldest first."""

    account_id: str
    times: tuple[int, ...]


class ExpectedPositionRow(msgspec.Struct, frozen=True, kw_only=True):
    """What portfolio has after an oms.orders event that risk has not handled yet."""

    account_id: str
    symbol: str
    oms_seq: int
    quantity: Decimal


class CounterRow(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows of a kind were written; numbers `risk_events`."""

    name: str
    value: int


class DecisionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One verdict with the numbers behind it. `kind` is order, replace or withdrawal; `order_id`
    is the id of the command that was judged.
    """

    order_id: str
    kind: str
    account_id: str
    firm_id: str
    verdict: str
    exit: bool = False
    symbol: str | None = None
    side: str | None = None
    quantity: Decimal | None = None
    client_order_id: str | None = None
    actor: str = ""
    violations: tuple[Violation, ...] = ()
    evidence: Evidence | None = None
    body: Order | None = None
    at: Time
    market_at: Time


class RiskEventRow(msgspec.Struct, frozen=True, kw_only=True):
    """One event of risk.events as people read it: `event` is its type, `body` the whole of it."""

    number: str
    event: str
    code: str
    scope: str
    account_id: str
    body: msgspec.Raw
    at: Time
    market_at: Time
