"""Which prices a type takes, and what is wrong with those that are named."""

from __future__ import annotations

from typing import Any

import pytest

from services.risk.core.prices import PRICES, TAKES, are_sound, fault, is_positive
from shared.types import Leg, OrderType
from tests.builders import order
from tests.unit.services.risk.desk import D

K = OrderType
NEEDED: dict[OrderType, dict[str, Any]] = {
    K.MARKET: {},
    K.LIMIT: {"limit_price": D(100)},
    K.STOP: {"stop_price": D(90)},
    K.STOP_LIMIT: {"stop_price": D(90), "limit_price": D(89)},
    K.TRAILING_STOP: {"trail_price": D(5)},
    K.MARKET_IF_TOUCHED: {"stop_price": D(90)},
    K.LIMIT_IF_TOUCHED: {"stop_price": D(90), "limit_price": D(91)},
}


def told(kind: OrderType, tick: str = "0.01", **prices: Any) -> tuple[str, str] | None:
    asked = order(type=kind, **prices)
    found = fault(asked, asked, D(tick), "")
    return None if found is None else (found.code, found.message)


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("0.01", True),
        ("999999999999", True),
        ("1E12", False),
        ("0", False),
        ("-0", False),
        ("-1", False),
        ("NaN", False),
        ("sNaN", False),
        ("Infinity", False),
        ("1E999999", False),
        ("1E-400", True),
    ],
)
def test_a_number_that_can_be_reckoned_with(text: str, is_right: bool) -> None:
    assert is_positive(D(text), 12) is is_right


def test_every_type_takes_what_it_needs() -> None:
    assert set(NEEDED) == set(TAKES) == set(OrderType)
    for kind, prices in NEEDED.items():
        assert told(kind, **prices) is None, kind
    assert told(K.TRAILING_STOP, trail_percent=D("99.9999")) is None


@pytest.mark.parametrize("kind", list(OrderType))
def test_every_type_lacks_what_it_needs_and_refuses_what_it_does_not_take(kind: OrderType) -> None:
    needed = NEEDED[kind]
    for name in needed:
        found = told(kind, **{**needed, name: None})
        assert found is not None and found[0] == "ORDER_PRICE_MISSING", name
    for name in set(PRICES) - set(TAKES[kind]):
        found = told(kind, **{**needed, name: D(1)})
        assert found is not None and found[0] == "ORDER_PRICE_UNEXPECTED", name


@pytest.mark.parametrize("text", ["0", "-5", "NaN", "sNaN", "Infinity", "1E9"])
def test_every_price_is_a_positive_number(text: str) -> None:
    for kind, prices in NEEDED.items():
        for name in prices:
            found = told(kind, **{**prices, name: D(text)})
            words = name.replace("_", " ")
            assert found == ("ORDER_PRICE_INVALID", f"{words} must be > 0"), (kind, name)
            assert not are_sound(order(type=kind, **{**prices, name: D(text)}))


def test_every_price_is_on_the_tick() -> None:
    for kind, prices in NEEDED.items():
        for name, value in prices.items():
            assert told(kind, "0.05", **{**prices, name: value + D("0.05")}) is None
            found = told(kind, "0.05", **{**prices, name: value + D("0.01")})
            assert found is not None and found[0] == "ORDER_PRICE_OFF_TICK", (kind, name)


def test_texts_that_clients_match_on() -> None:
    assert told(K.MARKET, limit_price=D(1)) == (
        "ORDER_PRICE_UNEXPECTED", "market orders require no stop or limit price"
    )  # fmt: skip
    assert told(K.LIMIT, limit_price=D("290.123")) == (
        "ORDER_PRICE_OFF_TICK",
        "invalid limit_price 290.123."
        " sub-penny increment does not fulfill minimum pricing criteria",
    )
    assert told(K.LIMIT, limit_price=D(0)) == ("ORDER_PRICE_INVALID", "limit price must be > 0")


def test_a_trail_is_a_price_or_a_percentage_and_not_both() -> None:
    text = "trail_price or trail_percent is required, and only one of them"
    assert told(K.TRAILING_STOP) == ("ORDER_PRICE_MISSING", text)
    both = {"trail_price": D(1), "trail_percent": D(1)}
    assert told(K.TRAILING_STOP, **both) == ("ORDER_PRICE_UNEXPECTED", text)


def test_a_percentage_is_below_a_hundred_with_four_decimals() -> None:
    for text, code in (("100", "ORDER_PRICE_INVALID"), ("0.00001", "ORDER_PRICE_OFF_TICK")):
        found = told(K.TRAILING_STOP, trail_percent=D(text))
        assert found is not None and found[0] == code
    assert told(K.TRAILING_STOP, "1", trail_percent=D("0.0001")) is None


def test_a_leg_is_told_apart_by_its_name() -> None:
    leg = Leg(order_id="leg", client_order_id="leg", type=K.STOP, stop_price=D("0.001"))
    found = fault(order(), leg, D("0.01"), "stop_loss.")
    assert found is not None
    assert found.message.startswith("invalid stop_loss.stop_price 0.001.")


def test_without_an_instrument_there_is_no_grid() -> None:
    asked = order(type=K.LIMIT, limit_price=D("0.001"))
    assert fault(asked, asked, None, "") is None
