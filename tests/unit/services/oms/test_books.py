"""What the books of risk and portfolio make of an order that is split: nothing by the split itself,
and afterwards the money of each execution goes back to the cent.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.events.venue import ReportKind
from shared.messages import Event
from tests.builders import ACCOUNT
from tests.unit.services.oms.desk import Desk
from tests.unit.services.portfolio.desk import Desk as Portfolio
from tests.unit.services.risk.desk import Desk as Risk

D = Decimal


class Books:
    """The order book, and the two books that listen to it."""

    def __init__(self) -> None:
        self.oms, self.risk, self.portfolio = Desk(), Risk(), Portfolio()
        self.opening = {"risk": self.cash("risk"), "portfolio": self.cash("portfolio")}

    def tell(self, events: list[Event]) -> None:
        """Both hear what the order book said, where they listen to it."""
        for event in events:
            for desk in (self.risk, self.portfolio):
                if type(event) in desk.room.handlers:
                    desk.hear(event)

    def cash(self, book: str) -> Decimal:
        """The cash of the account in a book."""
        desk = self.risk if book == "risk" else self.portfolio
        found: Decimal = desk.state.accounts.get(ACCOUNT).cash  # type: ignore[attr-defined]
        return found

    def spent(self) -> list[Decimal]:
        """What was paid since the opening, in both."""
        return [self.opening[book] - self.cash(book) for book in ("risk", "portfolio")]


def bought(split: tuple[int, int]) -> Books:
    """60 at 15 were bought (900) ahead of a split."""
    books = Books()
    books.tell(books.oms.submit(quantity=100))
    books.tell(books.oms.fill("A", 60, 15))
    books.tell(books.oms.report(ReportKind.RESTATED, split=split))
    return books


@pytest.mark.parametrize("split", [(2, 1), (1, 10), (5, 4)])
def test_a_split_moves_no_money_and_a_bust_after_it_brings_all_of_it_back(
    split: tuple[int, int],
) -> None:
    books = bought(split)
    assert books.spent() == [900, 900]
    books.tell(books.oms.amend(ReportKind.BUSTED, "B", "A"))
    assert books.spent() == [0, 0]


def test_where_the_scaled_price_does_not_end_less_than_a_billionth_stays_behind() -> None:
    books = bought((7, 1))
    books.tell(books.oms.amend(ReportKind.BUSTED, "B", "A"))
    assert all(abs(left) < D("1E-9") for left in books.spent())


def test_a_correction_after_a_split_costs_what_the_corrected_execution_costs() -> None:
    books = bought((2, 1))
    books.tell(books.oms.amend(ReportKind.CORRECTED, "B", "A", 100, 8))
    assert books.spent() == [800, 800]


def test_risk_holds_what_the_split_left_open() -> None:
    books = bought((2, 1))
    row = books.risk.state.live_orders.get("order-1")  # type: ignore[attr-defined]
    assert (row.quantity, row.cum_quantity) == (200, 120)
    books.tell(books.oms.fill("C", 80, 7))
    assert books.risk.state.live_orders.get("order-1") is None  # type: ignore[attr-defined]
    assert books.spent() == [1460, 1460]
