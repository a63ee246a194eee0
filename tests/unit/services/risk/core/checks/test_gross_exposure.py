"""What `gross_exposure` denies, and what it lets pass."""

from __future__ import annotations

from services.risk.core.checks.gross_exposure import gross_exposure
from shared.types import Side
from tests.unit.services.risk.desk import D, Desk, limit


def test_all_positions_and_working_orders_count_together() -> None:
    desk = Desk(gross_exposure_max="20000")
    desk.buy("AIG", "100", "100")
    desk.submit("working", symbol="IBM", **limit("50"))
    assert desk.check(gross_exposure, symbol="IBM", **limit("50", quantity=D(100))) is None
    told = desk.check(gross_exposure, symbol="IBM", **limit("50", quantity=D(101)))
    assert told is not None
    assert told.code == "GROSS_EXPOSURE_EXCEEDS_MAX"
    assert (told.limit, told.value, told.projected) == ("20000", "10000", "20050")


def test_long_and_short_do_not_cancel_out() -> None:
    desk = Desk(gross_exposure_max="15010")
    desk.buy("AIG", "100", "100")
    assert desk.denied("short", symbol="IBM", side=Side.SELL, **limit("50.05")) == []
    assert desk.denied("more", symbol="IBM", **limit("50", quantity=D(1))) == [
        "GROSS_EXPOSURE_EXCEEDS_MAX"
    ]
