"""What `legs_validity` denies, and what it lets pass."""

from __future__ import annotations

from typing import Any

import pytest

from services.risk.core.checks.legs_validity import legs_validity
from shared.types import Leg, OrderClass, OrderType, Side, TimeInForce
from tests.unit.services.risk.desk import D, Desk, codes, limit
from tests.unit.services.risk.legs import bracket, oco, oto, placed, stop_loss, take_profit

TP, SL = take_profit(), stop_loss()
STOP_LIMIT = stop_loss(type=OrderType.STOP_LIMIT, limit_price=D("94.5"))
TRAILING = stop_loss(type=OrderType.TRAILING_STOP, stop_price=None, trail_percent=D(5))
SHORT: dict[str, Any] = {"side": Side.SELL}
CLASS = OrderClass


@pytest.mark.parametrize(
    "fields",
    [
        bracket(),
        bracket("100", SL, TP),
        bracket("100", TP, STOP_LIMIT),
        bracket("100", TP, TRAILING),
        bracket(time_in_force=TimeInForce.GTC),
        bracket("100", take_profit("90"), stop_loss("110"), **SHORT),
        {"order_class": CLASS.BRACKET, "legs": (TP, SL)},
        {"order_class": CLASS.BRACKET, "legs": (TP, SL), "type": OrderType.STOP,
         "stop_price": D(105)},
        oto(TP),
        oto(SL),
        oto(TRAILING),
    ],
)  # fmt: skip
def test_a_group_that_protects_itself_passes(fields: dict[str, Any]) -> None:
    assert Desk().denied("one", **fields) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"legs": (TP,)},
        {"order_class": CLASS.BRACKET},
        {"order_class": CLASS.BRACKET, "legs": (TP,)},
        {"order_class": CLASS.BRACKET, "legs": (TP, SL, stop_loss(order_id="third"))},
        {"order_class": CLASS.BRACKET, "legs": (TP, take_profit(order_id="other"))},
        {"order_class": CLASS.BRACKET, "legs": (SL, stop_loss(order_id="other"))},
        {"order_class": CLASS.OTO},
        {"order_class": CLASS.OTO, "legs": (TP, SL)},
        oto(Leg(order_id="m", client_order_id="m", type=OrderType.MARKET)),
        oto(stop_loss("90", type=OrderType.MARKET_IF_TOUCHED)),
        oto(SL, type=OrderType.TRAILING_STOP, trail_price=D(1)),
        oto(SL, type=OrderType.MARKET_IF_TOUCHED, stop_price=D(99)),
        bracket("100", take_profit(order_id="same"), stop_loss(order_id="same")),
        bracket("100", TP, stop_loss(client_order_id="profit")),
        bracket("100", TP, stop_loss(client_order_id="client-one")),
        bracket("100", TP, stop_loss(order_id="one", client_order_id="loss")),
        bracket("100", TP, stop_loss(order_id="", client_order_id="loss")),
    ],
)
def test_legs_that_are_not_of_their_class_are_denied(fields: dict[str, Any]) -> None:
    assert Desk().denied("one", **fields) == ["ORDER_LEGS_INVALID"]


def test_an_oco_is_a_limit_order_with_a_stop() -> None:
    desk = Desk()
    desk.buy("AIG", "100", "100")
    for number, fields in enumerate((oco(leg=TP), oco(type=OrderType.MARKET, limit_price=None))):
        assert "ORDER_LEGS_INVALID" in desk.denied(f"no-{number}", **fields)
    assert desk.denied("yes", **oco(leg=STOP_LIMIT)) == []


@pytest.mark.parametrize(
    "force", [force for force in TimeInForce if force not in (TimeInForce.DAY, TimeInForce.GTC)]
)
def test_a_group_is_day_or_gtc(force: TimeInForce) -> None:
    told = Desk().check(legs_validity, **bracket(time_in_force=force))
    assert told is not None
    assert (told.code, told.value) == ("ORDER_TIME_IN_FORCE_UNSUPPORTED", force.value)


def test_a_group_is_not_for_extended_hours() -> None:
    assert Desk().denied("one", **bracket(extended_hours=True)) == ["ORDER_FEATURE_UNSUPPORTED"]


LONG_TEXT = "stop_loss.stop_price must be <= base_price - 0.01"
MARKET: dict[str, Any] = {"type": OrderType.MARKET, "limit_price": None}


@pytest.mark.parametrize(
    ("fields", "base", "text"),
    [
        # A buy at 100: out above it, or below.
        (bracket("100", take_profit("100.01"), stop_loss("99.99")), None, ""),
        (bracket("100", take_profit("100"), SL), "100", "take_profit.limit_price must be >="),
        (bracket("100", TP, stop_loss("100")), "100", "stop_loss.stop_price must be <="),
        # A market buy: the ask of 100.10 is its base.
        (bracket("1", take_profit("100.11"), stop_loss("100.09"), **MARKET), None, ""),
        (bracket("1", take_profit("100.10"), SL, **MARKET), "100.1", "take_profit.limit_price"),
        (bracket("1", TP, stop_loss("100.10"), **MARKET), "100.1", "stop_loss.stop_price"),
        # A short at 100: out below it, or above.
        (bracket("100", take_profit("99.99"), stop_loss("100.01"), **SHORT), None, ""),
        (bracket("100", take_profit("100"), stop_loss("105"), **SHORT), "100",
         "take_profit.limit_price must be <="),
        (bracket("100", take_profit("90"), stop_loss("100"), **SHORT), "100",
         "stop_loss.stop_price must be >="),
        # A market short: the bid of 100.
        (bracket("1", take_profit("99.99"), stop_loss("100.01"), **SHORT, **MARKET), None, ""),
        (bracket("1", take_profit("100"), stop_loss("105"), **SHORT, **MARKET), "100",
         "take_profit.limit_price"),
        # A stop entry at 105 is held against that.
        (oto(stop_loss("104.99"), type=OrderType.STOP, stop_price=D(105)), None, ""),
        (oto(stop_loss("105"), type=OrderType.STOP, stop_price=D(105)), "105", "stop_loss"),
    ],
)  # fmt: skip
def test_exits_are_a_cent_beyond_the_base_price(
    fields: dict[str, Any], base: str | None, text: str
) -> None:
    told = Desk().submit("one", **fields)
    found = [(one.code, one.limit) for one in getattr(told, "violations", ())]
    assert found == ([] if base is None else [("ORDER_LEG_PRICE_INVALID", base)])
    if base is not None:
        assert told.violations[0].message.startswith(text)


