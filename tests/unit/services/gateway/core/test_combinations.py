"""What of an order does not go together, a row a rule, and beside it what passes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from services.gateway.core.combinations import check_combinations
from services.gateway.core.problems import Problem
from shared.instruments import Instrument
from shared.types import Algorithm, Leg, OrderClass, OrderType, TimeInForce
from tests.builders import NOON
from tests.builders import order as order_of

AIG = Instrument(symbol="AIG")
PART = Instrument(symbol="AIG", fractionable=True)
LATER = NOON.plus(1)
LIMIT: dict[str, Any] = {"type": OrderType.LIMIT, "limit_price": Decimal(50)}
PLAN = Algorithm(name="twap", starts_at=NOON, ends_at=LATER)
KEPT = ("stop", "stop_limit", "trailing_stop", "market_if_touched", "limit_if_touched")
GTD = {"time_in_force": TimeInForce.GTD, "expires_at": LATER}


def leg(name: str) -> Leg:
    return Leg(order_id=name, client_order_id=name, type=OrderType.STOP)


def text_of(instrument: Instrument = AIG, **fields: Any) -> str | None:
    try:
        check_combinations(order_of("o-1", **fields), instrument, NOON)
    except Problem as problem:
        assert (problem.status, problem.code) == (422, 42210000)
        return problem.message
    return None


@pytest.mark.parametrize("kind", KEPT)
@pytest.mark.parametrize("tif", ["ioc", "fok", "opg", "cls"])
def test_an_order_that_waits_for_its_price_must_last(kind: str, tif: str) -> None:
    fields: dict[str, Any] = {"type": OrderType(kind), "time_in_force": TimeInForce(tif)}
    assert text_of(**fields) == f"{kind} orders must be day, gtc or gtd, not {tif}"


@pytest.mark.parametrize("tif", ["day", "gtc", "ioc", "fok", "opg", "cls"])
@pytest.mark.parametrize("kind", ["market", "limit"])
def test_market_and_limit_orders_have_every_time_in_force(kind: str, tif: str) -> None:
    assert text_of(type=OrderType(kind), time_in_force=TimeInForce(tif)) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"type": OrderType.STOP, "stop_price": Decimal(5)},
        GTD,
        {**LIMIT, "extended_hours": True},
        {**LIMIT, "extended_hours": True, "time_in_force": TimeInForce.GTC},
        {**LIMIT, "post_only": True},
        {**LIMIT, **GTD, "display_quantity": Decimal(100)},
        {**LIMIT, "order_class": OrderClass.OCO, "legs": (leg("a"),)},
        {"order_class": OrderClass.BRACKET, "legs": (leg("a"), leg("b"))},
        {"algorithm": PLAN},
        {**LIMIT, "algorithm": PLAN},
    ],
)
def test_what_goes_together_passes(fields: dict[str, Any]) -> None:
    assert text_of(**fields) is None


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"time_in_force": TimeInForce.GTD}, "gtd orders require expires_at"),
        ({"expires_at": LATER}, "expires_at goes with time_in_force gtd"),
        ({**GTD, "expires_at": NOON},
         "expires_at 2013-10-09T16:00:00Z is in the past: it is 2013-10-09T16:00:00Z"),
        ({"extended_hours": True},
         "extended_hours orders must be limit orders that are day or gtc"),
        ({**LIMIT, **GTD, "extended_hours": True},
         "extended_hours orders must be limit orders that are day or gtc"),
        ({**LIMIT, "extended_hours": True, "order_class": OrderClass.BRACKET},
         "extended_hours orders must be simple orders"),
        ({"post_only": True}, "post_only orders must be limit orders that are day, gtc or gtd"),
        ({**LIMIT, "post_only": True, "time_in_force": TimeInForce.IOC},
         "post_only orders must be limit orders that are day, gtc or gtd"),
        ({"display_quantity": Decimal(10)},
         "display_quantity goes with limit orders that are day, gtc or gtd"),
        ({**LIMIT, "display_quantity": Decimal(101)},
         "display_quantity must be at most the quantity"),
        ({**LIMIT, "display_quantity": Decimal("1.5")}, "display_quantity: the lot is 1"),
        ({"order_class": OrderClass.BRACKET, "time_in_force": TimeInForce.IOC},
         "bracket orders must be day or gtc, not ioc"),
        ({"order_class": OrderClass.OTO, **GTD}, "oto orders must be day or gtc, not gtd"),
        ({"order_class": OrderClass.OCO}, "oco orders must be limit orders"),
        ({"order_class": OrderClass.OTO, "type": OrderType.TRAILING_STOP},
         "trailing_stop orders have no exits"),
        ({"order_class": OrderClass.BRACKET, "type": OrderType.MARKET_IF_TOUCHED},
         "market_if_touched orders have no exits"),
        ({"order_class": OrderClass.BRACKET, "legs": (leg("a"), leg("a"))},
         "client_order_id must be unique"),
        ({"order_class": OrderClass.OTO, "legs": (leg("client-o-1"),)},
         "client_order_id must be unique"),
        ({"algorithm": PLAN, "type": OrderType.STOP},
         "an algorithm works market and limit orders, not stop"),
        ({"algorithm": PLAN, "time_in_force": TimeInForce.IOC},
         "an algorithm works day orders, not ioc"),
        ({**GTD, "algorithm": PLAN}, "an algorithm works day orders, not gtd"),
        ({**LIMIT, "algorithm": PLAN, "post_only": True},
         "an algorithm works no orders with post_only"),
        ({**LIMIT, "algorithm": PLAN, "display_quantity": Decimal(10)},
         "an algorithm works no orders with display_quantity"),
        ({"algorithm": PLAN, "order_class": OrderClass.OTO},
         "an algorithm works simple orders, not oto"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused(fields: dict[str, Any], text: str) -> None:
    assert text_of(**fields) == text


MONEY = {"quantity": Decimal(0), "notional": Decimal(500)}


@pytest.mark.parametrize(
    ("name", "amount"), [("notional", MONEY), ("fractional", {"quantity": Decimal("0.5")})]
)
def test_part_of_a_lot_is_a_simple_market_order_of_the_day(
    name: str, amount: dict[str, Any]
) -> None:
    assert text_of(PART, **amount) is None
    market_day = f"{name} orders must be market orders with time_in_force day"
    assert text_of(PART, **amount, **LIMIT) == market_day
    assert text_of(PART, **amount, time_in_force=TimeInForce.GTC) == market_day
    simple = f"{name} orders must be simple orders"
    assert text_of(PART, **amount, order_class=OrderClass.OTO) == simple
    assert text_of(PART, **amount, algorithm=PLAN) == simple


def test_money_buys_only_what_comes_in_fractions() -> None:
    assert text_of(AIG, **MONEY) == 'asset "AIG" is not fractionable: give a quantity'
