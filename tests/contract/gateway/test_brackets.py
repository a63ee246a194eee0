"""Brackets, OCO and kept orders as unmodified alpaca-py sees them."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import (
    OrderClass,
    OrderSide,
    OrderStatus,
    OrderType,
    QueryOrderStatus,
    TimeInForce,
)
from alpaca.trading.models import Order
from alpaca.trading.requests import (
    GetOrdersRequest,
    LimitOrderRequest,
    MarketOrderRequest,
    ReplaceOrderRequest,
    StopLossRequest,
    StopOrderRequest,
    TakeProfitRequest,
    TrailingStopOrderRequest,
)
from alpaca.trading.stream import TradingStream

from services.gateway.core.sheet import Sheet, Working
from shared.commands import CancelOrder, SubmitOrder
from shared.events.oms import CancelRefused
from shared.messages import Command
from shared.topics import OMS_ORDERS
from shared.types import Algorithm
from shared.types import OrderStatus as Status
from tests.builders import ACCOUNT, NOON
from tests.builders import order as order_of
from tests.contract.gateway.conftest import Served
from tests.contract.gateway.test_alpaca_py import until
from tests.fakes.gateway import FakeBus
from tests.fakes.gateway_rows import SECRET, TRADER_KEY
from tests.fakes.gateway_world import state_of

EXITS: dict[str, Any] = {
    "take_profit": TakeProfitRequest(limit_price=55),
    "stop_loss": StopLossRequest(stop_price=45),
}
COMMON: dict[str, Any] = {"symbol": "AIG", "qty": 10, "time_in_force": TimeInForce.GTC}


def bracket(**fields: Any) -> MarketOrderRequest:
    wanted = {**COMMON, "side": OrderSide.BUY, "order_class": OrderClass.BRACKET, **EXITS}
    return MarketOrderRequest(**{**wanted, **fields})


def resting_bracket() -> LimitOrderRequest:
    wanted = {**COMMON, "side": OrderSide.BUY, "order_class": OrderClass.BRACKET, **EXITS}
    return LimitOrderRequest(**wanted, limit_price=48)


def oco() -> LimitOrderRequest:
    wanted = {**COMMON, "side": OrderSide.SELL, "order_class": OrderClass.OCO, **EXITS}
    return LimitOrderRequest(**wanted)


def listed(alpaca: TradingClient, **fields: Any) -> list[Order]:
    found = alpaca.get_orders(GetOrdersRequest(**fields))
    assert isinstance(found, list)
    return found


def statuses(orders: list[Order] | None) -> list[tuple[OrderType, OrderStatus]]:
    assert orders is not None
    return [(one.type, one.status) for one in orders]  # type: ignore[misc]


def test_a_bracket_is_answered_with_both_exits_held(alpaca: TradingClient) -> None:
    made = alpaca.submit_order(bracket())
    assert made.order_class is OrderClass.BRACKET
    assert statuses(made.legs) == [
        (OrderType.LIMIT, OrderStatus.HELD),
        (OrderType.STOP, OrderStatus.HELD),
    ]
    profit, loss = made.legs
    assert (profit.side, profit.qty, profit.limit_price) == (OrderSide.SELL, "10", "55")
    assert (loss.side, loss.qty, loss.stop_price) == (OrderSide.SELL, "10", "45")


def test_once_the_entry_is_filled_the_profit_is_new_and_the_stop_still_held(
    alpaca: TradingClient,
) -> None:
    made = alpaca.submit_order(bracket())
    found = alpaca.get_order_by_id(made.id)
    assert found.status is OrderStatus.FILLED
    assert statuses(found.legs) == [
        (OrderType.LIMIT, OrderStatus.NEW),
        (OrderType.STOP, OrderStatus.HELD),
    ]
    assert [one.id for one in found.legs] == [one.id for one in made.legs]


def test_legs_are_entries_of_a_list_or_folded_into_their_order(
    served: Served, alpaca: TradingClient
) -> None:
    first, second = alpaca.submit_order(resting_bracket()), alpaca.submit_order(bracket())
    every = listed(alpaca, status=QueryOrderStatus.ALL)
    assert len(every) == 6 and all(one.legs is None for one in every)
    served.world.reads.asked_for_legs.clear()
    folded = listed(alpaca, status=QueryOrderStatus.ALL, nested=True)
    assert {one.id for one in folded} == {first.id, second.id}
    assert [len(one.legs or ()) for one in folded] == [2, 2]
    assert len(served.world.reads.asked_for_legs) == 1  # one question for the legs of all


def test_a_filled_entry_whose_exits_are_open_is_open_where_they_are_folded(
    alpaca: TradingClient,
) -> None:
    made = alpaca.submit_order(bracket())
    flat = listed(alpaca, status=QueryOrderStatus.OPEN)
    assert {one.id for one in flat} == {one.id for one in made.legs}
    (folded,) = listed(alpaca, status=QueryOrderStatus.OPEN, nested=True)
    assert (folded.id, folded.status) == (made.id, OrderStatus.FILLED)


def test_an_oco_is_its_take_profit_with_the_stop_as_its_only_leg(alpaca: TradingClient) -> None:
    made = alpaca.submit_order(oco())
    assert (made.type, made.limit_price, made.side) == (OrderType.LIMIT, "55", OrderSide.SELL)
    (stop,) = made.legs
    assert (stop.type, stop.side, stop.status) == (
        OrderType.STOP,
        OrderSide.SELL,
        OrderStatus.HELD,
    )


def test_a_take_profit_can_be_moved_and_stays_in_its_family(alpaca: TradingClient) -> None:
    made = alpaca.submit_order(bracket())
    moved = alpaca.replace_order_by_id(made.legs[0].id, ReplaceOrderRequest(limit_price=49))
    assert (moved.limit_price, moved.replaces) == ("49", made.legs[0].id)
    found = alpaca.get_order_by_id(made.id)
    assert [one.id for one in found.legs] == [moved.id, made.legs[1].id]


def test_stops_that_we_keep_are_new(alpaca: TradingClient) -> None:
    common = {**COMMON, "side": OrderSide.SELL}
    stop = alpaca.submit_order(StopOrderRequest(**common, stop_price=45))
    trailing = alpaca.submit_order(TrailingStopOrderRequest(**common, trail_percent=2.5))
    assert (stop.status, stop.stop_price) == (OrderStatus.NEW, "45")
    assert (trailing.status, trailing.trail_percent) == (OrderStatus.NEW, "2.5")


def test_a_trailing_stop_shows_where_it_stands(served: Served, alpaca: TradingClient) -> None:
    common = {**COMMON, "side": OrderSide.SELL}
    made = alpaca.submit_order(TrailingStopOrderRequest(**common, trail_price=1))
    assert (made.hwm, made.stop_price) == (None, None)
    state = served.world.reads.found[str(made.id)].state
    moved = {"hwm": Decimal("50.20"), "stop_price": Decimal("49.20")}
    served.world.reads.put(msgspec.structs.replace(state, **moved))
    found = alpaca.get_order_by_id(made.id)
    assert (found.hwm, found.stop_price, found.trail_price) == ("50.2", "49.2", "1")


def test_an_algorithm_is_a_plain_order_and_so_is_each_of_its_children(
    served: Served, alpaca: TradingClient
) -> None:
    parent_id = "55555555-5555-4555-8555-555555555555"
    child_id = "66666666-6666-4666-8666-666666666666"
    plan = Algorithm(name="twap", starts_at=NOON, ends_at=NOON.plus(1))
    parent = state_of(order_of(parent_id, algorithm=plan), held=True, status=Status.NEW)
    child = state_of(order_of(child_id, parent_id=parent_id), status=Status.NEW)
    for state in (parent, child):
        served.world.reads.put(state)
    for nested in (False, True):
        found = listed(alpaca, status=QueryOrderStatus.OPEN, nested=nested)
        told = {(str(one.id), one.type, one.status) for one in found}
        assert told == {
            (parent_id, OrderType.MARKET, OrderStatus.NEW),
            (child_id, OrderType.MARKET, OrderStatus.NEW),
        }


def test_all_orders_are_canceled_exits_too(served: Served, alpaca: TradingClient) -> None:
    made = alpaca.submit_order(resting_bracket())
    every = {str(made.id), *(str(one.id) for one in made.legs)}
    answers = alpaca.cancel_orders()
    assert {(str(one.id), one.status) for one in answers} == {(one, 200) for one in every}
    assert {one.order_id for one in served.world.bus.commands(CancelOrder)} == every


def test_an_exit_that_went_with_its_entry_is_canceled_as_was_asked(
    served: Served, alpaca: TradingClient
) -> None:
    made = alpaca.submit_order(resting_bracket())
    react = served.world.bus.react

    def too_late(bus: FakeBus, topic: str, partition: int, command: Command) -> None:
        assert isinstance(command, CancelOrder)
        if command.order_id == str(made.id):
            react(bus, topic, partition, command)
            return
        found = served.world.reads.found[command.order_id].state
        gone = msgspec.structs.replace(found, status=Status.CANCELED, leaves_quantity=Decimal(0))
        served.world.reads.put(gone)
        refused = CancelRefused(
            cause=command.command_id,
            order_id=command.order_id,
            request_id=command.command_id,
            reason="too_late",
            state=gone,
        )
        bus.say(OMS_ORDERS, refused)

    served.world.bus.react = too_late
    assert [one.status for one in alpaca.cancel_orders()] == [200, 200, 200]


def test_exits_of_a_filled_entry_are_canceled_each(served: Served, alpaca: TradingClient) -> None:
    made = alpaca.submit_order(bracket())
    answers = alpaca.cancel_orders()
    assert {one.id for one in answers} == {one.id for one in made.legs}
    assert {one.status for one in answers} == {200}


def test_the_stream_tells_an_exit_as_new_when_it_is_sent_and_not_while_it_waits(
    served: Served, alpaca: TradingClient
) -> None:
    heard: list[Any] = []

    async def hear(update: Any) -> None:
        heard.append((update.event, update.order.id))

    url = served.url.replace("http", "ws") + "/stream"
    stream = TradingStream(TRADER_KEY, SECRET, paper=True, url_override=url)
    stream.subscribe_trade_updates(hear)
    thread = threading.Thread(target=stream.run, daemon=True)
    thread.start()
    until(lambda: bool(served.world.services.updates.clients))
    made = alpaca.submit_order(bracket())
    stop = alpaca.submit_order(StopOrderRequest(**COMMON, side=OrderSide.SELL, stop_price=45))
    until(lambda: len(heard) == 4)
    stream.stop()
    thread.join(10)
    profit = made.legs[0].id
    assert heard == [("new", made.id), ("fill", made.id), ("new", profit), ("new", stop.id)]


def test_positions_are_closed_once_the_gate_holds_no_share_for_an_exit(
    served: Served, trader: httpx.Client
) -> None:
    body = {"symbol": "AIG", "qty": 10, "side": "buy", "type": "market", "time_in_force": "gtc"}
    exits = {"take_profit": {"limit_price": 55}, "stop_loss": {"stop_price": 45}}
    trader.post("/v2/orders", json={**body, "order_class": "bracket", **exits})
    held = Working(symbol="AIG", side="sell", quantity=Decimal(10), notional=Decimal(550), count=1)
    reads, asked = served.world.reads, 0
    ask = reads.sheet

    async def freed_at_the_third_look(account_id: str) -> Sheet | None:
        nonlocal asked
        asked += 1
        sheet = await ask(account_id)
        assert sheet is not None
        return msgspec.structs.replace(sheet, working=(held,) if asked < 3 else ())

    reads.sheet = freed_at_the_third_look  # type: ignore[method-assign]
    (answer,) = trader.delete("/v2/positions?cancel_orders=true").json()
    assert (answer["status"], answer["body"]["qty"]) == (200, "10")
    assert asked == 3
    kinds = [type(command) for _, _, command in served.world.bus.handed]
    assert kinds == [SubmitOrder, CancelOrder, CancelOrder, SubmitOrder]
    assert reads.sheets[ACCOUNT].positions == ()


@pytest.mark.parametrize(("share", "quantity"), [("50", "5"), ("33.3", "3"), ("99", "9")])
def test_a_share_of_a_position_is_closed_in_whole_lots(
    served: Served, trader: httpx.Client, share: str, quantity: str
) -> None:
    body = {"symbol": "AIG", "qty": 10, "side": "buy", "type": "market", "time_in_force": "day"}
    trader.post("/v2/orders", json=body)
    answer = trader.delete(f"/v2/positions/AIG?percentage={share}")
    assert answer.json()["qty"] == quantity
