"""What portfolio does with each message; the table at the foot is its behaviour."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from services.portfolio.core import ledger, positions, valuation
from services.portfolio.core.day import roll
from services.portfolio.core.rows import AccountRow, BookedRow, PositionRow
from services.portfolio.core.state import PortfolioState
from shared.commands import Deposit, OpenAccount
from shared.events.market import ClockAdvanced
from shared.events.oms import OrderFilled
from shared.events.portfolio import AccountOpened, CashMoved, PositionChanged
from shared.events.risk import CommandRefused, WithdrawalApproved
from shared.ids import derived_id
from shared.messages import Command, Message
from shared.room import Room
from shared.table import At, Key
from shared.types import ZERO, Account, AccountType, normal

AMOUNT_MAX = Decimal("1E15")


def on_open_account(message: OpenAccount, state: PortfolioState, at: At) -> list[Message]:
    """Open an account; its cash is its first entry."""
    account_id = message.account_id or derived_id("account", message.command_id)
    if state.accounts.get(account_id) is not None:
        return [_refused(message, "ACCOUNT_EXISTS", f"account {account_id} is open already")]
    if not _is_amount(message.cash) or message.cash < 0:
        return [_refused(message, "CASH_INVALID", f"opening cash {message.cash}")]
    account = Account(
        account_id=account_id,
        firm_id=message.firm_id,
        name=message.name,
        type=message.account_type,
        currency=message.currency,
        venue=message.venue,
        opened_at=at.market,
        multiplier=Decimal(2 if message.account_type is AccountType.MARGIN else 1),
    )
    row = AccountRow(
        **{name: getattr(account, name) for name in _SAME}, account=account, day_started=at.market
    )
    state.accounts.put(row)
    told: list[Message] = [
        AccountOpened(firm_id=message.firm_id, account_id=account_id, account=account)
    ]
    if message.cash:
        told.append(_move(state, row, message.cash, "opening", message.command_id, at))
    opened = _account(state, account_id)
    state.accounts.put(
        msgspec.structs.replace(opened, day_start_equity=opened.cash, day_flows=ZERO)
    )
    return [*told, _valued(state, account_id, at)]


def on_deposit(message: Deposit, state: PortfolioState, at: At) -> list[Message]:
    """Put cash in."""
    account = state.accounts.get(message.account_id)
    if account is None:
        return [_refused(message, "ACCOUNT_UNKNOWN", f"no account {message.account_id}")]
    if not _is_amount(message.amount) or message.amount <= 0:
        return [_refused(message, "CASH_INVALID", f"deposit of {message.amount}")]
    if message.currency != account.currency:
        return [_refused(message, "CURRENCY_INVALID", f"account is in {account.currency}")]
    moved = _move(state, account, message.amount, "deposit", message.command_id, at)
    return [moved, _valued(state, message.account_id, at)]


def on_withdrawal_approved(
    message: WithdrawalApproved, state: PortfolioState, at: At
) -> list[Message]:
    """Take out the cash that risk has approved."""
    account = _account(state, message.account_id)
    moved = _move(state, account, -message.amount, "withdrawal", message.cause or "", at)
    return [moved, _valued(state, message.account_id, at)]


def on_order_filled(message: OrderFilled, state: PortfolioState, at: At) -> list[Message]:
    """Book an execution, once."""
    fill = message.execution
    if state.booked.get(fill.execution_id) is not None:
        return []
    account = _account(state, fill.account_id)
    held = state.positions.get(fill.account_id, fill.symbol) or PositionRow(
        account_id=fill.account_id, symbol=fill.symbol
    )
    booking = positions.book(held, fill)
    entry = ledger.book_fill(state, account, fill, booking, message.seq, at)
    state.booked.put(BookedRow(execution_id=fill.execution_id, journal_id=entry.journal_id))
    changed = PositionChanged(
        firm_id=message.firm_id,
        account_id=fill.account_id,
        symbol=fill.symbol,
        quantity=booking.position.quantity,
        average_price=booking.position.average_price,
        cost_basis=booking.position.cost_basis,
        realised=booking.realised,
        cash=_account(state, fill.account_id).cash,
        currency=account.currency,
        oms_seq=message.seq,
        order_id=fill.order_id,
        execution_id=fill.execution_id,
    )
    return [changed, _valued(state, fill.account_id, at)]


def on_clock_advanced(message: ClockAdvanced, state: PortfolioState, at: At) -> list[Message]:
    """Value every account; begin another market day where the session has changed."""
    told: list[Message] = []
    for account in list(state.accounts.rows()):
        if account.session != message.session:
            if account.session:
                roll(state, account, message.session, at)
            else:
                state.accounts.put(msgspec.structs.replace(account, session=message.session))
        told.append(_valued(state, account.account_id, at))
    return told


def _valued(state: PortfolioState, account_id: str, at: At) -> Message:
    account = _account(state, account_id)
    valued = valuation.value(state, account, at)
    if valued.peak_equity != account.peak_equity:
        state.accounts.put(msgspec.structs.replace(account, peak_equity=valued.peak_equity))
    valuation.keep(state, valued)
    return valued


def _move(
    state: PortfolioState, account: AccountRow, amount: Decimal, kind: str, cause: str, at: At
) -> CashMoved:
    entry = ledger.move_cash(state, account, amount, kind, cause, at)
    return CashMoved(
        firm_id=account.firm_id,
        account_id=account.account_id,
        cause=cause,
        kind=kind,
        amount=normal(amount),
        currency=account.currency,
        balance=_account(state, account.account_id).cash,
        journal_id=entry.journal_id,
    )


def _account(state: PortfolioState, account_id: str) -> AccountRow:
    """The account; that it is known is an invariant where this is called."""
    row = state.accounts.get(account_id)
    if row is None:
        raise LookupError(f"no account {account_id}")
    return row


def _is_amount(amount: Decimal) -> bool:
    return amount.is_finite() and abs(amount) <= AMOUNT_MAX


def _refused(message: Command, code: str, text: str) -> CommandRefused:
    return CommandRefused(
        firm_id=message.firm_id,
        account_id=message.account_id,
        command_id=message.command_id,
        code=code,
        text=text,
    )


def names_of_fill(message: OrderFilled) -> Iterable[tuple[str, Key]]:
    """Is this execution in the book?"""
    return (("booked", (message.execution.execution_id,)),)


_SAME = tuple(name for name in AccountRow.__struct_fields__ if name in Account.__struct_fields__)

HANDLERS = {
    OpenAccount: on_open_account,
    Deposit: on_deposit,
    WithdrawalApproved: on_withdrawal_approved,
    OrderFilled: on_order_filled,
    ClockAdvanced: on_clock_advanced,
}
NAMES = {OrderFilled: names_of_fill}
ROOM = Room(
    name="portfolio",
    schema="portfolio",
    state=PortfolioState,
    handlers=HANDLERS,  # type: ignore[arg-type]
    names=NAMES,  # type: ignore[dict-item]
)
