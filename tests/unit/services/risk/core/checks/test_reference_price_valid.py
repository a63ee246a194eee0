"""What `reference_price_valid` denies, and what it lets pass."""

from __future__ import annotations

import math

import pytest

from services.risk.core.checks.reference_price_valid import reference_price_valid
from shared.events.market import QuoteFlag
from tests.unit.services.risk.desk import Desk


def test_a_fresh_quote_passes() -> None:
    assert Desk().check(reference_price_valid) is None


@pytest.mark.parametrize(
    ("bid", "ask", "code"),
    [
        (0.0, 100.0, "REFERENCE_PRICE_INVALID"),
        (100.0, 0.0, "REFERENCE_PRICE_INVALID"),
        (-1.0, 100.0, "REFERENCE_PRICE_INVALID"),
        (math.nan, 100.0, "REFERENCE_PRICE_INVALID"),
        (100.0, math.inf, "REFERENCE_PRICE_INVALID"),
        (0.004, 0.01, "REFERENCE_PRICE_INVALID"),
        (100.2, 100.1, "REFERENCE_PRICE_CROSSED"),
    ],
)
def test_a_quote_that_cannot_be_reckoned_with_is_denied(bid: float, ask: float, code: str) -> None:
    desk = Desk()
    desk.wait(1)
    desk.quote("AIG", bid, ask)
    told = desk.check(reference_price_valid)
    assert told is not None
    assert (told.code, told.scope) == (code, "symbol::AIG")
    assert desk.denied("one") == [code]


def test_a_locked_quote_passes() -> None:
    desk = Desk()
    desk.wait(1)
    desk.quote("AIG", 100.0, 100.0, flags=(QuoteFlag.LOCKED,))
    assert desk.check(reference_price_valid) is None


def test_a_quote_flagged_stale_is_denied() -> None:
    desk = Desk()
    desk.wait(1)
    desk.quote("AIG", 100.0, 100.1, flags=(QuoteFlag.STALE,))
    assert desk.denied("one") == ["REFERENCE_PRICE_STALE"]


def test_a_symbol_without_a_quote_is_denied() -> None:
    assert Desk().denied("one", symbol="FIX") == ["REFERENCE_PRICE_MISSING"]


def test_a_quote_is_as_old_as_its_feeds_last_sign_of_life() -> None:
    desk = Desk()
    desk.wait(60)
    assert desk.check(reference_price_valid) is not None
    desk.feed("AIG")
    assert desk.check(reference_price_valid) is None


def test_a_feed_that_does_not_carry_the_symbol_gives_it_no_life() -> None:
    desk = Desk()
    desk.wait(60)
    desk.feed("IBM")
    told = desk.check(reference_price_valid)
    assert told is not None
    assert told.code == "REFERENCE_PRICE_STALE"
