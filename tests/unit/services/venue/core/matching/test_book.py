"""Which ticks can touch the orders of a symbol."""

from __future__ import annotations

import pytest

from services.venue.core.matching.book import Book
from services.venue.core.matching.quote import Quote
from shared.types import Side, Time
from tests.unit.services.venue.floor import Floor, at, quote


def a_book(*orders: dict) -> Book:
    """Resting orders around 47.81 x 47.82."""
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82))
    for number, fields in enumerate(orders):
        floor.submit(f"order-{number}", **fields)
    return Book(floor.state, "AIG", at(99))  # type: ignore[arg-type]


BUY, SELL = {"limit_price": "47.50"}, {"limit_price": "48.50", "side": Side.SELL}


@pytest.mark.parametrize(
    ("price", "wanted"),
    [(47.5, True), (47.0, True), (48.0, False), (48.5, True), (49.0, True), (0.0, False)],
)
def test_a_print_between_the_limits_touches_nothing(price: float, wanted: bool) -> None:
    assert a_book(BUY, SELL).is_touched_by_print(price, 100.0) is wanted


@pytest.mark.parametrize(
    ("bid", "ask", "wanted"),
    [
        (47.81, 47.82, False),
        (47.4, 47.5, True),
        (48.5, 48.6, True),
        (48.6, 48.5, False),
        (0.0, 47.0, False),
    ],
)
def test_a_quote_between_the_limits_touches_nothing(bid: float, ask: float, wanted: bool) -> None:
    assert a_book(BUY, SELL).is_touched_by_quote(Quote(0, 0, bid, 1.0, ask, 1.0)) is wanted


def test_an_order_that_takes_is_touched_by_every_quote_that_can_be_traded() -> None:
    book = a_book({"quantity": 10_000})
    assert book.is_touched_by_quote(Quote(0, 0, 1.0, 1.0, 2.0, 1.0))
    assert not book.is_touched_by_print(1.0, 1.0)


def test_a_book_knows_from_when_on_an_order_waits() -> None:
    book = a_book(BUY, {"ms": 7}, {"ms": 5})
    assert book.waiting_from == at(5)
    assert [order.order_id for order in book.waiting()] == ["order-1", "order-2"]
    assert [order.order_id for order in book.working()] == ["order-0"]


def test_a_book_without_orders_is_not_live() -> None:
    assert not a_book().is_live
    assert a_book(BUY).is_live


def test_a_print_without_a_size_touches_nothing() -> None:
    for size in (0.0, float("nan"), float("inf")):
        assert not a_book(BUY).is_touched_by_print(47.0, size)


def test_an_order_that_waits_for_the_session_does_not_wait_in_this_stretch() -> None:
    floor = Floor()
    floor.clock("2013-10-09T12:00:00Z", False, "2013-10-10T13:30:00Z", "2013-10-10T20:00:00Z")
    floor.submit()
    book = Book(floor.state, "AIG", at(99))  # type: ignore[arg-type]
    assert book.waiting_from > at(99)
    open_at = Time.parse("2013-10-10T13:30:00Z")
    assert Book(floor.state, "AIG", open_at).waiting_from == open_at  # type: ignore[arg-type]
