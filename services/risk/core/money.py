"""Money of risk's own book: accounts as they open, cash that no fill explains, withdrawals.

Money out is new risk: a withdrawal is judged like an order, never borrows, and counts from its
approval until portfolio has booked it.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from services.risk.core import codes
from services.risk.core.exposure import AccountBook
from services.risk.core.records import write_decision
from services.risk.core.rows import AccountRow, WithdrawalRow
from services.risk.core.state import RiskState
from services.risk.core.violations import account_key, number_text
from services.risk.core.watch import arm
from shared.commands import Withdraw
from shared.events.portfolio import AccountOpened, AccountValued, CashMoved, PositionAdjusted
from shared.events.risk import Evidence, WithdrawalApproved, WithdrawalDenied
from shared.messages import Event
from shared.table import At
from shared.types import ZERO, AccountType, TradingState, Violation, normal

CENT = Decimal("0.01")
AMOUNT_MAX = Decimal("1E15")
WITHDRAWAL = "withdrawal"


def open_account(message: AccountOpened, state: RiskState, at: At) -> None:
    """A new account: no cash yet (that follows), breakers armed."""
    account = message.account
    if state.accounts.get(account.account_id) is not None:
        return
    state.accounts.put(
        AccountRow(
            account_id=account.account_id,
            firm_id=account.firm_id,
            type=account.type,
            currency=account.currency,
            venue=account.venue,
            multiplier=normal(account.multiplier),
            opened_at=account.opened_at,
        )
    )
    arm(account.account_id, state, at)


def move_cash(message: CashMoved, state: RiskState) -> None:
    """Cash moved; a withdrawal that was waiting for it is booked now."""
    account = known_account(message.account_id, state)
    cash = normal(account.cash + message.amount)
    state.accounts.put(msgspec.structs.replace(account, cash=cash))
    if message.kind == WITHDRAWAL and message.cause is not None:
        state.withdrawals.delete(message.cause)


def known_account(account_id: str, state: RiskState) -> AccountRow:
    """The account; that portfolio opened it first is an invariant where this is called."""
    account = state.accounts.get(account_id)
    if account is None:
        raise LookupError(f"no account {account_id}")
    return account


def adjusted(message: PositionAdjusted) -> Decimal:
    """The change of a position that no fill explains."""
    return normal(message.quantity_delta)


def note_valued(message: AccountValued, state: RiskState) -> None:
    """The first valuation that agrees with our cash: from here on the gate can judge."""
    account = state.accounts.get(message.account_id)
    if account is not None and not account.valued and account.cash == message.cash:
        state.accounts.put(msgspec.structs.replace(account, valued=True))


def withdraw(command: Withdraw, state: RiskState, at: At) -> Event:
    """The verdict on taking cash out."""
    violations = tuple(_violations(command, state, at))
    free = withdrawable(state.books.of(command.account_id)) if _row(command, state) else ZERO
    seen = Evidence(buying_power=free)
    write_decision(state, command, WITHDRAWAL, violations, at, evidence=seen)
    if violations:
        return WithdrawalDenied(
            firm_id=command.firm_id,
            account_id=command.account_id,
            amount=command.amount if command.amount.is_finite() else ZERO,
            currency=command.currency,
            violations=violations,
        )
    amount = normal(command.amount)
    state.withdrawals.put(
        WithdrawalRow(
            withdrawal_id=command.command_id,
            account_id=command.account_id,
            amount=amount,
            currency=command.currency,
            at=at.wall,
        )
    )
    return WithdrawalApproved(
        firm_id=command.firm_id,
        account_id=command.account_id,
        amount=amount,
        currency=command.currency,
        actor=command.actor,
    )


def withdrawable(book: AccountBook) -> Decimal:
    """What may leave: cash that open buys do not need, and in a margin account no more than the
    equity that gross exposure does not stand on.
    """
    row = book.row
    if row is None:
        return ZERO
    free = book.cash - book.withdrawn - book.buy_notional
    if row.type is AccountType.CASH:
        return free
    return min(free, book.equity - (book.gross + book.extra) / row.multiplier)


def _row(command: Withdraw, state: RiskState) -> AccountRow | None:
    return state.accounts.get(command.account_id)


def _violations(command: Withdraw, state: RiskState, at: At) -> list[Violation]:
    account = _row(command, state)
    if account is None or account.firm_id != command.firm_id:
        return [_violation(command, codes.ACCOUNT_UNKNOWN, value=command.account_id)]
    found = _caught_up(command, state, at)
    found += _trading(command, account, state)
    if command.currency != account.currency:
        currency = codes.WITHDRAWAL_CURRENCY_INVALID
        found.append(_violation(command, currency, limit=account.currency, value=command.currency))
    if not _is_amount(command.amount):
        invalid = codes.WITHDRAWAL_AMOUNT_INVALID
        return [*found, _violation(command, invalid, value=str(command.amount))]
    book = state.books.of(command.account_id)
    valued = state.latest.read(AccountValued, command.account_id)
    if valued is not None and valued is not book.valued:
        book.revalue(valued)
    free = withdrawable(book)
    if command.amount > free:
        exceeds = codes.WITHDRAWAL_EXCEEDS_AVAILABLE
        found.append(_violation(command, exceeds, limit=free, value=command.amount))
    return found


def _caught_up(command: Withdraw, state: RiskState, at: At) -> list[Violation]:
    book = state.books.of(command.account_id)
    limits, found = book.limits, []
    if not limits.is_loaded:
        found.append(_violation(command, codes.LIMITS_MISSING))
    if at.wall - command.at > limits.command_age_us:
        found.append(_violation(command, codes.COMMAND_TOO_OLD))
    valued = state.latest.read(AccountValued, command.account_id)
    if valued is None:
        found.append(_violation(command, codes.VALUATION_MISSING))
    elif at.wall - valued.at > limits.valuation_age_us:
        found.append(_violation(command, codes.VALUATION_STALE))
    elif not valued.complete:
        found.append(_violation(command, codes.VALUATION_INCOMPLETE))
    rooms = book.rooms
    if rooms is None or not rooms.are_alive(at.wall - limits.room_silence_us, state.sights):
        found.append(_violation(command, codes.ROOM_SILENT))
    return found


def _trading(command: Withdraw, account: AccountRow, state: RiskState) -> list[Violation]:
    scopes = (("all", ""), ("firm", account.firm_id), ("account", account.account_id))
    for kind, name in scopes:
        row = state.halts.of((kind, name, ""))
        if row is not None:
            halted = row.state is TradingState.HALTED
            code = codes.TRADING_STATE_HALTED if halted else codes.TRADING_STATE_REDUCING
            return [_violation(command, code, value=row.by)]
    return []


def _is_amount(amount: Decimal) -> bool:
    return amount.is_finite() and 0 < amount <= AMOUNT_MAX and not amount % CENT


def _violation(
    command: Withdraw,
    code: str,
    limit: Decimal | str | None = None,
    value: Decimal | str | None = None,
) -> Violation:
    return Violation(
        code=code,
        scope=account_key(command.account_id),
        limit=number_text(limit),
        value=number_text(value),
        message=codes.VIOLATIONS[code],
    )
