"""What `notional_validity` denies, and what it lets pass."""

from __future__ import annotations

from typing import Any

import pytest

from services.risk.core.checks.notional_validity import notional_validity
from shared.table import Latest
from shared.types import OrderType, Side, TimeInForce
from tests.unit.services.risk.desk import D, Desk, limit

BY_NOTIONAL: dict[str, Any] = {"symbol": "PIE", "quantity": D(0)}


def test_a_notional_becomes_the_quantity_it_pays_for_at_its_worst() -> None:
    verdict = Desk().submit("one", notional=D("102.00"), **BY_NOTIONAL)
    # PIE asks 10.00: at two per cent more, 102 dollars pay for ten.
    assert (verdict.order.quantity, verdict.order.notional) == (10, 102)
    assert verdict.evidence.worst_notional == 102


def test_what_it_does_not_pay_for_is_rounded_down_at_the_ninth_place() -> None:
    desk = Desk()
    verdict = desk.submit("one", notional=D(100), **BY_NOTIONAL)
    assert verdict.order.quantity == D("9.803921568")  # 100 / 10.2 = 9.80392156862...
    assert desk.row("live_orders", "one").quantity == D("9.803921568")
    assert desk.row("decisions", "one").quantity == D("9.803921568")


def test_an_order_without_one_passes() -> None:
    assert Desk().check(notional_validity) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"notional": D(0)},
        {"notional": D(-5)},
        {"notional": D("NaN")},
        {"notional": D("1E12")},
        {"notional": D("10.001")},
        {"notional": D(100), "symbol": "AIG"},
        {"notional": D(100), "time_in_force": TimeInForce.GTC},
        {"notional": D(100), **limit("10")},
        {"notional": D(100), "type": OrderType.STOP, "stop_price": D(10)},
    ],
)
def test_what_does_not_go_with_a_notional_is_denied_with_one_reason(fields: dict[str, Any]) -> None:
    assert Desk().denied("one", **{**BY_NOTIONAL, **fields}) == ["ORDER_NOTIONAL_INVALID"]


def test_a_quantity_beside_it_is_denied() -> None:
    desk = Desk()
    both = {"symbol": "PIE", "notional": D(102)}
    assert desk.denied("one", quantity=D(1), **both) == ["ORDER_NOTIONAL_INVALID"]
    assert desk.denied("two", quantity=D("NaN"), **both) == [
        "ORDER_QUANTITY_INVALID", "ORDER_NOTIONAL_INVALID"
    ]  # fmt: skip


def test_money_for_less_than_the_smallest_part_buys_nothing() -> None:
    desk = Desk()
    desk.quote("PIE", 90_000_000.0, 90_000_000.0)
    assert desk.denied("one", notional=D("0.09"), **BY_NOTIONAL) == ["ORDER_NOTIONAL_INVALID"]
    # 91,800,000 a unit: ten cents pay for 1.089 billionths.
    verdict = desk.submit("two", notional=D("0.10"), **BY_NOTIONAL)
    assert verdict.order.quantity == D("0.000000001")


def test_without_a_price_there_is_no_quantity() -> None:
    desk = Desk()
    desk.state.latest = Latest()
    told = desk.denied("one", notional=D(100), **BY_NOTIONAL)
    assert "REFERENCE_PRICE_MISSING" in told and "ORDER_NOTIONAL_INVALID" in told


def test_an_exit_by_notional_is_one() -> None:
    desk = Desk()
    desk.buy("PIE", "10", "10")
    verdict = desk.submit("out", notional=D(51), side=Side.SELL, **BY_NOTIONAL)
    assert (verdict.order.quantity, verdict.exit) == (5, True)


def test_an_order_by_notional_is_not_replaced() -> None:
    desk = Desk()
    assert desk.denied("one", notional=D(102), **BY_NOTIONAL) == []
    for change in ({"quantity": D(9)}, {"client_order_id": "other"}):
        told = desk.replace("one", **change).violations
        assert [one.code for one in told] == ["ORDER_NOTIONAL_INVALID"]
        assert told[0].message == "an order by notional is not replaced"


def test_the_money_that_is_reserved_never_exceeds_the_notional() -> None:
    desk = Desk()
    for number, amount in enumerate(("0.01", "1", "33.33", "999.99")):
        verdict = desk.submit(f"one-{number}", notional=D(amount), **BY_NOTIONAL)
        assert 0 < verdict.evidence.worst_notional <= D(amount)
