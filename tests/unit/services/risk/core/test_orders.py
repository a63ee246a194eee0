"""Live orders are held from their approval to their end."""

from __future__ import annotations

import msgspec
import pytest

from services.risk.core.orders import book, follow, move_quantity, unbook
from shared.events.oms import OrderRestated
from shared.types import ZERO, Execution, OrderStatus, OrderType, Side, TimeInForce
from tests.builders import ACCOUNT, NOON, order
from tests.unit.services.risk.desk import D, Desk, limit, state_of


@pytest.mark.parametrize(
    "status",
    [OrderStatus.CANCELED, OrderStatus.EXPIRED, OrderStatus.REJECTED, OrderStatus.DONE_FOR_DAY],
)
def test_an_order_that_ended_is_let_go(status: OrderStatus) -> None:
    desk = Desk()
    verdict = desk.submit("one")
    follow(state_of(verdict.order, status), desk.state, desk.at)
    assert len(desk.state.live_orders) == 0


@pytest.mark.parametrize(
    "status",
    [
        OrderStatus.PENDING_NEW,
        OrderStatus.NEW,
        OrderStatus.PENDING_CANCEL,
        OrderStatus.PENDING_REPLACE,
        OrderStatus.SUSPENDED,
    ],
)
def test_an_order_that_may_still_trade_is_held(status: OrderStatus) -> None:
    desk = Desk()
    verdict = desk.submit("one")
    follow(state_of(verdict.order, status), desk.state, desk.at)
    assert desk.state.live_orders.get("one").quantity == 100


def test_an_order_till_canceled_lives_through_the_night() -> None:
    desk = Desk()
    verdict = desk.submit("one", time_in_force=TimeInForce.GTC)
    follow(state_of(verdict.order, OrderStatus.DONE_FOR_DAY), desk.state, desk.at)
    assert len(desk.state.live_orders) == 1


def test_a_restated_quantity_is_what_counts() -> None:
    desk = Desk()
    verdict = desk.submit("one", **limit("100"))
    smaller = msgspec.structs.replace(verdict.order, quantity=D(40))
    desk.told(OrderRestated, "oms", state=state_of(smaller, OrderStatus.NEW))
    assert desk.state.books.of(ACCOUNT).extra == 4000


@pytest.mark.parametrize(
    ("split", "cum", "quantity"),
    [((2, 1), 40, 200), ((1, 4), 5, 25), ((3, 1), 0, 300)],
)
def test_a_split_takes_the_prices_along_so_that_the_worst_worth_of_an_order_stays(
    split: tuple[int, int], cum: int, quantity: int
) -> None:
    desk = Desk()
    verdict = desk.submit("one", **limit("100"))
    order_ = msgspec.structs.replace(verdict.order, quantity=D(quantity))
    told = state_of(order_, OrderStatus.NEW)
    told = msgspec.structs.replace(told, cum_quantity=D(cum))
    desk.told(OrderRestated, "oms", state=told, split=split)
    row = desk.state.live_orders.get("one")
    assert (row.quantity, row.cum_quantity, row.body.quantity) == (quantity, cum, quantity)
    left = D(quantity - cum) * row.price
    assert desk.state.books.of(ACCOUNT).extra == left
    assert D(0) <= left - D(100 * 100 * (quantity - cum)) / D(quantity) < D("1E-8")


def test_a_split_takes_along_what_a_replace_that_is_under_way_will_make_of_it() -> None:
    desk = Desk()
    verdict = desk.submit("one", **limit("100"))
    desk.replace("one", command_id="two", quantity=D(150))
    order_ = msgspec.structs.replace(verdict.order, quantity=D(200))
    told = state_of(order_, OrderStatus.PENDING_REPLACE)
    desk.told(OrderRestated, "oms", state=told, split=(2, 1))
    row = desk.state.live_orders.get("one")
    assert (row.replacement_quantity, row.replacement_price) == (300, 50)
    assert desk.state.books.of(ACCOUNT).extra == 15000


def test_a_filled_order_that_is_done_for_the_day_is_let_go_for_any_time_in_force() -> None:
    desk = Desk()
    verdict = desk.submit("one", time_in_force=TimeInForce.GTC)
    done = state_of(verdict.order, OrderStatus.DONE_FOR_DAY)
    done = msgspec.structs.replace(done, cum_quantity=D(100), leaves_quantity=ZERO)
    follow(done, desk.state, desk.at)
    assert len(desk.state.live_orders) == 0


def execution(side: Side, fee: str = "0", symbol: str = "AIG") -> Execution:
    return Execution(
        execution_id="e", order_id="one", account_id=ACCOUNT, symbol=symbol, side=side,
        quantity=D(10), price=D(100), transact_at=NOON, fee=D(fee),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("side", "symbol", "quantity", "cash"),
    [
        (Side.BUY, "AIG", 10, "98998.5"),
        (Side.SELL, "AIG", -10, "100998.5"),
        (Side.BUY, "FUT", 10, "49998.5"),
    ],
)
def test_an_execution_moves_quantity_cash_and_fee_and_back(
    side: Side, symbol: str, quantity: int, cash: str
) -> None:
    desk = Desk()
    state = desk.state
    told = execution(side, "1.5", symbol)
    book(told, state, 7)
    held = state.positions.get(ACCOUNT, symbol)
    assert (held.quantity, held.price, held.oms_seq) == (quantity, 100, 7)
    assert state.accounts.get(ACCOUNT).cash == D(cash)
    unbook(told, state, 8)
    assert state.positions.get(ACCOUNT, symbol).quantity == 0
    assert state.accounts.get(ACCOUNT).cash == 100_000


def test_a_fill_of_an_account_nobody_opened_stops_the_shard() -> None:
    desk = Desk()
    stray = msgspec.structs.replace(execution(Side.BUY), account_id="nobody")
    with pytest.raises(LookupError, match="nobody"):
        book(stray, desk.state, 1)


def test_an_adjustment_leaves_price_and_number_as_they_were() -> None:
    desk = Desk()
    state = desk.state
    account = state.accounts.get(ACCOUNT)
    book(execution(Side.BUY), state, 7)
    move_quantity(account, "AIG", D(10), None, None, state)
    held = state.positions.get(ACCOUNT, "AIG")
    assert (held.quantity, held.price, held.oms_seq) == (20, 100, 7)


def test_a_stop_nobody_held_is_held_at_its_stop_and_the_buffer() -> None:
    desk = Desk()
    stop = order("stray", type=OrderType.STOP, stop_price=D(50))
    follow(state_of(stop, OrderStatus.NEW, ZERO), desk.state, desk.at)
    assert desk.state.live_orders.get("stray").price == 51


def test_an_order_nobody_held_is_held_at_its_own_price() -> None:
    desk = Desk()
    told = state_of(order("stray", **limit("50")), OrderStatus.NEW, ZERO)
    follow(told, desk.state, desk.at)
    assert desk.state.live_orders.get("stray").price == 50
