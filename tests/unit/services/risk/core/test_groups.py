"""The exits of a group are reserved exactly once, from the fill of their entry to their end."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.risk.core import groups
from shared.events.oms import OrderCanceled
from shared.types import ZERO, OrderClass, OrderStatus, OrderType, Side
from tests.builders import ACCOUNT, order
from tests.unit.services.risk.desk import D, Desk, examples, limit, state_of
from tests.unit.services.risk.legs import (
    LOSS,
    PROFIT,
    bracket,
    bust,
    exit_of,
    held,
    live,
    oco,
    oto,
    placed,
    replaced,
    reserved,
    stop_loss,
    take_profit,
)

EXITS = "exits/one"


def test_an_approved_bracket_reserves_its_entry_and_a_place_for_its_exits() -> None:
    desk = Desk()
    assert desk.denied("one", **bracket()) == []
    assert live(desk) == [EXITS, "one"]
    row = desk.row("live_orders", EXITS)
    assert (row.side, row.quantity, row.price, row.exit) == (Side.SELL, 0, 100, True)
    assert reserved(desk) == (100, 0)
    book = desk.state.books.of(ACCOUNT)
    assert (book.extra, book.open_count) == (10_000, 2)


def test_legs_have_rows_that_count_nothing() -> None:
    desk = placed()
    assert live(desk) == [EXITS, LOSS, "one", PROFIT]
    assert {desk.row("live_orders", name).leg_of for name in (LOSS, PROFIT)} == {EXITS}
    assert reserved(desk) == (100, 0)
    book = desk.state.books.of(ACCOUNT)
    assert (book.extra, book.open_count) == (10_000, 2)


def test_what_the_entry_fills_is_reserved_for_its_exits_once() -> None:
    desk = placed()
    desk.fill("one", "40", "100")
    assert reserved(desk) == (60, 40)
    # 40 held at 100, 60 more to come: the exits only close.
    assert desk.state.books.of(ACCOUNT).extra == 6_000
    told = desk.submit("own", side=Side.SELL, quantity=D(1)).violations
    assert told[0].message == "insufficient qty available for order (requested: 1, available: 0)"
    desk.fill("one", "60", "100")
    assert reserved(desk) == (0, 100)
    assert live(desk) == [EXITS, LOSS, PROFIT]


def test_fills_of_either_exit_make_the_rest_smaller_and_the_last_end_lets_it_go() -> None:
    desk = placed()
    desk.fill("one", "100", "100")
    desk.fill(PROFIT, "30", "110")
    assert (reserved(desk), desk.row("positions", ACCOUNT, "AIG").quantity) == ((0, 70), 70)
    desk.fill(LOSS, "50", "95")
    assert (reserved(desk), desk.row("positions", ACCOUNT, "AIG").quantity) == ((0, 20), 20)
    desk.fill(PROFIT, "20", "110")
    desk.cancel(PROFIT)
    assert live(desk) == [EXITS, LOSS]
    desk.cancel(LOSS)
    assert live(desk) == []
    assert reserved(desk) == (0, 0)
    assert desk.state.books.of(ACCOUNT).open_count == 0
    assert desk.row("accounts", ACCOUNT).cash == 100_000 - 10_000 + 50 * 110 + 50 * 95


def test_what_is_held_beside_a_group_may_be_sold() -> None:
    desk = Desk()
    desk.buy("AIG", "50", "100")
    placed(desk)
    desk.fill("one", "100", "100")
    assert desk.submit("own", side=Side.SELL, quantity=D(50)).exit
    assert desk.denied("more", side=Side.SELL, quantity=D(1)) == ["POSITION_WOULD_FLIP"]


def test_a_short_entry_is_covered_by_its_exits() -> None:
    desk = Desk()
    legs = (take_profit("90"), stop_loss("105"))
    placed(desk, **bracket("100", *legs, side=Side.SELL))
    desk.fill("one", "100", "100")
    assert reserved(desk) == (100, 0)
    assert desk.denied("own", quantity=D(1)) == ["POSITION_WOULD_FLIP"]
    desk.fill(LOSS, "100", "105")
    desk.cancel(PROFIT)
    assert (reserved(desk), live(desk)) == ((0, 0), [])


def test_an_entry_that_ends_unfilled_takes_its_exits_with_it() -> None:
    desk = placed()
    desk.cancel("one")
    assert live(desk) == [EXITS, LOSS, PROFIT]
    desk.cancel(PROFIT)
    desk.cancel(LOSS)
    assert live(desk) == []


def test_an_entry_that_never_had_exits_leaves_nothing() -> None:
    desk = Desk()
    assert desk.denied("one", **bracket()) == []
    desk.cancel("one")
    assert live(desk) == []


def test_exits_that_were_canceled_before_they_arrived_leave_nothing() -> None:
    desk = Desk()
    entry = desk.submit("one", **bracket()).order
    for leg in entry.legs:
        told = state_of(exit_of(entry, leg), OrderStatus.CANCELED)
        desk.told(OrderCanceled, "oms", state=told)
    assert live(desk) == ["one"]
    desk.fill("one", "100", "100")
    assert desk.submit("own", side=Side.SELL).exit  # nothing is held back for exits


def test_exits_that_are_told_after_the_fill_are_reserved_as_well() -> None:
    desk = Desk()
    entry = desk.submit("one", **bracket()).order
    desk.fill("one", "100", "100")
    assert (live(desk), reserved(desk)) == ([EXITS], (0, 100))
    desk.told_state(state_of(exit_of(entry, entry.legs[0]), OrderStatus.NEW))
    assert (live(desk), reserved(desk)) == ([EXITS, PROFIT], (0, 100))


def test_a_partly_filled_entry_that_is_canceled_keeps_its_exits() -> None:
    desk = placed()
    desk.fill("one", "40", "100")
    desk.cancel("one")
    assert (live(desk), reserved(desk)) == ([EXITS, LOSS, PROFIT], (0, 40))


def test_executions_taken_back_are_reserved_again() -> None:
    desk = placed()
    entry = desk.order_of("one").order
    desk.fill("one", "100", "100")
    profit = desk.order_of(PROFIT).order
    desk.fill(PROFIT, "100", "110")
    assert reserved(desk) == (0, 0)
    # The take-profit has ended; ten of it come back and it works again.
    bust(desk, profit, OrderStatus.PARTIALLY_FILLED, "90", "10")
    assert (live(desk), reserved(desk)) == ([EXITS, LOSS, PROFIT], (0, 10))
    # Five of the entry are taken back as well: five less to sell.
    bust(desk, entry, OrderStatus.CANCELED, "95", "5")
    assert reserved(desk) == (0, 5)


def test_an_exit_that_comes_back_after_its_group_is_reserved_by_itself() -> None:
    desk = placed()
    desk.fill("one", "100", "100")
    profit = desk.order_of(PROFIT).order
    desk.fill(PROFIT, "100", "110")
    desk.cancel(LOSS)
    assert live(desk) == []
    bust(desk, profit, OrderStatus.PARTIALLY_FILLED, "90", "10")
    assert (live(desk), reserved(desk)) == ([PROFIT], (0, 10))
    desk.cancel(PROFIT)
    assert live(desk) == []


def test_a_late_fill_of_an_ended_leg_still_counts() -> None:
    desk = placed()
    desk.fill("one", "100", "100")
    profit = desk.order_of(PROFIT).order
    desk.cancel(PROFIT)
    desk.fill(PROFIT, "15", "110", body=profit)
    assert (reserved(desk), desk.row("positions", ACCOUNT, "AIG").quantity) == ((0, 85), 85)


def test_an_oto_has_one_exit() -> None:
    desk = placed(**oto(stop_loss()))
    desk.fill("one", "100", "100.1")
    assert (live(desk), reserved(desk)) == ([EXITS, LOSS], (0, 100))
    desk.fill(LOSS, "100", "95")
    assert (live(desk), reserved(desk)) == ([], (0, 0))


# -- words ---------------------------------------------------------------------------------------


def test_what_an_order_is_in_a_group() -> None:
    entry = order("one", **bracket())
    assert groups.is_entry(entry) and not groups.is_oco(entry)
    assert groups.is_oco(order("one", **oco()))
    leg = exit_of(entry, entry.legs[0])
    assert not groups.is_entry(leg) and leg.order_class is OrderClass.BRACKET
    assert (groups.exit_side(entry), groups.exit_side(order(**oco()))) == (Side.SELL, Side.SELL)
    assert groups.exits_key(msgspec.structs.replace(entry, order_id="two")) == EXITS
    assert groups.exits_key(msgspec.structs.replace(entry, chain_id="")) == EXITS


@pytest.mark.parametrize("name", [EXITS, LOSS, PROFIT])
def test_exits_protect_and_entries_do_not(name: str) -> None:
    desk = placed()
    assert groups.protects(desk.row("live_orders", name))
    assert not groups.protects(desk.row("live_orders", "one"))
    assert groups.protects(held().row("live_orders", "one"))


@settings(max_examples=examples(20), derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_whatever_happens_the_lot_is_reserved_once(seed: int) -> None:
    chance, desk = Random(seed), placed()
    entered, left = ZERO, ZERO
    bodies = {name: desk.order_of(name).order for name in (LOSS, PROFIT)}
    for number in range(30):
        exits = [name for name in bodies if desk.row("live_orders", name) is not None]
        act, name = (
            chance.choice(["enter", "leave", "replace", "bust"]),
            chance.choice(exits or [PROFIT]),
        )
        if act == "enter" and entered < 100:
            more = min(D(chance.choice([1, 20, 50])), 100 - entered)
            desk.fill("one", str(more), "100")
            entered, left = entered + more, left + more
        elif act == "leave" and left and exits:
            less = min(D(chance.choice([1, 20, 50])), left)
            desk.fill(name, str(less), "100")
            left -= less
        elif act == "replace" and exits:
            price = D(chance.choice([97, 98, 112]))
            kind = bodies[name].type
            field = "limit_price" if kind is OrderType.LIMIT else "stop_price"
            told = desk.replace(name, **{field: price})
            bodies.pop(name)
            replaced(desk, name, told.order)
            bodies[told.order.order_id] = told.order
        elif act == "bust" and exits:
            cum = desk.row("live_orders", name).cum_quantity
            if cum:
                back = min(D(5), cum)
                status = OrderStatus.PARTIALLY_FILLED if cum > back else OrderStatus.NEW
                bust(desk, desk.order_of(name).order, status, str(cum - back), str(back))
                left += back
        assert reserved(desk) == (100 - entered, Decimal(left)), (number, act)


def test_a_group_beside_limits_of_its_account() -> None:
    desk = Desk(open_orders_max="2", position_quantity_max="100", cash="1000000")
    placed(desk)
    assert desk.denied("two", quantity=D(1), **limit("90")) == [
        "POSITION_EXCEEDS_QUANTITY_MAX", "OPEN_ORDERS_EXCEED_MAX"
    ]  # fmt: skip
    desk.fill("one", "100", "100")
    assert desk.denied("three", symbol="IBM", quantity=D(1)) == []  # entry gone, exits one
