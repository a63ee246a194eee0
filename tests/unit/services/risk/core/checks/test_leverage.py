"""What `leverage` denies, and what it lets pass."""

from __future__ import annotations

from services.risk.core.checks.leverage import leverage
from tests.unit.services.risk.desk import D, Desk, limit


def test_gross_exposure_may_be_so_many_times_the_equity() -> None:
    desk = Desk(cash="100000", leverage_max="0.5")
    assert desk.check(leverage, **limit("100", quantity=D(500))) is None
    told = desk.check(leverage, **limit("100", quantity=D(501)))
    assert told is not None
    assert (told.code, told.limit, told.projected) == ("LEVERAGE_EXCEEDS_MAX", "50000", "50100")


def test_a_loss_makes_it_tighter() -> None:
    desk = Desk(cash="100000", leverage_max="1")
    desk.buy("AIG", "500", "100")
    desk.marks["AIG"] = D(50)
    desk.value()
    # equity 75,000; 25,000 held
    assert desk.check(leverage, symbol="IBM", **limit("50", quantity=D(1000))) is None
    assert desk.check(leverage, symbol="IBM", **limit("50", quantity=D(1001))) is not None
