"""What `position_notional` denies, and what it lets pass."""

from __future__ import annotations

from services.risk.core.checks.position_notional import position_notional
from tests.unit.services.risk.desk import D, Desk, limit


def test_what_is_held_counts_at_the_ask_and_what_works_at_its_worst() -> None:
    desk = Desk(position_notional_max="30000")
    desk.buy("AIG", "100", "100")
    desk.submit("working", **limit("99"))
    # 100 x 100.10 held, 100 x 99 working, 100 x 100.90 asked: 30,000
    assert desk.check(position_notional, **limit("100.90")) is None
    told = desk.check(position_notional, **limit("100.91"))
    assert told is not None
    assert told.code == "POSITION_EXCEEDS_NOTIONAL_MAX"
    assert (told.limit, told.value, told.projected) == ("30000", "10010", "30001")


def test_a_limit_that_is_off_holds_nothing() -> None:
    assert Desk().check(position_notional, quantity=D(1_000_000)) is None
