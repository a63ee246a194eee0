"""The rows of the book: accounts, positions, the journal, valuations."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from shared.types import ZERO, Account, AccountType, Time


class AccountRow(msgspec.Struct, frozen=True, kw_only=True):
    """An account and its sums, all in its currency. `flows` are net deposits since it was opened;
    `session` is the market day it stands in, `day_started` the market time that day began for it.
    """

    account_id: str
    firm_id: str
    name: str
    type: AccountType
    currency: str
    venue: str
    opened_at: Time
    account: Account
    cash: Decimal = ZERO
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    flows: Decimal = ZERO
    session: str = ""
    day_started: Time
    day_start_equity: Decimal = ZERO
    day_flows: Decimal = ZERO
    peak_equity: Decimal = ZERO
    oms_seq: int = 0


class PositionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A position at average cost: signed quantity and signed cost. `last_price` is what it last
    traded at, `lastday_price` its mark at the end of the market day before (None: opened since).
    """

    account_id: str
    symbol: str
    quantity: Decimal = ZERO
    cost_basis: Decimal = ZERO
    average_price: Decimal = ZERO
    realised: Decimal = ZERO
    last_price: Decimal | None = None
    lastday_price: Decimal | None = None


class EntryRow(msgspec.Struct, frozen=True, kw_only=True):
    """The head of a journal entry: what it is, what caused it, when (market time)."""

    journal_id: str
    account_id: str
    kind: str
    cause: str
    booked_at: Time


class LineRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a journal entry; debits are positive. The lines of an entry sum to zero per
    currency.
    """

    journal_id: str
    line: str
    account_id: str
    ledger_account: str
    currency: str
    amount: Decimal
    symbol: str | None = None


class BookedRow(msgspec.Struct, frozen=True, kw_only=True):
    """An execution that is in the book."""

    execution_id: str
    journal_id: str


class ValuationRow(msgspec.Struct, frozen=True, kw_only=True):
    """The last valuation of an account, as REST and the views show it."""

    account_id: str
    firm_id: str
    currency: str
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
    oms_seq: int
    complete: bool
    valued_at: Time


class PositionValueRow(msgspec.Struct, frozen=True, kw_only=True):
    """One position of the last valuation of its account, written with it. `price` is its mark;
    `stale` where no quote was valid and the last known price stands in for it.
    """

    account_id: str
    symbol: str
    quantity: Decimal
    average_price: Decimal
    cost_basis: Decimal
    price: Decimal | None
    stale: bool
    market_value: Decimal
    unrealised: Decimal
    realised: Decimal
    lastday_price: Decimal | None
