"""What `feature_validity` denies, and what it lets pass."""

from __future__ import annotations

from typing import Any

import pytest

from services.risk.core.checks.feature_validity import feature_validity
from shared.types import OrderType, Side, TimeInForce
from tests.unit.services.risk.desk import D, Desk, limit

F = TimeInForce
STOP: dict[str, Any] = {"type": OrderType.STOP, "stop_price": D(110)}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        limit("100", extended_hours=True),
        limit("100", extended_hours=True, time_in_force=F.GTC),
        limit("100", post_only=True),
        limit("100", post_only=True, time_in_force=F.GTC),
        limit("100", display_quantity=D(1)),
        limit("100", display_quantity=D(100)),
        limit("100", display_quantity=D(10), post_only=True, extended_hours=True),
    ],
)
def test_a_feature_that_fits_passes(fields: dict[str, Any]) -> None:
    assert Desk().denied("one", **fields) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"extended_hours": True}, "ORDER_FEATURE_UNSUPPORTED"),
        ({"extended_hours": True, **STOP}, "ORDER_FEATURE_UNSUPPORTED"),
        (limit("100", extended_hours=True, time_in_force=F.IOC), "ORDER_FEATURE_UNSUPPORTED"),
        (limit("100", extended_hours=True, time_in_force=F.OPG), "ORDER_FEATURE_UNSUPPORTED"),
        ({"post_only": True}, "ORDER_FEATURE_UNSUPPORTED"),
        ({"post_only": True, **STOP}, "ORDER_FEATURE_UNSUPPORTED"),
        (limit("100", post_only=True, time_in_force=F.IOC), "ORDER_FEATURE_UNSUPPORTED"),
        (limit("100", post_only=True, time_in_force=F.FOK), "ORDER_FEATURE_UNSUPPORTED"),
        ({"display_quantity": D(1)}, "ORDER_FEATURE_UNSUPPORTED"),
        ({"display_quantity": D(1), **STOP}, "ORDER_FEATURE_UNSUPPORTED"),
        (limit("100", display_quantity=D(0)), "ORDER_DISPLAY_QUANTITY_INVALID"),
        (limit("100", display_quantity=D(-1)), "ORDER_DISPLAY_QUANTITY_INVALID"),
        (limit("100", display_quantity=D("NaN")), "ORDER_DISPLAY_QUANTITY_INVALID"),
        (limit("100", display_quantity=D(101)), "ORDER_DISPLAY_QUANTITY_INVALID"),
        (limit("100", display_quantity=D("1.5")), "ORDER_DISPLAY_QUANTITY_INVALID"),
        ({"reduce_only": True}, "ORDER_WOULD_NOT_REDUCE"),
        ({"reduce_only": True, **STOP}, "ORDER_WOULD_NOT_REDUCE"),
    ],
)
def test_a_feature_that_does_not_fit_is_denied(fields: dict[str, Any], code: str) -> None:
    assert Desk().denied("one", **fields) == [code]


def test_reduce_only_passes_as_far_as_it_reduces() -> None:
    desk = Desk()
    desk.buy("AIG", "100", "100")
    stop = {"type": OrderType.STOP, "stop_price": D(90), "side": Side.SELL, "reduce_only": True}
    assert "ORDER_WOULD_NOT_REDUCE" in desk.denied("much", quantity=D(101), **stop)
    assert desk.denied("out", quantity=D(100), **stop) == []


def test_a_denial_says_what_does_not_fit() -> None:
    told = Desk().check(feature_validity, extended_hours=True)
    assert told is not None
    assert (told.value, told.message) == (
        "extended_hours", "extended hours orders are limit and day or gtc"
    )  # fmt: skip
