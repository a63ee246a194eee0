"""Executions in the book: each once, and what taking one back means."""

from __future__ import annotations

from decimal import Decimal as D

import msgspec
import pytest

from services.portfolio.core.fills import BUST, FILL, book, booked_id
from tests.unit.services.portfolio.desk import Desk


def test_a_fill_and_its_bust_are_remembered_apart() -> None:
    assert booked_id(FILL, "e") == "e" != booked_id(BUST, "e")


def test_an_execution_is_booked_once_and_taken_back_once() -> None:
    desk = Desk()
    state, fill = desk.shard, desk.execution("sell", "10", "7", fee="0.5")
    sold = book(state, fill, desk.at, oms_seq=4)
    assert sold is not None and (sold.quantity, sold.cash, sold.oms_seq) == (
        D(-10), D("100069.5"), 4,
    )  # fmt: skip
    assert book(state, fill, desk.at, oms_seq=5) is None
    back = book(state, fill, desk.at, kind=BUST, oms_seq=6)
    assert back is not None and (back.quantity, back.cash) == (D(0), D(100000))
    assert book(state, fill, desk.at, kind=BUST, oms_seq=7) is None


def test_a_bust_after_another_buy_leaves_the_total_profit_right() -> None:
    """Bought 100 at 10 and 100 at 12; the first is taken back. At 12 nothing was won or lost."""
    desk = Desk()
    state = desk.shard
    first, second = desk.execution("buy", "100", "10"), desk.execution("buy", "100", "12")
    book(state, first, desk.at, oms_seq=1)
    book(state, second, desk.at, oms_seq=2)
    back = book(state, first, desk.at, kind=BUST, oms_seq=3)
    assert back is not None and (back.quantity, back.cash) == (D(100), D(98800))
    assert back.realised + (D(1200) - back.cost_basis) == D(0)


def test_a_fill_that_cannot_be_booked_is_an_error_and_leaves_no_trace() -> None:
    desk = Desk()
    fill = desk.execution("buy", "1", "1")
    for wrong, error in (({"account_id": "x"}, LookupError), ({"currency": "EUR"}, ValueError)):
        with pytest.raises(error):
            book(desk.shard, msgspec.structs.replace(fill, **wrong), desk.at, oms_seq=1)
    assert not any(table.is_changed() for table in desk.state.tables())
