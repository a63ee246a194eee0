"""What `valuation_age` denies, and what it lets pass."""

from __future__ import annotations

from services.risk.core.checks.valuation_age import valuation_age
from tests.unit.services.risk.desk import Desk


def test_a_valuation_of_just_the_limit_passes() -> None:
    desk = Desk()
    desk.wait(3)
    assert desk.check(valuation_age) is None


def test_an_older_valuation_is_denied() -> None:
    desk = Desk()
    desk.wait(3.001)
    told = desk.check(valuation_age)
    assert told is not None
    assert (told.code, told.limit, told.value) == ("VALUATION_STALE", "3000", "3001")


def test_an_account_never_valued_is_denied() -> None:
    told = Desk().check(valuation_age, account_id="nobody")
    assert told is not None
    assert told.code == "VALUATION_MISSING"


def test_a_valuation_that_lacks_a_price_is_denied() -> None:
    desk = Desk()
    desk.wait(1)
    desk.value(complete=False)
    told = desk.check(valuation_age)
    assert told is not None
    assert told.code == "VALUATION_INCOMPLETE"
