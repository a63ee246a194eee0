"""Replaces in groups, and OCOs, told as stories."""

from __future__ import annotations

import msgspec

from shared.types import OrderStatus, Side
from tests.builders import ACCOUNT
from tests.unit.services.risk.desk import D, Desk, codes, state_of
from tests.unit.services.risk.legs import (
    LOSS,
    PROFIT,
    accept,
    held,
    live,
    oco,
    placed,
    replaced,
    reserved,
)

EXITS = "exits/one"


def test_a_leg_may_be_replaced_by_another_price_at_any_time() -> None:
    desk = placed(Desk(gross_exposure_max="10000", order_notional_max="10000"))
    told = desk.replace(LOSS, stop_price=D(96))
    assert (told.order.stop_price, told.order.quantity, told.exit) == (96, 100, True)
    assert reserved(desk) == (100, 0)
    replaced(desk, LOSS, told.order)
    assert live(desk) == sorted([told.order.order_id, EXITS, "one", PROFIT])
    assert desk.row("live_orders", told.order.order_id).leg_of == EXITS
    desk.fill("one", "100", "100")
    # A marketable take-profit closes the position.
    closing = desk.replace(PROFIT, limit_price=D(100))
    assert closing.exit
    desk.fill(told.order.order_id, "25", "96")
    assert reserved(desk) == (0, 75)


def test_a_leg_keeps_its_quantity_its_grid_and_its_collar() -> None:
    desk = placed(Desk(price_collar_pct="5"))
    desk.fill("one", "100", "100")
    assert codes(desk.replace(LOSS, quantity=D(99)).violations) == ["ORDER_QUANTITY_FIXED"]
    off_tick = desk.replace(LOSS, stop_price=D("95.001"))
    assert codes(off_tick.violations) == ["ORDER_PRICE_OFF_TICK"]
    unlike = desk.replace(LOSS, limit_price=D(94))
    assert codes(unlike.violations) == ["ORDER_PRICE_UNEXPECTED"]
    far = desk.replace(PROFIT, limit_price=D(94))
    assert codes(far.violations) == ["PRICE_OUTSIDE_COLLAR"]
    assert desk.replace(LOSS, quantity=D(100), stop_price=D(94)).exit


def test_a_leg_is_replaced_with_the_quantity_that_oms_gave_it() -> None:
    desk = placed()
    desk.fill("one", "40", "100")
    desk.cancel("one")
    body = msgspec.structs.replace(desk.order_of(PROFIT).order, quantity=D(40))
    desk.told_state(state_of(body, OrderStatus.NEW))
    assert desk.replace(PROFIT, limit_price=D(111)).order.quantity == 40
    again = desk.replace(LOSS, quantity=D(40))
    assert codes(again.violations) == ["ORDER_QUANTITY_FIXED"]  # of that OMS has said 100


def test_a_replaced_entry_goes_on_with_the_same_exits() -> None:
    desk = placed()
    told = desk.replace("one", limit_price=D(99), quantity=D(120)).order
    replaced(desk, "one", told)
    assert reserved(desk) == (120, 0)
    desk.fill(told.order_id, "50", "99")
    assert (reserved(desk), EXITS in live(desk)) == ((70, 50), True)
    desk.fill(told.order_id, "70", "99")
    assert (reserved(desk), live(desk)) == ((0, 120), [EXITS, LOSS, PROFIT])


def test_a_replaced_entry_is_held_against_the_exits_as_they_are_now() -> None:
    desk = placed()
    told = desk.replace("one", limit_price=D(95)).violations
    assert told[0].message == "stop_loss.stop_price must be <= base_price - 0.01"
    lower = desk.replace(LOSS, stop_price=D(90)).order
    replaced(desk, LOSS, lower)
    assert desk.replace("one", limit_price=D(95)).order.limit_price == 95


def test_the_row_that_counts_is_no_order() -> None:
    desk = placed()
    assert codes(desk.replace(EXITS, limit_price=D(1)).violations) == ["ORDER_NOT_OPEN"]


# -- one cancels the other -----------------------------------------------------------------------


def test_an_oco_is_an_exit_and_reserves_its_quantity_once() -> None:
    desk = Desk()
    desk.buy("AIG", "100", "100")
    assert desk.submit("one", **oco()).exit
    accept(desk)
    assert (live(desk), reserved(desk)) == ([LOSS, "one"], (0, 100))
    assert desk.row("live_orders", LOSS).leg_of == "one"
    assert desk.state.books.of(ACCOUNT).open_count == 1
    assert desk.denied("own", side=Side.SELL, quantity=D(1)) == ["POSITION_WOULD_FLIP"]


def test_fills_of_both_count_and_it_stays_until_both_have_ended() -> None:
    desk = held()
    desk.fill("one", "30", "110")
    assert reserved(desk) == (0, 70)
    desk.cancel("one")
    assert (live(desk), reserved(desk)) == ([LOSS, "one"], (0, 70))
    assert codes(desk.replace("one", limit_price=D(109)).violations) == ["ORDER_NOT_OPEN"]
    desk.fill(LOSS, "50", "95")
    assert reserved(desk) == (0, 20)
    desk.cancel(LOSS)
    assert (live(desk), reserved(desk)) == ([], (0, 0))


def test_the_stop_may_end_first() -> None:
    desk = held()
    desk.fill(LOSS, "10", "95")
    desk.cancel(LOSS)
    assert (live(desk), reserved(desk)) == (["one"], (0, 90))
    desk.cancel("one")
    assert live(desk) == []


def test_a_filled_take_profit_waits_for_the_end_of_the_stop() -> None:
    desk = held()
    desk.fill("one", "100", "110")
    assert (live(desk), reserved(desk)) == ([LOSS, "one"], (0, 0))
    desk.cancel(LOSS)
    assert live(desk) == []


def test_a_replaced_oco_keeps_what_was_counted_and_its_leg() -> None:
    desk = held()
    desk.fill(LOSS, "10", "95")
    fixed = desk.replace("one", quantity=D(50))
    assert codes(fixed.violations) == ["ORDER_QUANTITY_FIXED"]
    told = desk.replace("one", limit_price=D(100))
    assert told.exit
    assert reserved(desk) == (0, 90)
    new = told.order.order_id
    replaced(desk, "one", told.order)
    assert (sorted(live(desk)), reserved(desk)) == (sorted([LOSS, new]), (0, 90))
    assert desk.row("live_orders", LOSS).leg_of == new
    desk.fill(LOSS, "40", "95")
    assert reserved(desk) == (0, 50)
    desk.cancel(new)
    desk.cancel(LOSS)
    assert (live(desk), reserved(desk)) == ([], (0, 0))


def test_the_stop_of_an_oco_may_be_replaced() -> None:
    desk = held()
    told = desk.replace(LOSS, stop_price=D(99)).order
    replaced(desk, LOSS, told)
    assert desk.row("live_orders", told.order_id).leg_of == "one"
    desk.cancel("one")
    desk.cancel(told.order_id)
    assert live(desk) == []
