"""Replaces, told as stories: judged by what they add, held until their outcome."""

from __future__ import annotations

from typing import Any

import pytest

from shared.events.oms import (
    CancelRefused,
    OrderFilled,
    OrderReplaced,
    ReplaceRefused,
)
from shared.events.risk import (
    ReplaceApproved,
    ReplaceDenied,
)
from shared.messages import Event
from shared.types import (
    AccountType,
    Execution,
    OrderStatus,
    OrderType,
    Scope,
    ScopeKind,
    Side,
    TimeInForce,
)
from tests.builders import ACCOUNT, NOON, order
from tests.unit.services.risk.desk import D, Desk, codes, limit, state_of

ACCOUNT_SCOPE = Scope(kind=ScopeKind.ACCOUNT, name=ACCOUNT)


def test_a_replace_is_judged_by_its_increase_only() -> None:
    desk = Desk(AccountType.CASH, "15000")
    assert desk.denied("one", **limit("100")) == []
    assert isinstance(desk.replace("one", quantity=D(149)), ReplaceApproved)


def test_a_replace_that_asks_for_too_much_is_denied_and_the_old_order_lives_on() -> None:
    desk = Desk(AccountType.CASH, "15000")
    assert desk.denied("one", **limit("100")) == []
    denied = desk.replace("one", quantity=D(151))
    assert isinstance(denied, ReplaceDenied)
    assert (denied.order_id, codes(denied.violations)) == ("one", ["BUYING_POWER_INSUFFICIENT"])
    assert desk.row("live_orders", "one").replacement_id is None


def test_until_its_outcome_a_replace_counts_as_the_worse_of_old_and_new() -> None:
    desk = Desk(AccountType.CASH, "15000")
    assert desk.denied("one", **limit("100")) == []
    smaller = desk.replace("one", quantity=D(50))
    assert isinstance(smaller, ReplaceApproved)
    assert desk.denied("two", quantity=D(100), **limit("51")) == ["BUYING_POWER_INSUFFICIENT"]
    old = state_of(order("one", **limit("100")), OrderStatus.REPLACED)
    new = state_of(smaller.order, OrderStatus.NEW)
    desk.told(OrderReplaced, "oms", state=old, successor=new)
    assert [row.order_id for row in desk.rows("live_orders")] == [smaller.order.order_id]
    assert desk.denied("three", quantity=D(100), **limit("51")) == []


def test_a_refused_replace_frees_what_it_had_added() -> None:
    desk = Desk(AccountType.CASH, "15000")
    assert desk.denied("one", **limit("100")) == []
    larger = desk.replace("one", quantity=D(150))
    assert desk.denied("two", quantity=D(1), **limit("1")) == ["BUYING_POWER_INSUFFICIENT"]
    desk.told(
        ReplaceRefused, "oms", order_id="one", request_id=larger.order.order_id, reason="too_late"
    )
    assert desk.denied("three", quantity=D(50), **limit("100")) == []


def test_a_fill_during_a_replace_counts_once() -> None:
    desk = Desk(AccountType.CASH, "15000")
    assert desk.denied("one", **limit("100")) == []
    larger = desk.replace("one", quantity=D(150))
    desk.fill("one", "100", "100")
    row = desk.row("live_orders", "one")
    assert (row.ended, row.cum_quantity) == (True, 100)
    # 15,000 less 10,000 paid, less 50 more at 100 that the venue may have agreed to.
    assert desk.denied("two", quantity=D(1), **limit("1")) == ["BUYING_POWER_INSUFFICIENT"]
    desk.told(
        ReplaceRefused, "oms", order_id="one", request_id=larger.order.order_id, reason="too_late"
    )
    assert desk.rows("live_orders") == []
    assert desk.denied("three", quantity=D(50), **limit("100")) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"order_id": "nobody"}, "ORDER_NOT_OPEN"),
        ({"quantity": D(30)}, "ORDER_QUANTITY_BELOW_FILLED"),
        ({"stop_price": D(90)}, "ORDER_PRICE_UNEXPECTED"),
        ({"limit_price": D("100.001")}, "ORDER_PRICE_OFF_TICK"),
        ({"quantity": D("NaN")}, "ORDER_QUANTITY_INVALID"),
        ({"client_order_id": "client-one"}, "CLIENT_ORDER_ID_USED"),
    ],
)
def test_a_replace_that_cannot_be_is_denied(fields: dict[str, Any], code: str) -> None:
    desk = Desk()
    assert desk.denied("one", **limit("100")) == []
    desk.fill("one", "30", "100")
    denied = desk.replace(fields.pop("order_id", "one"), **fields)
    assert isinstance(denied, ReplaceDenied)
    assert codes(denied.violations) == [code]


STOP_LIMIT = {"type": OrderType.STOP_LIMIT, "stop_price": D(110), "limit_price": D(112)}
TRAILING = {"type": OrderType.TRAILING_STOP}


