"""An account as the book has it: one valuation, and what the gate reserves, all of one moment."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from shared.types import ZERO, Time


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A position of a valuation."""

    symbol: str
    quantity: Decimal
    average_price: Decimal
    cost_basis: Decimal
    price: Decimal | None
    market_value: Decimal
    unrealised: Decimal
    realised: Decimal
    lastday_price: Decimal | None
    stale: bool


class Working(msgspec.Struct, frozen=True, kw_only=True):
    """What is still open in one symbol on one side, and what it may cost at worst."""

    symbol: str
    side: str
    quantity: Decimal
    notional: Decimal
    count: int


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """An account by one valuation, and what the gate reserves of it: all of one moment. `behind`:
    OMS has told a fill that portfolio has not booked yet.
    """

    account_id: str
    firm_id: str
    name: str
    type: str
    currency: str
    venue: str
    opened_at: Time
    multiplier: Decimal
    state: str
    cash: Decimal
    equity: Decimal
    long_value: Decimal
    short_value: Decimal
    unrealised: Decimal
    realised: Decimal
    fees: Decimal
    day_start_equity: Decimal
    day_flows: Decimal
    peak_equity: Decimal
    buying_power: Decimal
    withdrawn: Decimal = ZERO
    complete: bool
    behind: bool = False
    valued_at: Time
    positions: tuple[Held, ...] = ()
    working: tuple[Working, ...] = ()
