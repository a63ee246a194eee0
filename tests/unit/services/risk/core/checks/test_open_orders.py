"""What `open_orders` denies, and what it lets pass."""

from __future__ import annotations

from services.risk.core.checks.open_orders import open_orders
from shared.events.risk import ReplaceApproved
from shared.types import Side
from tests.unit.services.risk.desk import D, Desk, limit
from tests.unit.services.risk.legs import bracket, oco


def test_as_many_as_the_limit_and_no_more() -> None:
    desk = Desk(open_orders_max="2")
    assert desk.denied("one", **limit("99")) == []
    assert desk.denied("two", **limit("99")) == []
    told = desk.submit("three", **limit("99")).violations[0]
    assert told.code == "OPEN_ORDERS_EXCEED_MAX"
    assert (told.limit, told.value, told.projected) == ("2", "2", "3")
    desk.cancel("one")
    assert desk.denied("four", **limit("99")) == []


def test_a_replace_adds_none() -> None:
    desk = Desk(open_orders_max="1")
    desk.submit("one", **limit("99"))
    assert isinstance(desk.replace("one", quantity=D(200)), ReplaceApproved)


def test_an_exit_is_not_asked() -> None:
    desk = Desk()
    desk.buy("AIG", "100", "100")
    desk.set_limits(open_orders_max="0")
    assert open_orders.__name__ == "open_orders"
    assert desk.denied("out", side=Side.SELL) == []


def test_an_order_with_exits_takes_two_places() -> None:
    assert Desk(open_orders_max="1").denied("one", **bracket()) == ["OPEN_ORDERS_EXCEED_MAX"]
    assert Desk(open_orders_max="2").denied("one", **bracket()) == []


def test_an_oco_takes_one() -> None:
    desk = Desk(open_orders_max="1")
    desk.buy("AIG", "100", "100")
    assert desk.check(open_orders, **oco()) is None
