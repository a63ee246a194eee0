"""What `price_collar` denies, and what it lets pass."""

from __future__ import annotations

from typing import Any

import pytest

from services.risk.core.checks.price_collar import price_collar
from shared.types import OrderType, Side
from tests.unit.services.risk.desk import D, Desk, limit


def test_a_buy_may_cross_the_ask_by_the_collar_and_no_more() -> None:
    desk = Desk(price_collar_pct="10")
    assert desk.check(price_collar, **limit("110.11")) is None
    told = desk.check(price_collar, **limit("110.12"))
    assert told is not None
    assert (told.code, told.limit, told.value) == ("PRICE_OUTSIDE_COLLAR", "110.11", "110.12")


def test_a_sell_may_cross_the_bid_by_the_collar_and_no_more() -> None:
    desk = Desk(price_collar_pct="10")
    assert desk.check(price_collar, side=Side.SELL, **limit("90")) is None
    assert desk.check(price_collar, side=Side.SELL, **limit("89.99")) is not None


def test_the_passive_side_may_be_as_far_away_as_one_likes() -> None:
    desk = Desk(price_collar_pct="1")
    assert desk.denied("low", **limit("1")) == []
    assert desk.denied("high", side=Side.SELL, **limit("999", quantity=D(1))) == []


@pytest.mark.parametrize("kind", [OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED])
def test_a_limit_that_waits_is_held_against_the_price_it_waits_for(kind: OrderType) -> None:
    desk = Desk(price_collar_pct="10")
    buy: dict[str, Any] = {"type": kind, "stop_price": D(200)}
    assert desk.check(price_collar, limit_price=D(220), **buy) is None
    told = desk.check(price_collar, limit_price=D("220.01"), **buy)
    assert told is not None
    assert (told.limit, told.value, told.projected) == ("220", "220.01", "200")
    assert desk.check(price_collar, limit_price=D(1), **buy) is None
    sell: dict[str, Any] = {"type": kind, "stop_price": D(50), "side": Side.SELL}
    assert desk.check(price_collar, limit_price=D(45), **sell) is None
    assert desk.check(price_collar, limit_price=D("44.99"), **sell) is not None


def test_a_market_order_has_no_price_to_be_wrong() -> None:
    assert Desk(price_collar_pct="0").check(price_collar) is None


def test_an_exit_outside_the_collar_is_denied_where_the_price_is_fresh() -> None:
    desk = Desk(price_collar_pct="10")
    desk.buy("AIG", "100", "100")
    far = limit("1", side=Side.SELL)
    assert desk.denied("out", **far) == ["PRICE_OUTSIDE_COLLAR"]
    desk.wait(60)
    assert desk.denied("later", **far) == []
