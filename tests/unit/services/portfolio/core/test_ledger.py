"""The journal: entries that sum to zero, and nothing of one that does not."""

from __future__ import annotations

from decimal import Decimal as D

import msgspec
import pytest

from services.portfolio.core import ledger
from services.portfolio.core.rows import EntryRow
from tests.builders import ACCOUNT, NOON
from tests.unit.services.portfolio.desk import Desk

ENTRY = EntryRow(journal_id="j", account_id=ACCOUNT, kind="fill", cause="c", booked_at=NOON)


def test_an_entry_that_does_not_sum_to_zero_is_refused_whole() -> None:
    desk = Desk()
    with pytest.raises(ledger.Unbalanced):
        ledger.post(desk.shard, ENTRY, "USD", {"cash": D(1), "capital": D("-0.9999999999")})
    assert not any(table.is_changed() for table in desk.state.tables())


def test_every_currency_must_sum_to_zero_by_itself() -> None:
    desk = Desk()
    (cash, capital) = desk.rows("journal_lines")
    ledger.check([cash, capital])
    with pytest.raises(ledger.Unbalanced, match="EUR"):
        ledger.check([cash, msgspec.structs.replace(capital, currency="EUR")])


def test_lines_of_zero_are_left_out_and_only_securities_name_a_symbol() -> None:
    desk = Desk()
    desk.fill("buy", "10", "5")
    lines = [line for line in desk.rows("journal_lines") if line.ledger_account != "capital"]
    assert sorted((line.ledger_account, line.amount, line.symbol) for line in lines) == [
        ("cash", D(-50), None), ("cash", D(100000), None), ("securities", D(50), "AIG"),
    ]  # fmt: skip


def test_a_sale_with_profit_and_fee_has_four_lines() -> None:
    desk = Desk()
    desk.fill("buy", "10", "5")
    desk.fill("sell", "10", "6", fee="1")
    (sale,) = [e for e in desk.rows("journal_entries") if e.cause == "execution-2"]
    lines = [line for line in desk.rows("journal_lines") if line.journal_id == sale.journal_id]
    assert {line.ledger_account: line.amount for line in lines} == {
        "cash": D(59), "securities": D(-50), "realised": D(-10), "fees": D(1),
    }  # fmt: skip


def test_large_books_are_added_to_the_last_digit() -> None:
    desk = Desk("1000000000000000")
    desk.fill("buy", "0.123456789", "0.12345678")
    assert desk.row("accounts", ACCOUNT).cash == D("999999999999999.98475842236092058")
    desk.expect_identity()
