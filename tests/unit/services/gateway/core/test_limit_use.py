"""The use of limits, reckoned by hand."""

from __future__ import annotations

from decimal import Decimal

from services.gateway.core.limit_use import use_of
from services.gateway.core.sheet import Working
from tests.fakes.gateway_rows import held_of, sheet_of

HELD = held_of("AIG", 1000, "50", "49")
SHORT = held_of("IBM", -100, "180", "181")


def use(name: str, limit: str) -> tuple[str | None, str | None]:
    working = (
        Working(symbol="AIG", side="sell", quantity=Decimal(5), notional=Decimal(250), count=2),
    )
    sheet = sheet_of("a-1", HELD, SHORT, working=working)
    (row,) = use_of({name: limit}, sheet)
    return row["value"], row["use_pct"]


def test_each_use_follows_from_the_valuation() -> None:
    # 1,000 at 49 and 100 short at 181: gross 67,100; lost 1,000 and 100 of 100,000.
    assert use("gross_exposure_max", "134200") == ("67100", "50")
    assert use("leverage_max", "2") == ("0.6785", "33.92")
    assert use("daily_loss_max", "4400") == ("1100", "25")
    assert use("daily_loss_pct_max", "2") == ("1.1", "55")
    assert use("open_orders_max", "20") == ("2", "10")
    assert use("position_quantity_max", "2000") == ("1000", "50")
    assert use("position_notional_max", "98000") == ("49000", "50")


def test_a_limit_that_is_off_has_no_share_and_zero_none_either() -> None:
    assert use("gross_exposure_max", "off") == ("67100", None)
    assert use("gross_exposure_max", "0") == ("67100", None)


def test_what_is_not_measured_here_says_so() -> None:
    assert use("price_collar_pct", "50") == (None, None)