def test_the_text_that_clients_know() -> None:
    told = Desk().check(legs_validity, **bracket("100", TP, stop_loss("101")))
    assert told is not None
    assert (told.message, told.limit, told.value) == (LONG_TEXT, "100", "101")


def test_the_stop_of_an_oco_is_below_its_limit() -> None:
    desk = Desk()
    desk.buy("AIG", "100", "100")
    told = desk.check(legs_validity, **oco("110", stop_loss("110")))
    assert told is not None and told.message == LONG_TEXT
    assert desk.check(legs_validity, **oco("110", stop_loss("109.99"))) is None


@pytest.mark.parametrize(
    ("leg", "code"),
    [
        (stop_loss("95.001"), "ORDER_PRICE_OFF_TICK"),
        (stop_loss("0"), "ORDER_PRICE_INVALID"),
        (stop_loss("NaN"), "ORDER_PRICE_INVALID"),
        (stop_loss("95", stop_price=None), "ORDER_PRICE_MISSING"),
        (stop_loss("95", limit_price=D(94)), "ORDER_PRICE_UNEXPECTED"),
        (stop_loss("95", trail_price=D(1)), "ORDER_PRICE_UNEXPECTED"),
        (stop_loss("95", type=OrderType.STOP_LIMIT), "ORDER_PRICE_MISSING"),
    ],
)
def test_the_prices_of_a_leg_are_those_of_its_type(leg: Leg, code: str) -> None:
    assert Desk().denied("one", **bracket("100", TP, leg)) == [code]


def test_the_limit_of_a_stop_is_inside_the_collar() -> None:
    desk = Desk(price_collar_pct="5")
    near = stop_loss("80", type=OrderType.STOP_LIMIT, limit_price=D(76))
    far = stop_loss("80", "l2", type=OrderType.STOP_LIMIT, limit_price=D("75.99"))
    assert desk.denied("one", **bracket("100", TP, near)) == []
    told = desk.submit("two", **bracket("100", take_profit("110", "p2"), far)).violations
    assert [(one.code, one.limit, one.value) for one in told] == [
        ("PRICE_OUTSIDE_COLLAR", "76", "75.99")
    ]


def test_an_entry_may_not_reduce_a_position() -> None:
    desk = Desk()
    desk.short("AIG", "100", "100")
    assert desk.denied("cover", **bracket()) == ["ORDER_LEGS_WOULD_OPEN"]
    assert (
        desk.denied("short", **bracket("100", take_profit("90"), stop_loss("110"), **SHORT)) == []
    )


def test_an_oco_needs_a_position() -> None:
    assert "ORDER_LEGS_WITHOUT_POSITION" in Desk().denied("one", **oco())
    desk = Desk()
    desk.short("AIG", "100", "100")
    assert "ORDER_LEGS_WITHOUT_POSITION" in desk.denied("sell", **oco())
    cover = oco("90", stop_loss("110"), side=Side.BUY)
    assert desk.submit("cover", **cover).exit


def test_an_oco_of_more_than_is_held_is_denied() -> None:
    desk = Desk()
    desk.buy("AIG", "50", "100")
    assert desk.denied("one", **oco()) == ["POSITION_WOULD_FLIP"]


def test_ids_of_legs_are_used_up_and_must_be_new() -> None:
    desk = placed()
    again = bracket(
        "100", take_profit(order_id="p2", client_order_id="profit"), stop_loss("95", "l2")
    )
    assert desk.denied("two", **again) == ["CLIENT_ORDER_ID_USED"]
    assert desk.denied("three", client_order_id="loss") == ["CLIENT_ORDER_ID_USED"]
    same = bracket("100", take_profit(client_order_id="p4"), stop_loss("95", "l4"))
    assert desk.denied("four", **same) == ["ORDER_LEGS_INVALID"]
    desk.restart()
    desk.refresh()
    assert desk.denied("five", client_order_id="profit") == ["CLIENT_ORDER_ID_USED"]


def test_a_denied_group_leaves_the_ids_of_its_legs_free() -> None:
    desk = Desk()
    assert desk.denied("one", **bracket("100", TP, stop_loss("100"))) != []
    assert desk.denied("two", **bracket()) == []


def test_a_group_is_judged_as_one_order() -> None:
    desk = Desk(order_notional_max="10000", gross_exposure_max="10000")
    assert desk.denied("one", **bracket()) == []
    told = desk.submit("two", **bracket("100", take_profit("110", "p2"), stop_loss("95", "l2")))
    assert codes(told.violations) == ["GROSS_EXPOSURE_EXCEEDS_MAX"]


def test_an_order_without_legs_is_none_of_its_business() -> None:
    assert Desk().check(legs_validity, **limit("100")) is None


def test_a_market_entry_without_a_price_is_denied_for_that() -> None:
    desk = Desk()
    fields = {**bracket("1", TP, SL, **MARKET), "symbol": "FIX"}
    assert desk.denied("one", **fields) == ["REFERENCE_PRICE_MISSING"]
