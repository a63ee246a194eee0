"""What portfolio does with each message; the table at the foot is its behaviour."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from services.portfolio.core import cash, fills, ledger, valuation
from services.portfolio.core.day import roll
from services.portfolio.core.rows import AccountRow
from services.portfolio.core.state import PortfolioState
from shared.commands import Deposit, OpenAccount
from shared.events.market import ClockAdvanced
from shared.events.oms import ExecutionBusted, ExecutionCorrected, OrderFilled
from shared.events.portfolio import AccountOpened, AccountValued, CashMoved
from shared.events.risk import CommandRefused, WithdrawalApproved
from shared.ids import derived_id
from shared.messages import Command, Message
from shared.room import Room
from shared.table import At, Key
from shared.types import ZERO, Account, AccountType, Execution, normal


def on_open_account(message: OpenAccount, state: PortfolioState, at: At) -> list[Message]:
    """Open an account; its cash is its first entry and what its first day starts with."""
    account_id = message.account_id or derived_id("account", message.command_id)
    refusal = cash.opening_refusal(message, state.accounts.get(account_id))
    if refusal is not None:
        return [_refused(message, refusal)]
    account = _new_account(message, account_id, at)
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
    refusal = cash.deposit_refusal(message, account)
    if account is None or refusal is not None:
        return [_refused(message, refusal or cash.UNKNOWN)]
    moved = _move(state, account, message.amount, "deposit", message.command_id, at)
    return [moved, _valued(state, message.account_id, at)]


def on_withdrawal_approved(
    message: WithdrawalApproved, state: PortfolioState, at: At
) -> list[Message]:
    """Take out the cash that risk has approved."""
    account = _account(state, message.account_id)
    cause = message.cause or derived_id("withdrawal", account.account_id, message.seq)
    moved = _move(state, account, -message.amount, "withdrawal", cause, at)
    return [moved, _valued(state, message.account_id, at)]


def on_order_filled(message: OrderFilled, state: PortfolioState, at: At) -> list[Message]:
    """Book an execution, once."""
    return _booked([(fills.FILL, message.execution)], message.seq, state, at)


def on_execution_busted(message: ExecutionBusted, state: PortfolioState, at: At) -> list[Message]:
    """Take an execution back, once."""
    return _booked([(fills.BUST, message.execution)], message.seq, state, at)


def on_execution_corrected(
    message: ExecutionCorrected, state: PortfolioState, at: At
) -> list[Message]:
    """Take the old execution back and book the one that replaces it."""
    parts = [(fills.BUST, message.previous), (fills.FILL, message.execution)]
    return _booked(parts, message.seq, state, at)


def on_clock_advanced(message: ClockAdvanced, state: PortfolioState, at: At) -> list[Message]:
    """Value every account; begin another market day where the session has changed."""
    told: list[Message] = []
    for account in list(state.accounts.rows()):
        if account.session != message.session:
            roll(state, account, message.session, at)
        moved = valuation.mark_all(state, account.account_id)
        told.append(_valued(state, account.account_id, at, moved=moved))
    return told


def _booked(
    parts: list[tuple[str, Execution]], oms_seq: int, state: PortfolioState, at: At
) -> list[Message]:
    told: list[Message] = []
    for kind, fill in parts:
        changed = fills.book(state, fill, at, kind=kind, oms_seq=oms_seq)
        if changed is not None:
            told.append(changed)
    if not told:
        return []
    fill = parts[-1][1]
    held = state.positions.get(fill.account_id, fill.symbol)
    if held is not None:
        valuation.mark_position(state, held, held.last_price)
    return [*told, _valued(state, fill.account_id, at, moved=True)]


def _valued(
    state: PortfolioState, account_id: str, at: At, *, moved: bool = False
) -> AccountValued:
    account = _account(state, account_id)
    valued = valuation.value(state, account, at)
    if valued.peak_equity != account.peak_equity:
        state.accounts.put(msgspec.structs.replace(account, peak_equity=valued.peak_equity))
    valuation.keep(state, valued, moved=moved)
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


def _new_account(message: OpenAccount, account_id: str, at: At) -> Account:
    return Account(
        account_id=account_id,
        firm_id=message.firm_id,
        name=message.name,
        type=message.account_type,
        currency=message.currency,
        venue=message.venue,
        opened_at=at.market,
        multiplier=Decimal(2 if message.account_type is AccountType.MARGIN else 1),
    )


def _account(state: PortfolioState, account_id: str) -> AccountRow:
    """The account; that it is known is an invariant where this is called."""
    row = state.accounts.get(account_id)
    if row is None:
        raise LookupError(f"no account {account_id}")
    return row


def _refused(message: Command, refusal: cash.Refusal) -> CommandRefused:
    return CommandRefused(
        firm_id=message.firm_id,
        account_id=message.account_id,
        command_id=message.command_id,
        code=refusal.code,
        text=refusal.text,
    )


# -- older rows that a handler may look at ---------------------------------------------------------


def names_of_fill(message: OrderFilled | ExecutionBusted) -> Iterable[tuple[str, Key]]:
    """Is this execution (or its bust) in the book? And the position, if it was closed."""
    kind = fills.FILL if isinstance(message, OrderFilled) else fills.BUST
    return _names(kind, message.execution)


def names_of_correction(message: ExecutionCorrected) -> Iterable[tuple[str, Key]]:
    """Was the old one taken back, is the new one in the book? And the position."""
    return (*_names(fills.BUST, message.previous), *_names(fills.FILL, message.execution))


def _names(kind: str, fill: Execution) -> tuple[tuple[str, Key], ...]:
    return (
        ("booked", (fills.booked_id(kind, fill.execution_id),)),
        ("positions", (fill.account_id, fill.symbol)),
    )


_SAME = tuple(name for name in AccountRow.__struct_fields__ if name in Account.__struct_fields__)

HANDLERS = {
    OpenAccount: on_open_account,
    Deposit: on_deposit,
    WithdrawalApproved: on_withdrawal_approved,
    OrderFilled: on_order_filled,
    ExecutionBusted: on_execution_busted,
    ExecutionCorrected: on_execution_corrected,
    ClockAdvanced: on_clock_advanced,
}
NAMES = {
    OrderFilled: names_of_fill,
    ExecutionBusted: names_of_fill,
    ExecutionCorrected: names_of_correction,
}
ROOM = Room(
    name="portfolio",
    schema="portfolio",
    state=PortfolioState,
    handlers=HANDLERS,  # type: ignore[arg-type]
    names=NAMES,  # type: ignore[arg-type]
)
