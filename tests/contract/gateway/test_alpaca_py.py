"""alpaca-py 0.44, unmodified, against the gateway over doubles: every answer parses."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from alpaca.common.exceptions import APIError
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, OrderStatus, QueryOrderStatus, TimeInForce
from alpaca.trading.requests import (
    ClosePositionRequest,
    GetCalendarRequest,
    GetOrdersRequest,
    LimitOrderRequest,
    MarketOrderRequest,
)
from alpaca.trading.stream import TradingStream

from tests.builders import ACCOUNT
from tests.contract.gateway.conftest import Served
from tests.fakes.gateway_rows import SECRET, TRADER_KEY


def buy(quantity: float, **fields: Any) -> MarketOrderRequest:
    return MarketOrderRequest(
        symbol="AIG", qty=quantity, side=OrderSide.BUY, time_in_force=TimeInForce.DAY, **fields
    )


def resting(price: float = 1.0) -> LimitOrderRequest:
    return LimitOrderRequest(
        symbol="SPY",
        qty=1,
        side=OrderSide.BUY,
        time_in_force=TimeInForce.GTC,
        limit_price=price,
    )


def until(ask: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not ask():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_an_order_is_answered_and_then_found_by_both_of_its_ids(alpaca: TradingClient) -> None:
    made = alpaca.submit_order(buy(100, client_order_id="mine"))
    assert made.status is OrderStatus.PENDING_NEW
    assert (made.symbol, made.qty, made.client_order_id) == ("AIG", "100", "mine")
    found = alpaca.get_order_by_id(made.id)
    assert (found.status, found.filled_qty) == (OrderStatus.FILLED, "100")
    assert found.filled_avg_price == "49.61"
    assert alpaca.get_order_by_client_id("mine").id == made.id


def test_account_and_positions_are_of_one_valuation(alpaca: TradingClient) -> None:
    alpaca.submit_order(buy(100))
    account, (position,) = alpaca.get_account(), alpaca.get_all_positions()
    assert str(account.id) == ACCOUNT
    assert (account.cash, account.equity, account.long_market_value) == ("95039", "100000", "4961")
    assert (position.symbol, position.qty, position.cost_basis) == ("AIG", "100", "4961")
    assert Decimal(account.equity) == Decimal(account.cash) + Decimal(position.market_value)
    assert alpaca.get_open_position("AIG").asset_id == position.asset_id


def test_a_resting_order_is_listed_canceled_once_and_then_refused(alpaca: TradingClient) -> None:
    made = alpaca.submit_order(resting())
    wanted = GetOrdersRequest(status=QueryOrderStatus.OPEN, symbols=["SPY"], nested=True)
    assert [one.id for one in alpaca.get_orders(wanted)] == [made.id]
    alpaca.cancel_order_by_id(made.id)
    assert alpaca.get_order_by_id(made.id).status is OrderStatus.CANCELED
    with pytest.raises(APIError) as refused:
        alpaca.cancel_order_by_id(made.id)
    assert (refused.value.status_code, refused.value.code) == (422, 42210000)
    assert refused.value.message == 'order is already in "canceled" state'


def test_all_orders_are_canceled_at_once(alpaca: TradingClient) -> None:
    made = {alpaca.submit_order(resting()).id for _ in range(3)}
    answers = alpaca.cancel_orders()
    assert {one.id for one in answers} == made
    assert {one.status for one in answers} == {200}


def test_a_denial_is_a_403_with_the_text_clients_know_and_is_no_order(
    alpaca: TradingClient,
) -> None:
    with pytest.raises(APIError) as refused:
        alpaca.submit_order(buy(10_000_000))
    assert (refused.value.status_code, refused.value.code) == (403, 40310000)
    assert refused.value.message == "insufficient buying power"
    assert alpaca.get_orders(GetOrdersRequest(status=QueryOrderStatus.ALL)) == []


def test_a_position_is_closed_by_an_order_the_other_way(alpaca: TradingClient) -> None:
    alpaca.submit_order(buy(100))
    part = alpaca.close_position("AIG", ClosePositionRequest(percentage="25"))
    assert (part.side, part.qty) == (OrderSide.SELL, "25")
    (answer,) = alpaca.close_all_positions(cancel_orders=True)
    assert (answer.symbol, answer.status, answer.body.qty) == ("AIG", 200, "75")
    assert alpaca.get_all_positions() == []
    with pytest.raises(APIError) as refused:
        alpaca.close_position("AIG")
    assert (refused.value.status_code, refused.value.code) == (404, 40410000)
    assert refused.value.message == "position does not exist"


def test_assets_clock_calendar_and_configuration_parse(alpaca: TradingClient) -> None:
    assets = alpaca.get_all_assets()
    assert {"AAPL", "AIG", "IBM", "MSFT", "SPY"} <= {asset.symbol for asset in assets}
    assert alpaca.get_asset(str(assets[0].id)) == assets[0]
    clock = alpaca.get_clock()
    assert clock.is_open and clock.timestamp.isoformat() == "2013-10-09T16:00:00+00:00"
    (day,) = alpaca.get_calendar(GetCalendarRequest(start=date(2013, 10, 9), end=date(2013, 10, 9)))
    assert (day.open.hour, day.close.hour) == (9, 16)
    configuration = alpaca.get_account_configurations()
    assert alpaca.set_account_configurations(configuration) == configuration


def test_what_is_not_there_is_a_404_that_the_client_can_read(alpaca: TradingClient) -> None:
    for ask in (
        lambda: alpaca.get_order_by_id(uuid.uuid4()),
        lambda: alpaca.get_order_by_client_id("nobody's"),
        lambda: alpaca.get_asset("NOSUCH"),
        lambda: alpaca.get("/options/contracts"),
    ):
        with pytest.raises(APIError) as refused:
            ask()
        assert (refused.value.status_code, refused.value.code) == (404, 40410000)


def test_a_wrong_secret_is_a_401_that_the_client_can_read(served: Served) -> None:
    client = TradingClient(TRADER_KEY, "wrong", paper=True, url_override=served.url)
    with pytest.raises(APIError) as refused:
        client.get_account()
    assert (refused.value.status_code, refused.value.code) == (401, 40110000)
    assert refused.value.message == "request is not authorized"


def test_the_client_works_under_any_prefix(served: Served) -> None:
    client = TradingClient(TRADER_KEY, SECRET, paper=True, url_override=f"{served.url}/a/b")
    assert str(client.get_account().id) == ACCOUNT
    assert client.submit_order(buy(1)).symbol == "AIG"


def test_the_stream_tells_new_then_the_fill_with_the_position_after_it(
    served: Served, alpaca: TradingClient
) -> None:
    heard: list[Any] = []

    async def hear(update: Any) -> None:
        heard.append(update)

    url = served.url.replace("http", "ws") + "/stream"
    stream = TradingStream(TRADER_KEY, SECRET, paper=True, url_override=url)
    stream.subscribe_trade_updates(hear)
    thread = threading.Thread(target=stream.run, daemon=True)
    thread.start()
    until(lambda: bool(served.world.services.updates.clients))
    made = alpaca.submit_order(buy(100))
    resting_order = alpaca.submit_order(resting())
    alpaca.cancel_order_by_id(resting_order.id)
    until(lambda: len(heard) == 4)
    stream.stop()
    thread.join(10)
    told = [(update.event, update.order.id) for update in heard]
    assert told[:2] == [("new", made.id), ("fill", made.id)]
    assert told[2:] == [("new", resting_order.id), ("canceled", resting_order.id)]
    fill = heard[1]
    assert (fill.qty, fill.price, fill.position_qty) == (100.0, 49.61, 100.0)
    assert fill.execution_id is not None and fill.order.filled_qty == "100"
