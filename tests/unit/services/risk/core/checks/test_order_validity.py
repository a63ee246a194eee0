"""What `order_validity` denies, and what it lets pass."""

from __future__ import annotations

from typing import Any

import pytest

from services.risk.core.checks.order_validity import order_validity
from shared.types import OrderClass, OrderType, Side, TimeInForce
from tests.unit.services.risk.desk import D, Desk, limit


@pytest.mark.parametrize(
    "fields",
    [
        {},
        limit("100.01"),
        limit("100", time_in_force=TimeInForce.GTC),
        {"time_in_force": TimeInForce.IOC},
        {"quantity": D(999_999_999_999)},
        {"type": OrderType.STOP, "stop_price": D("100.01")},
        {"type": OrderType.STOP_LIMIT, "stop_price": D(101), "limit_price": D("101.5")},
        {"type": OrderType.TRAILING_STOP, "trail_price": D("0.01")},
        {"type": OrderType.TRAILING_STOP, "trail_percent": D("0.0001")},
        {"type": OrderType.MARKET_IF_TOUCHED, "stop_price": D(99)},
        {"type": OrderType.LIMIT_IF_TOUCHED, "stop_price": D(99), "limit_price": D(99)},
    ],
)
def test_what_can_be_traded_passes(fields: dict[str, Any]) -> None:
    assert Desk().check(order_validity, **fields) is None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"quantity": D(0)}, "ORDER_QUANTITY_INVALID"),
        ({"quantity": D(-1)}, "ORDER_QUANTITY_INVALID"),
        ({"quantity": D("NaN")}, "ORDER_QUANTITY_INVALID"),
        ({"quantity": D("Infinity")}, "ORDER_QUANTITY_INVALID"),
        ({"quantity": D("1E12")}, "ORDER_QUANTITY_INVALID"),
        ({"quantity": D("0.5")}, "ORDER_QUANTITY_OFF_LOT"),
        (limit("0"), "ORDER_PRICE_INVALID"),
        (limit("-5"), "ORDER_PRICE_INVALID"),
        (limit("NaN"), "ORDER_PRICE_INVALID"),
        (limit("1E9"), "ORDER_PRICE_INVALID"),
        (limit("100.001"), "ORDER_PRICE_OFF_TICK"),
        ({"type": OrderType.LIMIT}, "ORDER_PRICE_MISSING"),
        ({"limit_price": D(100)}, "ORDER_PRICE_UNEXPECTED"),
        ({"type": OrderType.STOP}, "ORDER_PRICE_MISSING"),
        ({"type": OrderType.STOP, "stop_price": D("100.001")}, "ORDER_PRICE_OFF_TICK"),
        ({"type": OrderType.STOP, "stop_price": D(0)}, "ORDER_PRICE_INVALID"),
        ({"time_in_force": TimeInForce.GTD}, "ORDER_EXPIRY_INVALID"),
        ({"order_class": OrderClass.BRACKET}, "ORDER_LEGS_INVALID"),
        ({"extended_hours": True}, "ORDER_FEATURE_UNSUPPORTED"),
        ({"notional": D(100)}, "ORDER_NOTIONAL_INVALID"),
        ({"stop_price": D(100)}, "ORDER_PRICE_UNEXPECTED"),
        ({"parent_id": "parent"}, "ORDER_CHILD_OF_NONE"),
        ({"reduce_only": True}, "ORDER_WOULD_NOT_REDUCE"),
    ],
)
def test_what_cannot_be_is_denied_and_reckons_nothing(fields: dict[str, Any], code: str) -> None:
    assert Desk().denied("one", **fields) == [code]


def test_a_sub_penny_price_has_the_text_that_clients_know() -> None:
    told = Desk().check(order_validity, **limit("290.123"))
    assert told is not None
    assert told.message == (
        "invalid limit_price 290.123. sub-penny increment does not fulfill minimum pricing criteria"
    )


def test_reduce_only_passes_where_it_reduces() -> None:
    desk = Desk()
    desk.buy("AIG", "100", "100")
    assert desk.denied("out", side=Side.SELL, reduce_only=True) == []


def test_a_signaling_nan_is_no_number_either() -> None:
    _, _, verdict = Desk().judge(quantity=D("sNaN"))
    assert [told.code for told in verdict.violations] == ["ORDER_QUANTITY_INVALID"]
