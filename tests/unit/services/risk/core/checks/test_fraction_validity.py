"""What `fraction_validity` denies, and what it lets pass."""

from __future__ import annotations

from typing import Any

import pytest

from services.risk.core.checks.fraction_validity import fraction_validity
from shared.types import OrderType, Side, TimeInForce
from tests.unit.services.risk.desk import D, Desk, limit

HALF: dict[str, Any] = {"symbol": "PIE", "quantity": D("0.5")}


@pytest.mark.parametrize("fields", [HALF, {**HALF, **limit("10")}, {**HALF, "quantity": D("1E-9")}])
def test_a_part_of_what_is_traded_in_parts_passes(fields: dict[str, Any]) -> None:
    assert Desk().denied("one", **fields) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"symbol": "AIG"}, "ORDER_QUANTITY_OFF_LOT"),
        ({"quantity": D("1E-10")}, "ORDER_QUANTITY_OFF_LOT"),
        ({"time_in_force": TimeInForce.GTC}, "ORDER_FRACTION_UNSUPPORTED"),
        ({"time_in_force": TimeInForce.IOC}, "ORDER_FRACTION_UNSUPPORTED"),
        ({"type": OrderType.STOP, "stop_price": D(11)}, "ORDER_FRACTION_UNSUPPORTED"),
    ],
)
def test_a_part_that_cannot_be_traded_is_denied(fields: dict[str, Any], code: str) -> None:
    assert Desk().denied("one", **{**HALF, **fields}) == [code]


def test_whole_lots_of_it_are_traded_like_any_other() -> None:
    stop = {"symbol": "PIE", "type": OrderType.STOP, "stop_price": D(11), "quantity": D(1)}
    assert Desk().denied("one", time_in_force=TimeInForce.GTC, **stop) == []


def test_the_rest_of_a_position_can_be_sold() -> None:
    desk = Desk()
    desk.buy("PIE", "10.25", "10")
    assert desk.submit("out", side=Side.SELL, symbol="PIE", quantity=D("10.25")).exit


def test_a_refusal_names_the_lot() -> None:
    told = Desk().check(fraction_validity, quantity=D("1.5"))
    assert told is not None and (told.limit, told.value) == ("1", "1.5")
    told = Desk().check(fraction_validity, symbol="PIE", quantity=D("1E-10"))
    assert told is not None and told.limit == "0.000000001"
