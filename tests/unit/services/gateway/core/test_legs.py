"""The exits of an order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from services.gateway.core.legs import check_exits, entry_prices, leg_order, legs_of, waiting
from services.gateway.core.numbers import Raw
from services.gateway.core.problems import Problem
from services.gateway.core.terms import Prices
from services.gateway.core.wanted import AlpacaOrder, StopLoss, TakeProfit
from shared.ids import derived_id
from shared.instruments import Instrument
from shared.types import Leg, OrderClass, OrderStatus, OrderType, Side
from tests.builders import order as order_of
from tests.fakes.gateway_world import state_of

AIG = Instrument(symbol="AIG")
PROFIT = TakeProfit(limit_price=Raw(b"55"))
LOSS = StopLoss(stop_price=Raw(b"45"))
PROFIT_ID, LOSS_ID = derived_id("leg", "o-1", "take_profit"), derived_id("leg", "o-1", "stop_loss")
PROFIT_LEG = Leg(
    order_id=PROFIT_ID,
    client_order_id=PROFIT_ID,
    type=OrderType.LIMIT,
    limit_price=Decimal(55),
)
LOSS_LEG = Leg(
    order_id=LOSS_ID, client_order_id=LOSS_ID, type=OrderType.STOP, stop_price=Decimal(45)
)


def legs(order_class: OrderClass, **exits: Any) -> tuple[Leg, ...]:
    return legs_of(AlpacaOrder(**exits), order_class, "o-1", AIG)


def test_each_class_has_the_legs_it_is_made_of() -> None:
    both = {"take_profit": PROFIT, "stop_loss": LOSS}
    assert legs(OrderClass.SIMPLE) == ()
    assert legs(OrderClass.BRACKET, **both) == (PROFIT_LEG, LOSS_LEG)
    assert legs(OrderClass.OTO, take_profit=PROFIT) == (PROFIT_LEG,)
    assert legs(OrderClass.OTO, stop_loss=LOSS) == (LOSS_LEG,)
    assert legs(OrderClass.OCO, **both) == (LOSS_LEG,)


def test_the_prices_of_a_stop_loss_say_its_type() -> None:
    (limited,) = legs(
        OrderClass.OTO, stop_loss=StopLoss(stop_price=Raw(b"45"), limit_price=Raw(b"44"))
    )
    (trailing,) = legs(OrderClass.OTO, stop_loss=StopLoss(trail_percent=Raw(b"2.5")))
    (by_price,) = legs(OrderClass.OTO, stop_loss=StopLoss(trail_price=Raw(b"2")))
    assert (limited.type, limited.limit_price) == (OrderType.STOP_LIMIT, Decimal(44))
    assert (trailing.type, trailing.trail_percent) == (OrderType.TRAILING_STOP, Decimal("2.5"))
    assert (by_price.type, by_price.trail_price) == (OrderType.TRAILING_STOP, Decimal(2))


def test_a_leg_may_have_a_client_order_id_of_its_own() -> None:
    mine = TakeProfit(limit_price=Raw(b"55"), client_order_id="mine")
    (leg,) = legs(OrderClass.OTO, take_profit=mine)
    assert (leg.order_id, leg.client_order_id) == (PROFIT_ID, "mine")


@pytest.mark.parametrize(
    ("order_class", "exits", "text"),
    [
        (OrderClass.SIMPLE, {"take_profit": PROFIT},
         "take_profit goes with order_class bracket, oto or oco"),
        (OrderClass.SIMPLE, {"stop_loss": LOSS},
         "stop_loss goes with order_class bracket, oto or oco"),
        (OrderClass.BRACKET, {"stop_loss": LOSS}, "bracket orders require take_profit.limit_price"),
        (OrderClass.BRACKET, {"take_profit": PROFIT},
         "bracket orders require stop_loss.stop_price"),
        (OrderClass.OCO, {"take_profit": PROFIT}, "oco orders require stop_loss.stop_price"),
        (OrderClass.OTO, {}, "oto orders require one of take_profit or stop_loss"),
        (OrderClass.OTO, {"take_profit": PROFIT, "stop_loss": LOSS},
         "oto orders require one of take_profit or stop_loss"),
        (OrderClass.OTO, {"take_profit": TakeProfit()}, "take_profit.limit_price is required"),
        (OrderClass.OTO, {"stop_loss": StopLoss()}, "stop_loss.stop_price is required"),
        (OrderClass.OTO, {"stop_loss": StopLoss(limit_price=Raw(b"4"))},
         "stop_loss.stop_price is required"),
        (OrderClass.OTO, {"stop_loss": StopLoss(stop_price=Raw(b"4"), trail_price=Raw(b"1"))},
         "trailing_stop orders require no stop price"),
        (OrderClass.OTO, {"take_profit": TakeProfit(limit_price=Raw(b"5.001"))},
         "invalid take_profit.limit_price 5.001. sub-penny increment does not fulfill minimum"
         " pricing criteria"),
    ],
)  # fmt: skip
def test_exits_that_are_missing_too_many_or_no_orders_are_refused(
    order_class: OrderClass, exits: dict[str, Any], text: str
) -> None:
    with pytest.raises(Problem) as refused:
        legs(order_class, **exits)
    assert refused.value.message == text


def test_an_oco_is_its_own_take_profit() -> None:
    def prices(**fields: Any) -> Prices:
        return entry_prices(AlpacaOrder(stop_loss=LOSS, **fields), OrderClass.OCO)

    wanted = Prices(limit_price=Decimal(55))
    assert prices(take_profit=PROFIT) == wanted
    assert prices(limit_price=Raw(b"55")) == wanted
    assert prices(limit_price=Raw(b"55"), take_profit=PROFIT) == wanted
    check_exits(AlpacaOrder(stop_loss=LOSS, limit_price=Raw(b"55")), OrderClass.OCO)
    with pytest.raises(Problem, match="are one price"):
        prices(limit_price=Raw(b"54"), take_profit=PROFIT)
    with pytest.raises(Problem, match="use client_order_id"):
        prices(take_profit=TakeProfit(limit_price=Raw(b"55"), client_order_id="mine"))


def test_a_leg_that_waits_is_as_its_entry_in_all_it_does_not_say() -> None:
    entry = order_of(
        "o-1",
        order_class=OrderClass.BRACKET,
        limit_price=Decimal(50),
        type=OrderType.LIMIT,
        legs=(PROFIT_LEG, LOSS_LEG),
    )
    profit, loss = waiting(state_of(entry))
    assert (profit.order.order_id, profit.order.parent_id) == (PROFIT_ID, "o-1")
    assert (profit.order.side, profit.order.quantity) == (Side.SELL, Decimal(100))
    assert (profit.order.limit_price, profit.order.stop_price) == (Decimal(55), None)
    assert (loss.order.type, loss.order.limit_price) == (OrderType.STOP, None)
    assert {(one.status, one.held, one.leaves_quantity) for one in (profit, loss)} == {
        (OrderStatus.NEW, True, Decimal(100))
    }
    assert profit.order.legs == ()


def test_the_leg_of_an_oco_is_on_the_same_side() -> None:
    entry = order_of("o-1", order_class=OrderClass.OCO, side=Side.SELL, legs=(LOSS_LEG,))
    assert leg_order(entry, LOSS_LEG).side is Side.SELL
