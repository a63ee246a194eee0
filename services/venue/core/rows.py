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
    expires_at: the end of its day, or the one it named; fills: how many executions it has had;
    auction_at: the opening or close that it waits for.
    amount, fee: what has traded, quantity x price, and what was charged for it.
    ahead, displayed: its place in the queue while it rests (see `matching.queue`);
    shown: the part of an iceberg that can trade until the next refill.
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
    auction_at: Time | None = None
    post_only: bool = False
    display_quantity: Decimal | None = None
    shown: Decimal | None = None
    ahead: Decimal | None = None
    displayed: Decimal | None = None
    amount: Decimal = ZERO
    fee: Decimal = ZERO
    reason: str | None = None

    @property
    def leaves(self) -> Decimal:
        """What is still to be filled."""
        return self.quantity - self.cum_quantity

    @property
    def is_live(self) -> bool:
        """Whether it can still trade."""
        return self.status in LIVE

    @property
    def open_to_rest(self) -> Decimal:
        """What it can trade at one touch while it rests."""
        return self.leaves if self.shown is None else min(self.shown, self.leaves)


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
    fee: Decimal = ZERO


class PaperPositionRow(msgspec.Struct, frozen=True, kw_only=True):
    """What an account holds of a symbol by the exchange's own executions; short is negative."""

    account_id: str
    symbol: str
    firm_id: str
    quantity: Decimal


class HaltRow(msgspec.Struct, frozen=True, kw_only=True):
    """The last halt of a symbol; it goes on while `resumed_at` is None. Market times."""

    symbol: str
    halted_at: Time
    resumed_at: Time | None = None


class TakenRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a firm has taken of the displayed sizes of a symbol's quote: each counts once."""

    firm_id: str
    symbol: str
    quote_at: Time
    quote_row: int
    bid_taken: Decimal = ZERO
    ask_taken: Decimal = ZERO


class PaperClockRow(msgspec.Struct, frozen=True, kw_only=True):
    """The session as the clock last told it. `opened_at` is the beginning of the open session,
    or else of the last one, as far as it was seen.
    """

    name: str
    is_open: bool
    session: str
    opened_at: Time
    next_open: Time
    next_close: Time


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """The link's session with its broker: its number, and what it sent in the current second.
    untold: how many reports were not told when they should have been (see `faults`).
    """

    link: str
    number: int = 0
    opened_at: Time = Time(0)
    accepted: int = 0
    rate_second: int = 0
    rate_count: int = 0
    untold: int = 0
