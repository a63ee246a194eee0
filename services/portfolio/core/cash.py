"""Why a command about cash is refused. Amounts are at most AMOUNT_MAX and in whole hundredths."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from services.portfolio.core.rows import AccountRow
from shared.commands import Deposit, OpenAccount

AMOUNT_MAX = Decimal("1E15")
CENT = Decimal("0.01")
CURRENCY = re.compile(r"[A-Z]{3}\Z")


class Refusal(NamedTuple):
    """A code and what is wrong."""

    code: str
    text: str


UNKNOWN = Refusal("ACCOUNT_UNKNOWN", "no such account")


def opening_refusal(command: OpenAccount, existing: AccountRow | None) -> Refusal | None:
    """Why an account cannot be opened; None: it can."""
    if existing is not None:
        return Refusal("ACCOUNT_EXISTS", f"account {existing.account_id} is open already")
    if not command.firm_id:
        return Refusal("FIRM_MISSING", "an account belongs to a firm")
    if not CURRENCY.match(command.currency):
        return Refusal("CURRENCY_INVALID", f"no currency: {command.currency!r}")
    if not is_amount(command.cash) or command.cash < 0:
        return Refusal("CASH_INVALID", f"opening cash of {command.cash}")
    return None


def deposit_refusal(command: Deposit, account: AccountRow | None) -> Refusal | None:
    """Why cash cannot be put in; None: it can."""
    if account is None or account.firm_id != command.firm_id:
        return UNKNOWN
    if not is_amount(command.amount) or command.amount <= 0:
        return Refusal("CASH_INVALID", f"a deposit of {command.amount}")
    if command.currency != account.currency:
        return Refusal("CURRENCY_INVALID", f"the account is in {account.currency}")
    return None


def is_amount(amount: Decimal) -> bool:
    """Whether this can be an amount of money."""
    return amount.is_finite() and abs(amount) <= AMOUNT_MAX and amount % CENT == 0
