"""Average cost, worked by hand: long, added to, sold in part, flipped short, covered."""

from __future__ import annotations

from decimal import Decimal as D

from hypothesis import given, settings
from hypothesis import strategies as st

from services.portfolio.core.positions import Booking, average, book
from services.portfolio.core.rows import PositionRow
from shared.types import Execution, Side
from tests.builders import ACCOUNT, NOON

FLAT = PositionRow(account_id=ACCOUNT, symbol="AIG")


def fill(side: str, quantity: str, price: str, fee: str = "0") -> Execution:
    return Execution(
        execution_id="e",
        order_id="o",
        account_id=ACCOUNT,
        symbol="AIG",
        side=Side(side),
        quantity=D(quantity),
        price=D(price),
        transact_at=NOON,
        fee=D(fee),
    )


def after(*fills: tuple[str, str, str]) -> list[Booking]:
    bookings, position = [], FLAT
    for one in fills:
        bookings.append(book(position, fill(*one)))
        position = bookings[-1].position
    return bookings


def test_two_buys_have_the_average_of_their_prices() -> None:
    last = after(("buy", "100", "10"), ("buy", "50", "16"))[-1]
    assert (last.position.quantity, last.position.cost_basis) == (D(150), D(1800))
    assert last.position.average_price == D(12)
    assert (last.realised, last.cash_change) == (D(0), D(-800))


def test_a_partial_sell_realises_against_the_average_and_leaves_it() -> None:
    last = after(("buy", "100", "10"), ("buy", "50", "16"), ("sell", "60", "15"))[-1]
    assert last.realised == D(180)
    assert (last.position.quantity, last.position.cost_basis) == (D(90), D(1080))
    assert last.position.average_price == D(12)
    assert (last.cash_change, last.cost_change) == (D(900), D(-720))


def test_a_sell_beyond_the_position_closes_it_and_opens_a_short() -> None:
    last = after(("buy", "100", "10"), ("sell", "150", "12"))[-1]
    assert last.realised == D(200)
    assert (last.position.quantity, last.position.cost_basis) == (D(-50), D(-600))
    assert last.position.average_price == D(12)


def test_covering_a_short_below_its_price_is_a_profit() -> None:
    last = after(("sell", "100", "20"), ("buy", "40", "18"), ("buy", "60", "25"))
    assert [one.realised for one in last] == [D(0), D(80), D(-300)]
    assert (last[-1].position.quantity, last[-1].position.cost_basis) == (D(0), D(0))
    assert last[-1].position.realised == D(-220)


def test_a_share_of_the_cost_that_does_not_divide_is_rounded_and_the_rest_kept() -> None:
    last = after(("buy", "3", "1"), ("buy", "4", "2"), ("sell", "1", "2"))[-1]
    assert last.realised == D("0.4285714286")
    assert last.position.cost_basis == D("9.4285714286")
    assert average(D(7), D(11)) == D("1.5714285714")


def test_a_fee_leaves_cash_but_is_no_cost() -> None:
    booking = book(FLAT, fill("buy", "10", "5", "1.5"))
    assert (booking.cash_change, booking.position.cost_basis) == (D("-51.5"), D(50))


prices = st.decimals("0.01", "999.99", places=2)
quantities = st.integers(1, 500)
trades = st.lists(st.tuples(st.sampled_from(["buy", "sell"]), quantities, prices), max_size=30)


@given(trades)
@settings(max_examples=100, derandomize=True, deadline=None)
def test_cash_cost_and_profit_always_balance(given_trades: list[tuple[str, int, D]]) -> None:
    position, cash, realised = FLAT, D(0), D(0)
    for side, quantity, price in given_trades:
        booking = book(position, fill(side, str(quantity), str(price)))
        assert booking.cost_change + booking.cash_change == booking.realised
        position = booking.position
        cash += booking.cash_change
        realised += booking.realised
    assert cash + position.cost_basis == realised == position.realised
    assert position.quantity == sum(q if s == "buy" else -q for s, q, _ in given_trades)
    if not position.quantity:
        assert position.cost_basis == 0
