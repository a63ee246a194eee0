"""Amounts that people put in: what is refused, in order of precedence, and what passes."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest

from services.portfolio.core.cash import deposit_refusal, is_amount, opening_refusal
from services.portfolio.core.rows import AccountRow
from shared.commands import Deposit, OpenAccount
from tests.builders import ACCOUNT, FIRM, NOON, account

HELD = AccountRow(
    account=account(),
    day_started=NOON,
    **{
        name: getattr(account(), name)
        for name in ("account_id", "firm_id", "name", "type", "currency", "venue", "opened_at")
    },
)


def opening(**fields: Any) -> OpenAccount:
    values: dict[str, Any] = {"firm_id": FIRM, "name": "test", "cash": D(5)}
    return OpenAccount(at=NOON, market_at=NOON, command_id="c", actor="ada", **{**values, **fields})


def deposit(**fields: Any) -> Deposit:
    values: dict[str, Any] = {"firm_id": FIRM, "account_id": ACCOUNT, "amount": D(5)}
    return Deposit(at=NOON, market_at=NOON, command_id="c", actor="ada", **{**values, **fields})


@pytest.mark.parametrize(
    ("fields", "existing", "code"),
    [
        ({"firm_id": "", "cash": D(-1)}, HELD, "ACCOUNT_EXISTS"),
        ({"firm_id": "", "currency": "usd"}, None, "FIRM_MISSING"),
        ({"currency": "usd", "cash": D(-1)}, None, "CURRENCY_INVALID"),
        ({"currency": "USDT"}, None, "CURRENCY_INVALID"),
        ({"cash": D("-0.01")}, None, "CASH_INVALID"),
    ],
)
def test_an_opening_is_refused_for_the_first_thing_that_is_wrong(
    fields: dict[str, Any], existing: AccountRow | None, code: str
) -> None:
    refusal = opening_refusal(opening(**fields), existing)
    assert refusal is not None and refusal.code == code


@pytest.mark.parametrize("cash", ["0", "0.01", "100000", "1000000000000000"])
def test_an_opening_with_money_or_none_passes(cash: str) -> None:
    assert opening_refusal(opening(cash=D(cash)), None) is None


@pytest.mark.parametrize(
    ("fields", "held", "code"),
    [
        ({"amount": D(-1)}, None, "ACCOUNT_UNKNOWN"),
        ({"firm_id": "another", "amount": D(-1)}, HELD, "ACCOUNT_UNKNOWN"),
        ({"amount": D(0), "currency": "EUR"}, HELD, "CASH_INVALID"),
        ({"currency": "EUR"}, HELD, "CURRENCY_INVALID"),
    ],
)
def test_a_deposit_is_refused_for_the_first_thing_that_is_wrong(
    fields: dict[str, Any], held: AccountRow | None, code: str
) -> None:
    refusal = deposit_refusal(deposit(**fields), held)
    assert refusal is not None and refusal.code == code


def test_a_deposit_of_a_cent_passes() -> None:
    assert deposit_refusal(deposit(amount=D("0.01")), HELD) is None


@pytest.mark.parametrize("text", ["NaN", "sNaN", "Infinity", "-Infinity", "1E16", "0.005"])
def test_what_is_no_number_too_much_or_less_than_a_cent_is_no_amount(text: str) -> None:
    assert not is_amount(D(text))
