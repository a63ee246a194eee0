"""What `orders_per_second` denies, and what it lets pass."""

from __future__ import annotations

from services.risk.core.checks.orders_per_second import orders_per_second
from shared.events.risk import ReplaceApproved
from shared.types import Side
from tests.unit.services.risk.desk import D, Desk, limit


def test_any_second_counts_not_the_clocks() -> None:
    desk = Desk(orders_per_second_max="2")
    desk.wait(0.9)
    assert desk.denied("one") == []
    desk.wait(0.2)
    assert desk.denied("two") == []
    told = desk.submit("three").violations[0]
    assert told.code == "RATE_EXCEEDS_MAX_PER_SECOND"
    assert (told.limit, told.value, told.projected) == ("2", "2", "3")
    desk.wait(0.8)
    assert desk.denied("four") == []


def test_denied_orders_are_not_counted_and_replaces_are() -> None:
    desk = Desk(orders_per_second_max="2")
    for number in range(5):
        assert desk.denied(f"large-{number}", quantity=D(10_000_000)) != []
    assert desk.denied("one", **limit("99")) == []
    assert isinstance(desk.replace("one", quantity=D(101)), ReplaceApproved)
    assert desk.denied("two") == ["RATE_EXCEEDS_MAX_PER_SECOND"]


def test_zero_lets_nothing_through_but_exits() -> None:
    desk = Desk()
    desk.buy("AIG", "100", "100")
    desk.set_limits(orders_per_second_max="0")
    assert desk.check(orders_per_second) is not None
    assert desk.denied("out", side=Side.SELL) == []


def test_the_count_survives_a_restart() -> None:
    desk = Desk(orders_per_second_max="1")
    desk.submit("one")
    desk.restart()
    assert desk.denied("two") == ["RATE_EXCEEDS_MAX_PER_SECOND"]
