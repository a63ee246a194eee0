"""Order bodies: the whole order, or the reason why it cannot be one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from services.gateway.core.numbers import Raw
from services.gateway.core.orders import as_promised, build
from services.gateway.core.problems import Problem
from services.gateway.core.wanted import (
    AlpacaOrder,
    DeskOrder,
    Plan,
    StopLoss,
    TakeProfit,
    of_alpaca,
    of_desk,
)
from shared.ids import derived_id
from shared.instruments import Instrument
from shared.types import Algorithm, Leg, Order, OrderClass, OrderType, Side, Time, TimeInForce
from tests.builders import NOON
from tests.fakes.gateway_rows import account_of

INSTRUMENTS = {
    "AIG": Instrument(symbol="AIG", exchange="NYSE"),
    "LOT": Instrument(symbol="LOT", lot=Decimal(10), tick=Decimal("0.05")),
    "OFF": Instrument(symbol="OFF", tradable=False),
    "PART": Instrument(symbol="PART", fractionable=True),
}
PLAIN: dict[str, Any] = {
    "symbol": "AIG",
    "qty": Raw(b"100"),
    "side": "buy",
    "type": "limit",
    "time_in_force": "gtc",
    "limit_price": Raw(b"49.61"),
}


def built(**changes: Any) -> Order:
    body = AlpacaOrder(**{**PLAIN, **changes})
    account = account_of("a-1", venue="paper")
    return build(of_alpaca(body), account, INSTRUMENTS, "o-1", "ada", NOON, {})


def at_desk(**fields: Any) -> Order:
    body = DeskOrder(**{"symbol": "AIG", "quantity": Raw(b'"5"'), "side": "sell", **fields})
    return build(of_desk(body), account_of("a-1"), INSTRUMENTS, "o-1", "ada", NOON, {})


def refusal(**changes: Any) -> Problem:
    with pytest.raises(Problem) as refused:
        built(**changes)
    return refused.value


def test_a_body_becomes_the_whole_order_of_its_account_and_actor() -> None:
    assert built() == Order(
        order_id="o-1",
        account_id="a-1",
        firm_id="firm-1",
        client_order_id="o-1",
        symbol="AIG",
        side=Side.BUY,
        quantity=Decimal(100),
        type=OrderType.LIMIT,
        time_in_force=TimeInForce.GTC,
        limit_price=Decimal("49.61"),
        strategy="manual",
        actor="ada",
        venue="paper",
        chain_id="o-1",
    )


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"symbol": "OFF"}, 42210000, "not tradable"),
        ({"symbol": "LOT", "qty": Raw(b"15")}, 42210000, "the lot is 10"),
        ({"symbol": "LOT", "qty": Raw(b"10"), "limit_price": Raw(b"1.02")}, 42210000, "sub-penny"),
        ({"qty": Raw(b"1000000000001")}, 40010001, "at most 1000000000000"),
        ({"limit_price": Raw(b"1000000001")}, 40010001, "at most 1000000000"),
        ({"stop_price": Raw(b"5")}, 40010001, "limit orders require no stop price"),
        ({"trail_price": Raw(b"5")}, 40010001, "limit orders require no trail_price"),
        ({"type": "stop", "stop_price": Raw(b"5")}, 40010001, "stop orders require no limit price"),
        ({"extended_hours": True, "time_in_force": "ioc"}, 42210000, "extended_hours orders must"),
        ({"take_profit": TakeProfit(limit_price=Raw(b"5"))}, 40010001, "take_profit goes with"),
        ({"qty": Raw(b""), "notional": Raw(b"5")}, 42210000, "not fractionable"),
        ({"qty": Raw(b""), "notional": Raw(b"5.001")}, 40010001, "whole cents"),
        ({"notional": Raw(b"5")}, 40010001, "only one of qty or notional is accepted"),
        ({"side": None}, 40010001, "side is required"),
        ({"type": "odd"}, 40010001, "invalid type"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(
    changes: dict[str, Any], code: int, text: str
) -> None:
    problem = refusal(**changes)
    assert (problem.status, problem.code) == (422, code)
    assert text in problem.message


def test_our_own_body_has_defaults_a_strategy_and_exits() -> None:
    order = at_desk(strategy="mean", reduce_only=True)
    assert (order.type, order.time_in_force) == (OrderType.MARKET, TimeInForce.DAY)
    assert (order.strategy, order.reduce_only) == ("mean", True)


def test_all_that_our_own_body_says_is_in_the_order() -> None:
    order = at_desk(
        type="limit",
        limit_price=Raw(b"50"),
        time_in_force="gtd",
        expires_at="2013-10-11T16:00:00-04:00",
        post_only=True,
        display_quantity=Raw(b"1"),
    )
    assert order.expires_at == Time.parse("2013-10-11T20:00:00Z")
    assert (order.post_only, order.display_quantity) == (True, Decimal(1))
    with pytest.raises(Problem, match="expires_at must be a time with an offset"):
        at_desk(time_in_force="gtd", expires_at="2013-10-11")


def test_a_bracket_is_one_order_with_its_legs() -> None:
    order = built(
        order_class="bracket",
        take_profit=TakeProfit(limit_price=Raw(b"55")),
        stop_loss=StopLoss(stop_price=Raw(b"45"), limit_price=Raw(b"44.5")),
    )
    ids = [derived_id("leg", "o-1", name) for name in ("take_profit", "stop_loss")]
    assert order.order_class is OrderClass.BRACKET
    assert order.legs == (
        Leg(
            order_id=ids[0],
            client_order_id=ids[0],
            type=OrderType.LIMIT,
            limit_price=Decimal(55),
        ),
        Leg(
            order_id=ids[1],
            client_order_id=ids[1],
            type=OrderType.STOP_LIMIT,
            stop_price=Decimal(45),
            limit_price=Decimal("44.5"),
        ),
    )


def test_an_order_that_is_worked_over_time_has_its_plan() -> None:
    plan = Plan(name="pov", ends_at="2013-10-09T17:00:00Z", rate=Raw(b"0.1"))
    assert at_desk(algorithm=plan).algorithm == Algorithm(
        name="pov", starts_at=NOON, ends_at=Time.parse("2013-10-09T17:00:00Z"), rate=Decimal("0.1")
    )


def test_an_order_of_money_leaves_its_quantity_to_the_gate() -> None:
    order = at_desk(symbol="PART", quantity=Raw(b""), notional=Raw(b"500.50"))
    assert (order.quantity, order.notional) == (Decimal(0), Decimal("500.5"))
    assert as_promised(order, NOON)["leaves_quantity"] == Decimal(0)


def test_part_of_a_share_is_taken_where_the_instrument_has_parts() -> None:
    assert at_desk(symbol="PART", quantity=Raw(b"0.25")).quantity == Decimal("0.25")
