"""The price an order is judged by."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.risk.core.reference import Reference, seen_at
from shared.events.market import FeedReported, FeedState, QuoteFlag, QuoteUpdated
from shared.instruments import Instrument
from shared.table import Latest
from shared.types import OrderType, Side, Time
from tests.builders import NOON, order
from tests.unit.services.risk.desk import D


def quote(bid: float, ask: float, *flags: QuoteFlag, at: Time = NOON) -> QuoteUpdated:
    return QuoteUpdated(
        at=at, market_at=at, symbol="AIG", bid=bid, bid_size=1.0, ask=ask, ask_size=1.0, row=0,
        source="test", flags=flags,
    )  # fmt: skip


def referred(seen: QuoteUpdated, **fields: str) -> Reference:
    numbers = {name: D(text) for name, text in fields.items()}
    reference = Reference(Instrument(symbol="AIG", **numbers))
    reference.update(seen)
    return reference


def test_both_sides_become_decimals_on_the_tick() -> None:
    reference = referred(quote(49.599999, 49.610001))
    assert (reference.bid, reference.ask, reference.fault) == (D("49.6"), D("49.61"), None)
    assert reference.market_worst == D("49.61") * D("1.02")


def test_worst_prices_are_of_a_unit_with_its_multiplier() -> None:
    reference = referred(quote(100.0, 100.0), multiplier="50")
    assert (reference.unit_ask, reference.market_worst) == (5000, 5100)


@pytest.mark.parametrize(
    ("seen", "fault", "is_priced"),
    [
        (quote(100.0, 100.0), None, True),
        (quote(100.1, 100.0), "REFERENCE_PRICE_CROSSED", True),
        (quote(0.0, 100.0), "REFERENCE_PRICE_INVALID", False),
        (quote(float("nan"), 100.0), "REFERENCE_PRICE_INVALID", False),
        (quote(0.001, 0.002), "REFERENCE_PRICE_INVALID", False),
        (quote(99.0, 100.0, QuoteFlag.STALE), "REFERENCE_PRICE_STALE", True),
        (quote(99.0, 100.0, QuoteFlag.ZERO), "REFERENCE_PRICE_INVALID", True),
        (quote(99.0, 100.0, QuoteFlag.CROSSED), "REFERENCE_PRICE_CROSSED", True),
    ],
)
def test_what_is_wrong_with_a_quote(seen: QuoteUpdated, fault: str, is_priced: bool) -> None:
    reference = referred(seen)
    assert (reference.fault, reference.is_priced) == (fault, is_priced)


B, S = Side.BUY, Side.SELL
STOP = {"stop_price": D(110)}
LOW = {"stop_price": D(90)}
BOTH = {"stop_price": D(110), "limit_price": D(112)}
CHEAP = {"stop_price": D(90), "limit_price": D(88)}


@pytest.mark.parametrize(
    ("side", "kind", "prices", "worst"),
    [
        # bid 99, ask 100; a market order is worth 2 % more than the ask.
        (B, OrderType.MARKET, {}, "102"),
        (S, OrderType.MARKET, {}, "102"),
        (B, OrderType.LIMIT, {"limit_price": D(90)}, "90"),
        (S, OrderType.LIMIT, {"limit_price": D(90)}, "100"),
        (S, OrderType.LIMIT, {"limit_price": D(101)}, "101"),
        (B, OrderType.STOP, STOP, "112.2"),
        (B, OrderType.STOP, LOW, "102"),
        (S, OrderType.STOP, LOW, "102"),
        (S, OrderType.STOP, STOP, "112.2"),
        (B, OrderType.STOP_LIMIT, BOTH, "112"),
        (B, OrderType.STOP_LIMIT, CHEAP, "88"),
        (S, OrderType.STOP_LIMIT, CHEAP, "100"),
        (S, OrderType.STOP_LIMIT, BOTH, "112"),
        (B, OrderType.MARKET_IF_TOUCHED, LOW, "91.8"),
        (S, OrderType.MARKET_IF_TOUCHED, STOP, "112.2"),
        (S, OrderType.MARKET_IF_TOUCHED, LOW, "102"),
        (B, OrderType.LIMIT_IF_TOUCHED, CHEAP, "88"),
        (S, OrderType.LIMIT_IF_TOUCHED, BOTH, "112"),
        (B, OrderType.TRAILING_STOP, {"trail_price": D(5)}, "107.1"),
        (B, OrderType.TRAILING_STOP, {"trail_percent": D("2.5")}, "104.55"),
        (S, OrderType.TRAILING_STOP, {"trail_price": D(5)}, "102"),
        (S, OrderType.TRAILING_STOP, {"trail_percent": D(50)}, "102"),
    ],
)
def test_what_a_unit_is_worth_at_most(
    side: Side, kind: OrderType, prices: dict[str, Decimal], worst: str
) -> None:
    asked = order(side=side, type=kind, **prices)
    for multiplier in (1, 50):
        reference = referred(quote(99.0, 100.0), multiplier=str(multiplier))
        assert reference.price_worst(asked, side is B) == D(worst)
        assert reference.unit_worst(asked, side is B) == D(worst) * multiplier


def test_before_the_first_quote_the_price_is_missing() -> None:
    reference = Reference(Instrument(symbol="AIG"))
    assert (reference.fault, reference.is_priced) == ("REFERENCE_PRICE_MISSING", False)


def test_a_quote_holds_as_long_as_its_feed_lives_and_carries_it() -> None:
    latest, seen, later = Latest(), quote(1.0, 2.0), NOON.plus(5_000_000)
    assert seen_at(seen, latest) == NOON
    for symbols, expected in ((("IBM",), NOON), (("AIG", "IBM"), later)):
        latest.replace(
            "test",
            FeedReported(
                at=later,
                market_at=later,
                source="test",
                run="r",
                state=FeedState.LIVE,
                symbols=symbols,
                simulated=False,
                ticks=0,
                ticks_per_second=0.0,
            ),
        )
        assert seen_at(seen, latest) == expected


def test_what_is_not_tradable_is_traded_in_nothing() -> None:
    assert Reference(Instrument(symbol="OLD", tradable=False)).traded_in == ""
    assert Reference(Instrument(symbol="AIG")).traded_in == "USD"