@pytest.mark.parametrize(
    ("asked", "change", "expected"),
    [
        (STOP_LIMIT, {"stop_price": D(111)}, {"stop_price": D(111), "limit_price": D(112)}),
        (STOP_LIMIT, {"limit_price": D(113)}, {"stop_price": D(110), "limit_price": D(113)}),
        (STOP_LIMIT, {"quantity": D(90)}, {"quantity": D(90), "stop_price": D(110)}),
        (
            {**TRAILING, "trail_price": D(5)},
            {"trail": D(4)},
            {"trail_price": D(4), "trail_percent": None},
        ),
        (
            {**TRAILING, "trail_percent": D(5)},
            {"trail": D("4.5")},
            {"trail_price": None, "trail_percent": D("4.5")},
        ),
        (
            {"time_in_force": TimeInForce.GTD, "expires_at": NOON.plus(1), **limit("90")},
            {"time_in_force": TimeInForce.DAY},
            {"time_in_force": TimeInForce.DAY, "expires_at": None, "limit_price": D(90)},
        ),
    ],
)
def test_a_replace_changes_what_it_names_and_keeps_the_rest(
    asked: dict[str, Any], change: dict[str, Any], expected: dict[str, Any]
) -> None:
    desk = Desk()
    assert desk.denied("one", **asked) == []
    told = desk.replace("one", **change)
    assert isinstance(told, ReplaceApproved)
    assert {name: getattr(told.order, name) for name in expected} == expected
    assert told.order.type is asked.get("type", OrderType.LIMIT)


@pytest.mark.parametrize(
    ("asked", "change", "code"),
    [
        (STOP_LIMIT, {"stop_price": D("110.001")}, "ORDER_PRICE_OFF_TICK"),
        (STOP_LIMIT, {"trail": D(1)}, "ORDER_PRICE_UNEXPECTED"),
        (
            STOP_LIMIT,
            {"time_in_force": TimeInForce.IOC},
            "ORDER_TIME_IN_FORCE_UNSUPPORTED",
        ),
        ({**TRAILING, "trail_percent": D(5)}, {"trail": D(100)}, "ORDER_PRICE_INVALID"),
        ({**TRAILING, "trail_price": D(5)}, {"stop_price": D(90)}, "ORDER_PRICE_UNEXPECTED"),
        (
            limit("90", display_quantity=D(50)),
            {"quantity": D(49)},
            "ORDER_DISPLAY_QUANTITY_INVALID",
        ),
    ],
)
def test_a_replace_is_held_to_the_same_validity(
    asked: dict[str, Any], change: dict[str, Any], code: str
) -> None:
    desk = Desk()
    assert desk.denied("one", **asked) == []
    assert codes(desk.replace("one", **change).violations) == [code]


def test_until_its_outcome_a_replaced_stop_counts_at_the_worse_of_both_stops() -> None:
    desk = Desk()
    assert desk.denied("one", type=OrderType.STOP, stop_price=D(110)) == []
    book = desk.state.books.of(ACCOUNT)
    assert book.extra == 11220  # 100 at 110 and two per cent
    assert isinstance(desk.replace("one", stop_price=D(120)), ReplaceApproved)
    assert book.extra == 12240


def test_a_second_replace_waits_for_the_first() -> None:
    desk = Desk()
    assert desk.denied("one", **limit("100")) == []
    assert isinstance(desk.replace("one", quantity=D(50)), ReplaceApproved)
    again = desk.replace("one", quantity=D(60))
    assert codes(again.violations) == ["ORDER_REPLACE_PENDING"]


def test_under_a_halt_a_replace_may_only_make_an_order_smaller() -> None:
    desk = Desk()
    assert desk.denied("one", **limit("90")) == []
    desk.halt(ACCOUNT_SCOPE)
    assert codes(desk.replace("one", quantity=D(101)).violations) == ["TRADING_STATE_HALTED"]
    assert isinstance(desk.replace("one", quantity=D(99)), ReplaceApproved)


@pytest.mark.parametrize(
    ("pending", "refused"),
    [(OrderStatus.PENDING_REPLACE, ReplaceRefused), (OrderStatus.PENDING_CANCEL, CancelRefused)],
)
def test_an_order_that_was_filled_under_a_request_is_let_go_when_that_is_refused(
    pending: OrderStatus, refused: type[Event]
) -> None:
    desk = Desk()
    desk.submit("one")
    asked = desk.order_of("one").order
    fill = Execution(
        execution_id="e-1", order_id="one", account_id=ACCOUNT, symbol="AIG", side=Side.BUY,
        quantity=D(100), price=D(100), transact_at=desk.at.market,
    )  # fmt: skip
    desk.told(OrderFilled, "oms", state=state_of(asked, pending, D(100)), execution=fill)
    assert desk.state.books.of(ACCOUNT).open_count == 1
    told = state_of(asked, OrderStatus.FILLED, D(100))
    desk.told(refused, "oms", order_id="one", request_id="r", reason="too_late", state=told)
    assert desk.rows("live_orders") == []
    assert desk.state.books.of(ACCOUNT).open_count == 0
