"""What `shares_held` denies, and what it lets pass."""

from __future__ import annotations

from services.risk.core.checks.shares_held import shares_held
from shared.types import AccountType, Side
from tests.unit.services.risk.desk import D, Desk


def test_a_cash_account_sells_what_it_holds_and_no_more() -> None:
    desk = Desk(AccountType.CASH)
    desk.buy("AIG", "100", "100")
    assert desk.denied("some", side=Side.SELL, quantity=D(77)) == []
    told = desk.submit("more", side=Side.SELL, quantity=D(24)).violations[0]
    assert told.code == "QUANTITY_EXCEEDS_AVAILABLE"
    assert told.message == ("insufficient qty available for order (requested: 24, available: 23)")
    assert desk.denied("rest", side=Side.SELL, quantity=D(23)) == []


def test_a_cash_account_sells_nothing_short() -> None:
    told = Desk(AccountType.CASH).check(shares_held, side=Side.SELL, quantity=D(23))
    assert told is not None
    assert told.message == "insufficient qty available for order (requested: 23, available: 0)"


def test_no_order_passes_from_long_to_short() -> None:
    desk = Desk()
    desk.buy("AIG", "100", "100")
    told = desk.submit("flip", side=Side.SELL, quantity=D(101)).violations[0]
    assert (told.code, told.limit, told.projected) == ("POSITION_WOULD_FLIP", "100", "-1")


def test_no_order_passes_from_short_to_long() -> None:
    desk = Desk()
    desk.short("AIG", "100", "100")
    assert desk.denied("cover", quantity=D(60)) == []
    assert desk.denied("flip", quantity=D(41)) == ["POSITION_WOULD_FLIP"]
    assert desk.denied("rest", quantity=D(40)) == []


def test_a_margin_account_sells_short_from_nothing_what_may_be_shorted() -> None:
    desk = Desk()
    desk.quote("FIX", 100.0, 100.1)
    assert desk.denied("one", side=Side.SELL) == []
    assert desk.denied("two", side=Side.SELL, symbol="FIX") == ["SHORT_NOT_ALLOWED"]


def test_buying_more_of_a_long_position_asks_nothing() -> None:
    desk = Desk()
    desk.buy("AIG", "100", "100")
    assert desk.check(shares_held, quantity=D(500)) is None
