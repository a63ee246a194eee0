"""What an execution does to the book, and an execution taken back: each once.

A bust is booked as the opposite fill at the same price. Cash, quantity and total profit come out
right; under average cost the split between realised and unrealised may differ from that of a
book that never saw the fill.
"""

from __future__ import annotations

from services.portfolio.core import ledger, positions
from services.portfolio.core.rows import AccountRow, BookedRow, PositionRow
from services.portfolio.core.state import PortfolioState
from shared.events.portfolio import PositionChanged
from shared.table import At
from shared.types import Execution

FILL, BUST = "fill", "bust"


def booked_id(kind: str, execution_id: str) -> str:
    """What an execution, or its bust, is remembered under."""
    return execution_id if kind == FILL else f"{kind}/{execution_id}"


def book(
    state: PortfolioState, fill: Execution, at: At, *, kind: str = FILL, oms_seq: int
) -> PositionChanged | None:
    """Book an execution, or take it back; None where that was done before.

    Raises LookupError for an unknown account and ValueError for another currency than its own.
    """
    name = booked_id(kind, fill.execution_id)
    if state.booked.get(name) is not None:
        return None
    account = _account(state, fill)
    held = state.positions.get(fill.account_id, fill.symbol) or PositionRow(
        account_id=fill.account_id, symbol=fill.symbol
    )
    moved = fill if kind == FILL else positions.reversal(fill)
    booking = positions.book(held, moved, state.multiplier(fill.symbol))
    entry = ledger.book_fill(state, account, moved, booking, at, kind=kind, oms_seq=oms_seq)
    state.booked.put(BookedRow(execution_id=name, journal_id=entry.journal_id))
    return _changed(state, account, moved, booking, oms_seq)


def _account(state: PortfolioState, fill: Execution) -> AccountRow:
    account = state.accounts.get(fill.account_id)
    if account is None:
        raise LookupError(f"no account {fill.account_id}")
    if fill.currency != account.currency:
        raise ValueError(f"a fill in {fill.currency} on an account in {account.currency}")
    return account


def _changed(
    state: PortfolioState,
    account: AccountRow,
    fill: Execution,
    booking: positions.Booking,
    oms_seq: int,
) -> PositionChanged:
    after = state.accounts.get(account.account_id) or account
    return PositionChanged(
        firm_id=account.firm_id,
        account_id=account.account_id,
        symbol=fill.symbol,
        quantity=booking.position.quantity,
        average_price=booking.position.average_price,
        cost_basis=booking.position.cost_basis,
        realised=booking.realised,
        cash=after.cash,
        currency=account.currency,
        oms_seq=oms_seq,
        order_id=fill.order_id,
        execution_id=fill.execution_id,
    )
