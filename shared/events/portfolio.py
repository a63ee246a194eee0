"""The voice of portfolio: `portfolio.positions` (facts of the book) and `portfolio.valuations`
(observations).
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from shared.messages import Event, Observation
from shared.types import ZERO, Account, Time


class AccountOpened(Event, frozen=True, kw_only=True, tag=True):
    """A trading account exists; its opening cash follows as CashMoved."""

    account: Account


class CashMoved(Event, frozen=True, kw_only=True, tag=True):
    """Cash that no fill explains moved: `kind` is opening, deposit, withdrawal, dividend, fee
    ...; signed.
    """

    kind: str
    amount: Decimal
    currency: str
    balance: Decimal
    journal_id: str


class PositionChanged(Event, frozen=True, kw_only=True, tag=True):
    """A fill moved a position. `oms_seq` is the number of the oms.orders event that did it."""

    symbol: str
    quantity: Decimal
    average_price: Decimal
    cost_basis: Decimal
    realised: Decimal
    cash: Decimal
    currency: str
    oms_seq: int
    order_id: str
    execution_id: str


class PositionAdjusted(Event, frozen=True, kw_only=True, tag=True):
    """A position changed by something no fill explains (a split, an import); signed delta."""

    symbol: str
    quantity_delta: Decimal
    reason: str


class PositionValue(msgspec.Struct, frozen=True, kw_only=True):
    """One position of a valuation, in the account's currency; `stale` where no valid price was
    known.
    """

    symbol: str
    quantity: Decimal
    average_price: Decimal
    price: Decimal | None
    market_value: Decimal
    unrealised: Decimal
    lastday_price: Decimal | None = None


class AccountValued(Observation, frozen=True, kw_only=True, tag=True):
    """An account marked to market. `equity = cash + sum of market values`.

    `day_start_equity` and `day_flows` are of the current market day; `oms_seq` is the last
    oms.orders event in it.
    """

    account_id: str
    firm_id: str
    currency: str
    cash: Decimal
    equity: Decimal
    long_value: Decimal
    short_value: Decimal
    unrealised: Decimal
    realised: Decimal
    fees: Decimal = ZERO
    day_start_equity: Decimal
    day_flows: Decimal
    peak_equity: Decimal
    oms_seq: int
    day: Time
    complete: bool = True
    positions: tuple[PositionValue, ...] = ()
