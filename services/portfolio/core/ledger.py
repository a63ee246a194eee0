"""Double entry: every movement is an entry whose lines sum to zero per currency (debits positive).

Ledger accounts: `cash` and `securities` (at cost) are assets; `capital` is what the owner put in;
`realised` is income, `fees` an expense.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from services.portfolio.core.positions import Booking
from services.portfolio.core.rows import AccountRow, EntryRow, LineRow
from services.portfolio.core.state import PortfolioState
from shared.ids import derived_id
from shared.table import At
from shared.types import ZERO, Execution, normal

CASH, SECURITIES, CAPITAL, REALISED, FEES = "cash", "securities", "capital", "realised", "fees"
NUMBERS = ("01", "02", "03", "04")
"""The lines of an entry, in the order of its amounts."""


class Unbalanced(Exception):
    """An entry does not sum to zero; nothing of it may be written."""


def post(
    state: PortfolioState,
    entry: EntryRow,
    currency: str,
    amounts: dict[str, Decimal],
    symbol: str | None = None,
) -> None:
    """Write an entry: ledger account -> amount. Lines of zero are left out. Raises Unbalanced."""
    lines = [
        LineRow(
            journal_id=entry.journal_id,
            line=NUMBERS[number],
            account_id=entry.account_id,
            ledger_account=account,
            currency=currency,
            amount=normal(amount),
            symbol=symbol if account == SECURITIES else None,
        )
        for number, (account, amount) in enumerate(amounts.items())
        if amount
    ]
    check(lines)
    state.journal_entries.put(entry)
    for line in lines:
        state.journal_lines.put(line)


def check(lines: list[LineRow]) -> None:
    """Raise Unbalanced unless the lines sum to zero in every currency."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        sums[line.currency] = sums.get(line.currency, ZERO) + line.amount
    if any(sums.values()):
        raise Unbalanced(str(sums))


def move_cash(
    state: PortfolioState, account: AccountRow, amount: Decimal, kind: str, cause: str, at: At
) -> EntryRow:
    """Book money that comes in (positive) or goes out; it is a flow, not a profit."""
    entry = EntryRow(
        journal_id=derived_id("journal", kind, cause),
        account_id=account.account_id,
        kind=kind,
        cause=cause,
        booked_at=at.market,
    )
    post(state, entry, account.currency, {CASH: amount, CAPITAL: -amount})
    state.accounts.put(
        msgspec.structs.replace(
            account,
            cash=normal(account.cash + amount),
            flows=normal(account.flows + amount),
            day_flows=normal(account.day_flows + amount),
            peak_equity=normal(account.peak_equity + amount),
        )
    )
    return entry


def book_fill(
    state: PortfolioState,
    account: AccountRow,
    fill: Execution,
    booking: Booking,
    at: At,
    *,
    kind: str = "fill",
    oms_seq: int,
) -> EntryRow:
    """Book an execution: cash against securities at cost, profit and fee."""
    entry = EntryRow(
        journal_id=derived_id("journal", kind, fill.execution_id),
        account_id=account.account_id,
        kind=kind,
        cause=fill.execution_id,
        booked_at=at.market,
    )
    amounts = {
        CASH: booking.cash_change,
        SECURITIES: booking.cost_change,
        REALISED: -booking.realised,
        FEES: fill.fee,
    }
    post(state, entry, account.currency, amounts, fill.symbol)
    state.positions.put(booking.position)
    state.accounts.put(
        msgspec.structs.replace(
            account,
            cash=normal(account.cash + booking.cash_change),
            realised=normal(account.realised + booking.realised),
            fees=normal(account.fees + fill.fee),
            oms_seq=oms_seq,
        )
    )
    return entry
