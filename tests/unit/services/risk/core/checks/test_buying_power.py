"""What `buying_power` denies, and what it lets pass."""

from __future__ import annotations

from services.risk.core.checks.buying_power import buying_power
from shared.types import AccountType, Side
from tests.unit.services.risk.desk import D, Desk, limit


def test_a_margin_account_may_spend_twice_its_equity_and_no_more() -> None:
    desk = Desk(cash="100000")
    assert desk.check(buying_power, **limit("100", quantity=D(2000))) is None
    told = desk.check(buying_power, **limit("100", quantity=D(2001)))
    assert told is not None
    assert (told.code, told.limit, told.value) == ("BUYING_POWER_INSUFFICIENT", "200000", "200100")
    assert (told.projected, told.message) == ("-100", "insufficient buying power")


def test_a_cash_account_may_spend_its_cash_and_no_more() -> None:
    desk = Desk(AccountType.CASH, "10000")
    assert desk.check(buying_power, **limit("100", quantity=D(100))) is None
    assert desk.check(buying_power, **limit("100", quantity=D(101))) is not None


def test_a_market_order_is_reckoned_with_its_buffer() -> None:
    desk = Desk(AccountType.CASH, "10210.19")
    told = desk.check(buying_power, quantity=D(100))
    assert told is not None
    assert told.value == "10210.2"


def test_one_order_of_the_whole_buying_power_passes_the_default_class() -> None:
    assert Desk().denied("one", **limit("100", quantity=D(2000))) == []


def test_losses_take_buying_power_twice() -> None:
    desk = Desk(cash="100000")
    desk.buy("AIG", "1000", "100")
    desk.marks["AIG"] = D(90)
    desk.value()
    # equity 90,000, gross 90,000: 2 x 90,000 - 90,000
    assert desk.check(buying_power, symbol="IBM", **limit("50", quantity=D(1800))) is None
    assert desk.check(buying_power, symbol="IBM", **limit("50", quantity=D(1801))) is not None


def test_a_short_sale_needs_buying_power() -> None:
    desk = Desk(cash="1000")
    assert desk.denied("one", side=Side.SELL, **limit("101")) == ["BUYING_POWER_INSUFFICIENT"]


def test_what_costs_nothing_passes_an_account_beyond_its_means() -> None:
    desk = Desk(cash="100000")
    desk.buy("AIG", "1900", "100")
    desk.marks["AIG"] = D(20)
    desk.value()
    assert desk.denied("more", quantity=D(1)) == ["BUYING_POWER_INSUFFICIENT"]
    assert desk.denied("out", side=Side.SELL, quantity=D(1900)) == []
