"""The words of the field as values: times, sides, orders, executions, accounts, quotes.

Money, prices and quantities of trading are `Decimal`; market data carries `float` as published and
becomes `Decimal` only through an instrument. A `Time` is integer microseconds since the epoch
(UTC),
RFC 3339 on the wire.
"""

from __future__ import annotations

import decimal
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from enum import StrEnum

import msgspec

from shared.times import SECOND_US as SECOND_US
from shared.times import Time as Time

PRECISION = 60
"""Digits of every decimal calculation: sums of what the wire can carry stay exact."""

decimal.DefaultContext.prec = PRECISION
decimal.getcontext().prec = PRECISION

ZERO = Decimal(0)
ONE = Decimal(1)
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])


def normal(value: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent (`2.50` -> `2.5`, `1E+2` ->
    `100`).

    State lived must equal state loaded, so everything that is stored or sent passes through here.
    """
    if not value:
        return ZERO
    if value.same_quantum(ONE) or not value.is_finite():
        return value
    whole = value.quantize(ONE, None, _EXACT)
    if whole == value:
        return whole
    plain = value.normalize(_EXACT)
    return value if value.same_quantum(plain) else plain


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


class OrderClass(StrEnum):
    """How an order hangs together with its legs: see `Order.legs`."""

    SIMPLE = "simple"
    BRACKET = "bracket"
    OTO = "oto"
    OCO = "oco"


class Algorithm(msgspec.Struct, frozen=True, kw_only=True):
    """How an order is worked over time (FIX TargetStrategy): by children between two market times.

    name: twap, vwap or pov; bins: into how many equal stretches of time the schedule is cut;
    curve: of vwap, the volume expected in each bin (any unit, only the proportions count);
    rate: of pov, the largest share of each minute's traded volume, 0 < rate <= 1.
    """

    name: str
    starts_at: Time
    ends_at: Time
    bins: int = 10
    curve: tuple[Decimal, ...] = ()
    rate: Decimal | None = None


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """An exit that belongs to another order. All it does not say is as there: symbol, account,
    time in force, quantity; its side is the other one in a bracket or OTO, the same in an OCO.
    """

    order_id: str
    client_order_id: str
    type: OrderType
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_price: Decimal | None = None
    trail_percent: Decimal | None = None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order as its owner asked for it. Its id is the id of the command that made it.

    legs: the exits of a bracket or OTO (they begin when this order fills), the stop of an OCO; the
    gate judges them with this order. Legs and children of an algorithm name it as `parent_id`.
    """

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
    order_class: OrderClass = OrderClass.SIMPLE
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
    legs: tuple[Leg, ...] = ()
    algorithm: Algorithm | None = None


class OrderState(msgspec.Struct, frozen=True, kw_only=True):
    """An order and how far it has come; `cum + leaves = quantity` while it is open, leaves 0 once
    it ended.

    Times are market times. `exit` says that the gate verified it as reducing the position.
    held: OMS keeps the order itself and no venue has it (a type that its venue lacks, a leg that
    waits, the parent of an algorithm); triggered_at: when it was sent all the same;
    hwm, stop_price: of a trailing stop, the best price so far and the stop that follows from it.
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
    held: bool = False
    triggered_at: Time | None = None
    hwm: Decimal | None = None
    stop_price: Decimal | None = None


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
