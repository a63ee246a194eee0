"""The words of the field as values: times, sides, orders, executions, accounts, quotes.

Money, prices and quantities of trading are `Decimal`; market data carries `float` as published and
becomes `Decimal` only through an instrument. A `Time` is integer microseconds since the epoch
(UTC),
RFC 3339 on the wire.
"""

from __future__ import annotations

import decimal
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

import msgspec

PRECISION = 60
"""Digits of every decimal calculation: sums of what the wire can carry stay exact."""

decimal.DefaultContext.prec = PRECISION
decimal.getcontext().prec = PRECISION

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

SECOND_US = 1_000_000
ZERO = Decimal(0)


class Time(int):
    """Microseconds since 1970-01-01T00:00:00Z."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Time:
        """RFC 3339 text with an offset -> Time. Raises ValueError without an offset."""
        return _parsed(text)

    @classmethod
    def of(cls, moment: datetime) -> Time:
        """An aware datetime -> Time."""
        return cls((moment - _EPOCH) // _MICROSECOND)

    @property
    def moment(self) -> datetime:
        """This time as an aware UTC datetime."""
        return _EPOCH + timedelta(microseconds=int(self))

    def __str__(self) -> str:
        return _text(int(self))

    def plus(self, microseconds: int) -> Time:
        """The time that many microseconds later."""
        return Time(int(self) + microseconds)


@lru_cache(maxsize=16_384)
def _parsed(text: str) -> Time:
    """Messages of one poll carry the same few times again and again."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"time without an offset: {text}")
    return Time((moment - _EPOCH) // _MICROSECOND)


@lru_cache(maxsize=16_384)
def _text(time_us: int) -> str:
    second, microsecond = divmod(time_us, SECOND_US)
    fraction = f".{microsecond:06d}" if microsecond else ""
    return f"{_second_text(second)}{fraction}Z"


@lru_cache(maxsize=256)
def _second_text(second: int) -> str:
    return (_EPOCH + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S")


def normal(value: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent (`2.50` -> `2.5`, `1E+2` ->
    `100`).

    State lived must equal state loaded, so everything that is stored or sent passes through here.
    """
    if not value:
        return ZERO
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        return value
    if exponent > 0:
        return Decimal((sign, digits + (0,) * exponent, 0))
    stripped = len(digits)
    while exponent < 0 and digits[stripped - 1] == 0:
        stripped, exponent = stripped - 1, exponent + 1
    return Decimal((sign, digits[:stripped], exponent)) if stripped < len(digits) else value


class Side(StrEnum):
    BUY = "buy"
    SELL = "sell"


class OrderType(StrEnum):
    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop_limit"
    TRAILING_STOP = "trailing_stop"
    MARKET_IF_TOUCHED = "market_if_touched"
    LIMIT_IF_TOUCHED = "limit_if_touched"


class TimeInForce(StrEnum):
    DAY = "day"
    GTC = "gtc"
    GTD = "gtd"
    IOC = "ioc"
    FOK = "fok"
    OPG = "opg"
    CLS = "cls"


class OrderStatus(StrEnum):
    """FIX OrdStatus (39), in our words. `denied` is ours: the gate refused, no venue saw it."""

    PENDING_NEW = "pending_new"
    NEW = "new"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    DONE_FOR_DAY = "done_for_day"
    PENDING_CANCEL = "pending_cancel"
    PENDING_REPLACE = "pending_replace"
    SUSPENDED = "suspended"
    CANCELED = "canceled"
    REPLACED = "replaced"
    EXPIRED = "expired"
    REJECTED = "rejected"
    DENIED = "denied"


class TradingState(StrEnum):
    ACTIVE = "active"
    REDUCING = "reducing"
    HALTED = "halted"


class AccountType(StrEnum):
    CASH = "cash"
    MARGIN = "margin"
    CFD = "cfd"


class ScopeKind(StrEnum):
    ALL = "all"
    FIRM = "firm"
    ACCOUNT = "account"
    STRATEGY = "strategy"
    SYMBOL = "symbol"


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What a halt, a limit or a breaker applies to. `name` is empty for `all`; a strategy belongs
    to `account_id`.
    """

    kind: ScopeKind
    name: str = ""
    account_id: str = ""

    @property
    def key(self) -> str:
        """One text per scope, for keys of rows."""
        return f"{self.kind}:{self.account_id}:{self.name}"


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order as its owner asked for it. Its id is the id of the command that made it."""

    order_id: str
    account_id: str
    firm_id: str
    client_order_id: str
    symbol: str
    side: Side
    quantity: Decimal
    type: OrderType = OrderType.MARKET
    time_in_force: TimeInForce = TimeInForce.DAY
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_price: Decimal | None = None
    trail_percent: Decimal | None = None
    notional: Decimal | None = None
    extended_hours: bool = False
    order_class: str = "simple"
    strategy: str = "manual"
    actor: str = ""
    venue: str = "paper"
    reduce_only: bool = False
    post_only: bool = False
    display_quantity: Decimal | None = None
    expires_at: Time | None = None
    parent_id: str | None = None
    chain_id: str = ""
    replaces: str | None = None


class OrderState(msgspec.Struct, frozen=True, kw_only=True):
    """An order and how far it has come; `cum + leaves = quantity` while it is open, leaves 0 once
    it ended.

    Times are market times. `exit` says that the gate verified it as reducing the position.
    """

    order: Order
    status: OrderStatus
    cum_quantity: Decimal = ZERO
    leaves_quantity: Decimal = ZERO
    average_price: Decimal = ZERO
    created_at: Time
    submitted_at: Time
    updated_at: Time
    filled_at: Time | None = None
    canceled_at: Time | None = None
    expired_at: Time | None = None
    failed_at: Time | None = None
    replaced_at: Time | None = None
    replaced_by: str | None = None
    venue_order_id: str | None = None
    reason: str | None = None
    exit: bool = False


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """A fill. `transact_at` is market time; `quote_at` and `quote_row` name the quote it traded
    against.
    """

    execution_id: str
    order_id: str
    account_id: str
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    transact_at: Time
    quote_at: Time | None = None
    quote_row: int | None = None
    fee: Decimal = ZERO
    currency: str = "USD"
    execution_ref: str | None = None


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A trading account: one firm owns it, one venue link trades it."""

    account_id: str
    firm_id: str
    name: str
    type: AccountType = AccountType.MARGIN
    currency: str = "USD"
    venue: str = "paper"
    opened_at: Time
    multiplier: Decimal = Decimal(2)


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """A failed check. `limit`, `value` and `projected` are the numbers behind it, as text where
    they are not numbers.
    """

    code: str
    scope: str = ""
    limit: str | None = None
    value: str | None = None
    projected: str | None = None
    message: str = ""
