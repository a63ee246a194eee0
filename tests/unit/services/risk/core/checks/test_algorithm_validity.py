"""What `algorithm_validity` denies, and what it lets pass."""

from __future__ import annotations

from typing import Any

import pytest

from services.risk.core.checks.algorithm_validity import algorithm_validity
from shared.types import SECOND_US, Algorithm, Leg, OrderClass, OrderType, TimeInForce
from tests.builders import NOON
from tests.unit.services.risk.desk import D, Desk, codes, limit

HOUR = 3600 * SECOND_US


def plan(name: str = "twap", **fields: Any) -> Algorithm:
    values = {"starts_at": NOON, "ends_at": NOON.plus(HOUR), "bins": 4}
    return Algorithm(name=name, **{**values, **fields})


EVEN = (D(1), D(2), D(0), D(1))


@pytest.mark.parametrize(
    "algorithm",
    [
        plan(),
        plan(bins=1),
        plan(bins=1000),
        plan(starts_at=NOON.plus(-HOUR), ends_at=NOON.plus(1), bins=1000),
        plan(ends_at=NOON.plus(4 * SECOND_US)),
        plan("vwap", curve=EVEN),
        plan("pov", rate=D(1)),
        plan("pov", rate=D("0.0001")),
    ],
)
def test_a_plan_that_can_be_carried_out_passes(algorithm: Algorithm) -> None:
    assert Desk().denied("one", algorithm=algorithm) == []
    assert Desk().denied("two", algorithm=algorithm, **limit("100")) == []


@pytest.mark.parametrize(
    "algorithm",
    [
        plan("iceberg"),
        plan(""),
        plan("TWAP"),
        plan(ends_at=NOON),
        plan(starts_at=NOON.plus(HOUR)),
        plan(starts_at=NOON.plus(-HOUR), ends_at=NOON),
        plan(bins=0),
        plan(bins=1001),
        plan(ends_at=NOON.plus(4 * SECOND_US - 1)),
        plan("vwap"),
        plan("vwap", curve=(*EVEN, D(1))),
        plan("vwap", curve=EVEN[:3]),
        plan("vwap", curve=(D(1), D(-1), D(1), D(1))),
        plan("vwap", curve=(D(0), D(0), D(0), D(0))),
        plan("vwap", curve=(D(1), D("NaN"), D(1), D(1))),
        plan("vwap", curve=(D(1), D("1E30"), D(1), D(1))),
        plan("vwap", curve=(D(1), D("1E-31"), D(1), D(1))),
        plan("pov"),
        plan("pov", rate=D(0)),
        plan("pov", rate=D("1.0001")),
        plan("pov", rate=D("-0.1")),
        plan("pov", rate=D("NaN")),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_denied(algorithm: Algorithm) -> None:
    assert Desk().denied("one", algorithm=algorithm) == ["ORDER_ALGORITHM_INVALID"]


LEG = Leg(order_id="leg", client_order_id="leg", type=OrderType.STOP, stop_price=D(90))


@pytest.mark.parametrize(
    "fields",
    [
        {"type": OrderType.STOP, "stop_price": D(110)},
        {"time_in_force": TimeInForce.GTC},
        {"time_in_force": TimeInForce.IOC},
        {"order_class": OrderClass.OTO, "legs": (LEG,)},
        {"legs": (LEG,)},
        limit("100", display_quantity=D(10)),
        limit("100", post_only=True),
        {"notional": D(100)},
    ],
)
def test_an_order_that_no_algorithm_works_is_denied(fields: dict[str, Any]) -> None:
    told = Desk().check(algorithm_validity, algorithm=plan(), **fields)
    assert told is not None and told.code == "ORDER_ALGORITHM_UNSUPPORTED"
    assert "ORDER_ALGORITHM_UNSUPPORTED" in Desk().denied("one", algorithm=plan(), **fields)


def test_what_an_algorithm_works_is_not_replaced_nor_are_its_children() -> None:
    desk = Desk()
    assert desk.denied("one", algorithm=plan(), **limit("100")) == []
    assert desk.denied("child", parent_id="one", quantity=D(10), **limit("100")) == []
    for order_id in ("one", "child"):
        told = desk.replace(order_id, limit_price=D(99))
        assert codes(told.violations) == ["ORDER_REPLACE_UNSUPPORTED"]


def test_a_signaling_nan_is_no_rate_either() -> None:
    told = Desk().check(algorithm_validity, algorithm=plan("pov", rate=D("sNaN")))
    assert told is not None and told.code == "ORDER_ALGORITHM_INVALID"


def test_a_denial_says_why() -> None:
    told = Desk().check(algorithm_validity, algorithm=plan("vwap", curve=EVEN[:3]))
    assert told is not None
    assert told.message == "vwap needs one entry of curve for each of 4 bins: 3"
