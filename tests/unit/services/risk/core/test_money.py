"""Money of risk's own book, and money out."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from services.risk.core.money import withdrawable
from shared.events.risk import WithdrawalApproved, WithdrawalDenied
from shared.types import AccountType, Scope, ScopeKind
from tests.builders import ACCOUNT
from tests.unit.services.risk.desk import D, Desk, codes, limit


def test_an_account_is_judged_once_a_valuation_agrees_with_its_cash() -> None:
    desk = Desk()
    assert desk.row("accounts", ACCOUNT).valued
    row = Desk(cash="5").row("accounts", ACCOUNT)
    assert (row.cash, row.valued) == (5, True)


def test_a_valuation_that_knows_other_cash_is_not_agreed_with() -> None:
    desk = Desk()
    table = desk.state.accounts
    table.put(msgspec.structs.replace(table.get(ACCOUNT), valued=False))
    desk.value(cash=D("99999"))
    assert not desk.row("accounts", ACCOUNT).valued
    desk.wait(1)
    desk.value()
    assert desk.row("accounts", ACCOUNT).valued


def test_cash_may_leave_and_no_more_than_there_is() -> None:
    desk = Desk(AccountType.CASH, "1000")
    assert isinstance(desk.withdraw("1000.01"), WithdrawalDenied)
    answer = desk.withdraw("1000.00")
    assert isinstance(answer, WithdrawalApproved)
    assert (answer.amount, answer.actor) == (1000, "ada")
    assert codes(desk.withdraw("0.01").violations) == ["WITHDRAWAL_EXCEEDS_AVAILABLE"]


def test_a_margin_account_keeps_the_equity_its_exposure_stands_on_and_never_borrows() -> None:
    desk = Desk(cash="100000")
    desk.buy("AIG", "500", "100")
    book = desk.state.books.of(ACCOUNT)
    desk.judge()
    assert withdrawable(book) == 50_000  # cash; equity would allow 75,000
    desk.submit("two", symbol="IBM", **limit("50", quantity=D(600)))
    assert withdrawable(book) == 20_000  # less the open buy
    desk.marks["AIG"] = D(30)
    desk.value()
    desk.judge()
    # equity 65,000 less half of 15,000 held and 30,000 working
    assert withdrawable(book) == 20_000
    desk.marks["AIG"] = D(1)
    desk.value()
    desk.judge()
    assert withdrawable(book) == 20_000


def test_a_short_account_may_not_take_the_proceeds() -> None:
    desk = Desk(cash="10000")
    desk.short("AIG", "100", "100")
    desk.judge()
    book = desk.state.books.of(ACCOUNT)
    assert book.cash == 20_000
    assert withdrawable(book) == 5_000  # equity 10,000 less half of 10,000 short


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"amount": D("0")}, "WITHDRAWAL_AMOUNT_INVALID"),
        ({"amount": D("-1")}, "WITHDRAWAL_AMOUNT_INVALID"),
        ({"amount": D("NaN")}, "WITHDRAWAL_AMOUNT_INVALID"),
        ({"amount": D("Infinity")}, "WITHDRAWAL_AMOUNT_INVALID"),
        ({"amount": D("0.001")}, "WITHDRAWAL_AMOUNT_INVALID"),
        ({"currency": "EUR"}, "WITHDRAWAL_CURRENCY_INVALID"),
        ({"account_id": "nobody"}, "ACCOUNT_UNKNOWN"),
        ({"firm_id": "firm-2"}, "ACCOUNT_UNKNOWN"),
    ],
)
def test_what_is_no_withdrawal_is_denied(fields: dict[str, Any], code: str) -> None:
    answer = Desk().withdraw("10", **fields)
    assert isinstance(answer, WithdrawalDenied)
    assert codes(answer.violations) == [code]


def test_a_halted_account_lets_no_money_out() -> None:
    desk = Desk()
    desk.halt(Scope(kind=ScopeKind.ACCOUNT, name=ACCOUNT))
    assert codes(desk.withdraw("1").violations) == ["TRADING_STATE_HALTED"]


def test_a_gate_that_is_behind_lets_no_money_out() -> None:
    desk = Desk()
    desk.wait(10)
    found = codes(desk.withdraw("1", at=desk.at.wall.plus(-5_000_000)).violations)
    assert found == ["COMMAND_TOO_OLD", "VALUATION_STALE", "ROOM_SILENT"]


def test_a_withdrawal_is_a_decision_with_its_numbers() -> None:
    desk = Desk(cash="500")
    desk.withdraw("501")
    row = desk.rows("decisions")[-1]
    assert (row.kind, row.verdict, row.evidence.buying_power) == ("withdrawal", "denied", 500)
