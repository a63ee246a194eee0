"""Which ticks can touch the orders of a symbol."""

from __future__ import annotations

import pytest

from services.venue.core.matching.book import Book
from services.venue.core.matching.terms import QueueModel
from services.venue.core.state import VenueState
from shared.types import Side, TimeInForce
from tests.unit.services.venue.floor import Floor, Tick, at, batch, quote, trade

BUY, SELL = {"limit_price": "47.50"}, {"limit_price": "48.50", "side": Side.SELL}
NEVER = 1 << 62
NAN, INFINITY = float("nan"), float("inf")


def a_floor(*orders: dict, model: QueueModel = QueueModel.OPTIMISTIC) -> Floor:
    """Resting orders around 47.81 x 47.82."""
    floor = Floor()
    floor.terms(queue_model=model)
    floor.ticks(quote(0, 10, 47.81, 47.82))
    for number, fields in enumerate(orders):
        floor.submit(f"order-{number}", **fields)
    return floor


def book_of(floor: Floor) -> Book:
    state = floor.state
    assert isinstance(state, VenueState)
    return state.book("AIG")


def touches(book: Book, tick: Tick) -> bool:
    return book.next_touch(batch(tick), 0, NEVER) == 0


@pytest.mark.parametrize(
    ("price", "wanted"),
    [(47.5, True), (47.0, True), (48.0, False), (48.5, True), (49.0, True), (NAN, False)],
)
def test_a_print_between_the_limits_touches_nothing(price: float, wanted: bool) -> None:
    assert touches(book_of(a_floor(BUY, SELL)), trade(1, price, 100)) is wanted


@pytest.mark.parametrize(
    ("bid", "ask", "wanted"),
    [(47.81, 47.82, False), (47.4, 47.5, True), (48.5, 48.6, True), (NAN, NAN, False)],
)
def test_a_quote_between_the_limits_touches_nothing(bid: float, ask: float, wanted: bool) -> None:
    assert touches(book_of(a_floor(BUY, SELL)), quote(1, 11, bid, ask)) is wanted


@pytest.mark.parametrize("ask", [47.5049, 47.505])
def test_a_price_that_becomes_the_limit_on_the_tick_touches_it(ask: float) -> None:
    book = book_of(a_floor(BUY))
    assert touches(book, quote(1, 11, 47.4, ask))
    assert not touches(book, quote(1, 11, 47.4, 47.5051))


def test_an_order_that_takes_is_touched_by_every_quote_and_by_no_print() -> None:
    book = book_of(a_floor({"quantity": 10_000}))
    assert touches(book, quote(1, 11, 1.0, 2.0))
    assert not touches(book, trade(1, 1.0, 100))


@pytest.mark.parametrize(
    ("model", "wanted"),
    [
        (QueueModel.OPTIMISTIC, False),
        (QueueModel.CONSERVATIVE, False),
        (QueueModel.PROBABILISTIC, True),
    ],
)
def test_a_quote_at_a_known_limit_touches_it_only_where_cancels_count(
    model: QueueModel, wanted: bool
) -> None:
    book = book_of(a_floor({"limit_price": "47.81"}, model=model))
    assert touches(book, quote(1, 11, 47.81, 47.82)) is wanted


def test_a_limit_behind_the_best_price_is_touched_when_it_becomes_the_best() -> None:
    book = book_of(a_floor(BUY, SELL, model=QueueModel.CONSERVATIVE))
    assert not touches(book, quote(1, 11, 47.51, 48.49))
    assert touches(book, quote(1, 11, 47.50, 48.49))
    assert touches(book, quote(1, 11, 47.51, 48.50))


def test_the_first_touch_is_found_and_nothing_later_than_the_wake() -> None:
    book = book_of(a_floor(BUY))
    ticks = batch(quote(1, 11, 47.7, 47.8), trade(2, 47.6, 1), trade(3, 47.4, 1), trade(4, 47, 1))
    assert book.next_touch(ticks, 0, NEVER) == 2
    assert book.next_touch(ticks, 3, NEVER) == 3
    assert book.next_touch(ticks, 0, at(1)) == 1
    assert book.next_touch(ticks, 4, NEVER) == 4


def test_a_book_tells_waiting_orders_from_those_that_work() -> None:
    book = book_of(a_floor(BUY, {"ms": 7}, {"ms": 5}))
    assert [order.order_id for order in book.waiting] == ["order-1", "order-2"]
    assert [entry.order.order_id for entry in book.working] == ["order-0"]


def test_a_book_without_orders_is_not_live() -> None:
    assert not book_of(a_floor()).is_live
    assert book_of(a_floor(BUY)).is_live


def test_a_changed_order_makes_another_book() -> None:
    floor = a_floor(BUY)
    first = book_of(floor)
    assert book_of(floor) is first
    floor.submit("order-1", limit_price="47.60")
    second = book_of(floor)
    assert [entry.order.order_id for entry in second.working] == ["order-1", "order-0"]
    floor.cancel("c1", "order-1")
    assert touches(second, trade(1, 47.6, 1))
    assert not touches(book_of(floor), trade(1, 47.6, 1))


def test_other_terms_make_another_book() -> None:
    floor = a_floor({"limit_price": "47.81"})
    assert not touches(book_of(floor), quote(1, 11, 47.81, 47.82))
    floor.terms(queue_model=QueueModel.PROBABILISTIC)
    assert book_of(floor).model is QueueModel.PROBABILISTIC


def test_only_the_opening_makes_every_print_a_touch() -> None:
    floor = Floor()
    floor.clock("2013-10-09T16:00:00Z", False, "2013-10-09T16:00:01Z", "2013-10-09T20:00:00Z")
    floor.submit(time_in_force=TimeInForce.OPG)
    assert not touches(book_of(floor), trade(1, 47.6, 1))
    floor.complete(1000)
    assert touches(book_of(floor), trade(1001, INFINITY, 1))
    assert not touches(book_of(floor), quote(1001, 1, 1.0, 2.0))
