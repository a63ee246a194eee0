"""The rows of the paper link: the exchange's book, its clock, and the link's session."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from shared.types import ZERO, OrderType, Side, Time, TimeInForce

WAITING, TAKING, RESTING = "waiting", "taking", "resting"
FILLED, CANCELED, EXPIRED, REJECTED = "filled", "canceled", "expired", "rejected"
REPLACED = "replaced"
LIVE = frozenset({WAITING, TAKING, RESTING})


class PaperOrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """One order as the exchange holds it.

    status: waiting (arrived at `arrived_at`, not matched yet), taking (pays the far side),
    resting (at its limit), or how it ended; number: its place in the order of acceptance;
    expires_at: the end of its day; fills: how many executions it has had.
    """

    order_id: str
    venue_order_id: str
    account_id: str
    firm_id: str
    symbol: str
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    quantity: Decimal
    limit_price: Decimal | None
    extended_hours: bool
    status: str
    number: int
    cum_quantity: Decimal = ZERO
    fills: int = 0
    arrived_at: Time
    expires_at: Time | None = None
    reason: str | None = None

    @property
    def leaves(self) -> Decimal:
        """What is still to be filled."""
        return self.quantity - self.cum_quantity

    @property
    def is_live(self) -> bool:
        """Whether it can still trade."""
        return self.status in LIVE


class PaperExecutionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One execution of the exchange. `liquidity` is taker or maker."""

    execution_id: str
    order_id: str
    venue_order_id: str
    account_id: str
    firm_id: str
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    transact_at: Time
    quote_at: Time | None
    quote_row: int | None
    liquidity: str


class TakenRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a firm has taken of the displayed sizes of a symbol's quote: each counts once."""

    firm_id: str
    symbol: str
    quote_at: Time
    quote_row: int
    bid_taken: Decimal = ZERO
    ask_taken: Decimal = ZERO


class PaperClockRow(msgspec.Struct, frozen=True, kw_only=True):
    """The session as the clock last told it. `opened_at` is the beginning of the open session, as
    far as it was seen.
    """

    name: str
    is_open: bool
    session: str
    opened_at: Time
    next_open: Time
    next_close: Time


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """The link's session with its broker: its number, and what it sent in the current second."""

    link: str
    number: int = 0
    opened_at: Time = Time(0)
    accepted: int = 0
    rate_second: int = 0
    rate_count: int = 0
