"""What `time_in_force_validity` denies, and what it lets pass."""

from __future__ import annotations

from typing import Any

import pytest

from services.risk.core.checks.time_in_force_validity import time_in_force_validity
from shared.types import OrderType, TimeInForce
from tests.builders import NOON
from tests.unit.services.risk.desk import D, Desk, limit

F = TimeInForce
LATER = NOON.plus(1)
STOP: dict[str, Any] = {"type": OrderType.STOP, "stop_price": D(110)}
WAITING = [
    STOP,
    {"type": OrderType.STOP_LIMIT, "stop_price": D(110), "limit_price": D(111)},
    {"type": OrderType.TRAILING_STOP, "trail_price": D(5)},
    {"type": OrderType.MARKET_IF_TOUCHED, "stop_price": D(90)},
    {"type": OrderType.LIMIT_IF_TOUCHED, "stop_price": D(90), "limit_price": D(90)},
]


@pytest.mark.parametrize("force", [force for force in F if force is not F.GTD])
def test_market_and_limit_orders_take_every_time_in_force(force: TimeInForce) -> None:
    desk = Desk()
    assert desk.denied("one", time_in_force=force) == []
    assert desk.denied("two", time_in_force=force, **limit("100")) == []


@pytest.mark.parametrize("fields", WAITING)
def test_what_waits_for_a_price_may_rest_and_nothing_else(fields: dict[str, Any]) -> None:
    desk, told = Desk(), {}
    for force in F:
        end = LATER if force is F.GTD else None
        asked = {"quantity": D(1), "time_in_force": force, "expires_at": end, **fields}
        told[force] = desk.denied(f"in-{force}", **asked)
    no = ["ORDER_TIME_IN_FORCE_UNSUPPORTED"]
    assert told == {F.DAY: [], F.GTC: [], F.GTD: [], F.IOC: no, F.FOK: no, F.OPG: no, F.CLS: no}


def test_a_good_till_date_ends_after_the_market_time_of_its_judgement() -> None:
    desk = Desk()
    good = {"time_in_force": F.GTD, **limit("90")}
    assert desk.denied("one", expires_at=desk.at.market, **good) == ["ORDER_EXPIRY_INVALID"]
    assert desk.denied("two", expires_at=desk.at.market.plus(1), **good) == []
    assert desk.denied("three", **good) == ["ORDER_EXPIRY_INVALID"]


def test_a_refused_end_is_told_beside_the_market_time() -> None:
    told = Desk().check(time_in_force_validity, time_in_force=F.GTD, expires_at=NOON.plus(-1))
    assert told is not None
    assert (told.limit, told.value) == ("2013-10-09T16:00:00Z", "2013-10-09T15:59:59.999999Z")


def test_only_a_good_till_date_takes_an_end() -> None:
    assert Desk().denied("one", expires_at=LATER) == ["ORDER_EXPIRY_INVALID"]
    assert Desk().denied("two", expires_at=LATER, time_in_force=F.GTD) == []
