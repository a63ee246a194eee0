"""Which auction an order is for, and who comes too late for it."""

from __future__ import annotations

import msgspec
import pytest

from services.venue.core.matching.auctions import auction_at, is_official, refusal, wakes_after
from services.venue.core.matching.quote import Print
from services.venue.core.rows import TAKING, WAITING
from shared.types import Side, Time, TimeInForce
from tests.unit.services.venue.core.matching.test_hours import (
    CLOSE,
    CLOSE_10,
    DAY,
    EVENING,
    NIGHT,
    OPEN,
    OPEN_10,
    after,
)
from tests.unit.services.venue.core.matching.test_rules import an_order

EARLY, MIDDAY, LATE = "2013-10-09T12:30:00Z", "2013-10-09T16:00:00Z", "2013-10-09T21:00:00Z"


@pytest.mark.parametrize(
    ("tif", "messages", "at", "wanted"),
    [
        (TimeInForce.OPG, (NIGHT,), EARLY, OPEN),
        (TimeInForce.OPG, (NIGHT,), OPEN, None),
        (TimeInForce.OPG, (NIGHT, DAY), EARLY, None),
        (TimeInForce.OPG, (NIGHT, DAY), MIDDAY, None),
        (TimeInForce.OPG, (NIGHT, DAY), LATE, OPEN_10),
        (TimeInForce.OPG, (NIGHT, DAY, EVENING), LATE, OPEN_10),
        (TimeInForce.CLS, (NIGHT,), EARLY, CLOSE),
        (TimeInForce.CLS, (NIGHT, DAY), MIDDAY, CLOSE),
        (TimeInForce.CLS, (NIGHT, DAY), CLOSE, None),
        (TimeInForce.CLS, (NIGHT, DAY, EVENING), LATE, None),
        (TimeInForce.CLS, (NIGHT, DAY, EVENING), "2013-10-10T00:00:00Z", CLOSE_10),
        (TimeInForce.DAY, (NIGHT,), EARLY, None),
    ],
)
def test_an_order_is_for_the_auction_to_come_or_for_none(
    tif: TimeInForce, messages: tuple, at: str, wanted: str | None
) -> None:
    found = auction_at(tif, after(*messages), Time.parse(at))
    assert found == (None if wanted is None else Time.parse(wanted))


def test_who_comes_too_late_is_told() -> None:
    clock, noon = after(NIGHT, DAY), Time.parse(MIDDAY)
    assert refusal(TimeInForce.OPG, clock, noon) == "opg: the session has opened"
    assert refusal(TimeInForce.CLS, clock, Time.parse(CLOSE)) == "cls: the session has closed"
    assert refusal(TimeInForce.CLS, clock, noon) is None
    assert refusal(TimeInForce.DAY, None, noon) is None
    assert refusal(TimeInForce.CLS, None, noon) == "cls: no session is known yet"


def test_an_official_close_lies_in_the_session_that_ends() -> None:
    clock, close = after(NIGHT, DAY), Time.parse(CLOSE)
    first = Print(Time.parse(OPEN), 47.9, 100)
    assert is_official(first, clock, close)
    assert not is_official(Print(first.time_us - 1, 47.9, 100), clock, close)
    assert not is_official(Print(close, 47.9, 100), clock, close)
    assert not is_official(None, clock, close)
    assert is_official(first, after(NIGHT), close)


def test_an_order_wakes_before_its_auction_and_at_the_end_of_its_wait_for_a_print() -> None:
    plain = an_order(Side.BUY)
    waits = msgspec.structs.replace(plain, auction_at=Time(100), status=WAITING)
    in_it = msgspec.structs.replace(waits, status=TAKING)
    assert [wakes_after(order, 5) for order in (plain, waits, in_it)] == [None, 99, 104]
