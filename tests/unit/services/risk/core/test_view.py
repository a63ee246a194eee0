"""What the gate sees of one order."""

from __future__ import annotations

from typing import Any

import pytest

from services.risk.core.view import ReplaceView
from shared.types import Side
from tests.builders import order
from tests.unit.services.risk.desk import D, Desk, limit


def test_an_exit_only_brings_the_position_closer_to_zero() -> None:
    desk = Desk()
    desk.buy("AIG", "100", "100")
    sells = {quantity: desk.judge(side=Side.SELL, quantity=D(quantity)) for quantity in (99, 101)}
    assert sells[99][1].is_exit and not sells[101][1].is_exit
    assert not desk.judge(quantity=D(1))[1].is_exit


def test_open_exits_count_against_another_exit() -> None:
    desk = Desk()
    desk.buy("AIG", "100", "100")
    desk.submit("one", side=Side.SELL, quantity=D(60), **limit("101"))
    assert desk.judge(side=Side.SELL, quantity=D(40))[1].is_exit
    assert not desk.judge(side=Side.SELL, quantity=D(41))[1].is_exit


def test_a_cover_is_an_exit_too() -> None:
    desk = Desk()
    desk.short("AIG", "100", "100")
    assert desk.judge(quantity=D(100))[1].is_exit
    assert not desk.judge(quantity=D(101))[1].is_exit


@pytest.mark.parametrize(
    ("fields", "worst"),
    [
        ({}, "10210.2"),
        (limit("90"), "9000"),
        ({"side": Side.SELL}, "10210.2"),
        ({"side": Side.SELL, **limit("90")}, "10010"),
        ({"side": Side.SELL, **limit("110")}, "11000"),
    ],
)
def test_an_order_is_worth_its_worst_price(fields: dict[str, Any], worst: str) -> None:
    _, view, _ = Desk().judge(**fields)
    assert (view.worst, view.added) == (D(worst), D(worst))
    assert view.gross_after() == D(worst)


def test_an_exit_adds_nothing() -> None:
    desk = Desk()
    desk.buy("AIG", "100", "100")
    assert desk.judge(side=Side.SELL)[1].added == 0


def test_a_replacing_order_is_seen_without_the_one_it_replaces() -> None:
    desk = Desk()
    desk.submit("one", **limit("100"))
    desk.fill("one", "30", "100")
    old = desk.state.live_orders.get("one")
    asked = order("two", quantity=D(120), **limit("101"))
    view = ReplaceView(asked, desk.at.wall, desk.state, desk.at, old)
    assert (view.open_same, view.open_notional) == (0, 0)
    assert (view.quantity, view.worst, view.is_smaller) == (90, 9090, False)
    assert view.added == 9090 - 7000
    less = order("three", quantity=D(100), **limit("99"))
    view = ReplaceView(less, desk.at.wall, desk.state, desk.at, old)
    assert (view.quantity, view.worst, view.is_smaller) == (70, 6930, True)


def test_numbers_that_are_none_are_not_reckoned_with() -> None:
    _, view, _ = Desk().judge(quantity=D("NaN"))
    assert not view.is_sound
