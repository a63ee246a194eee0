"""Unmodified alpaca-py against the gateway: what its users do on a normal day."""

from __future__ import annotations

import asyncio
import threading
import time
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from alpaca.common.exceptions import APIError
from alpaca.trading.client import TradingClient
from alpaca.trading.enums import OrderSide, OrderStatus, QueryOrderStatus, TimeInForce
from alpaca.trading.requests import (
    GetOrdersRequest,
    LimitOrderRequest,
    MarketOrderRequest,
)
from alpaca.trading.stream import TradingStream

from tests.stack import Stack, wait_for


@pytest.fixture
def key(stack: Stack) -> dict[str, str]:
    return stack.account(f"alpaca-{uuid.uuid4().hex[:8]}")


@pytest.fixture
def client(stack: Stack, key: dict[str, str]) -> TradingClient:
    url = stack.told()["gateway"]
    return TradingClient(key["key"], key["secret"], paper=True, url_override=url)


class Updates:
    """A TradingStream in a thread of its own, and what it heard."""

    def __init__(self, url: str, key: dict[str, str]) -> None:
        self.heard: list[Any] = []
        self._stream = TradingStream(
            key["key"],
            key["secret"],
            paper=True,
            url_override=url.replace("http", "ws") + "/stream",
        )
        self._stream.subscribe_trade_updates(self._hear)
        self._thread = threading.Thread(target=self._stream.run, daemon=True)

    async def _hear(self, update: Any) -> None:
        self.heard.append(update)

    def start(self) -> None:
        self._thread.start()
        wait_for(lambda: self._stream._running, bool, 10)
        time.sleep(0.5)

    def stop(self) -> None:
        self._stream.stop()
        self._thread.join(10)

    def events(self, order_id: object) -> list[str]:
        return [
            str(getattr(u.event, "value", u.event)) for u in self.heard if u.order.id == order_id
        ]


@pytest.fixture
def updates(stack: Stack, key: dict[str, str]) -> Iterator[Updates]:
    hearing = Updates(stack.told()["gateway"], key)
    hearing.start()
    yield hearing
    hearing.stop()


def buy(quantity: int, symbol: str = "AIG") -> MarketOrderRequest:
    return MarketOrderRequest(
        symbol=symbol, qty=quantity, side=OrderSide.BUY, time_in_force=TimeInForce.DAY
    )


def sell(quantity: int, symbol: str = "AIG") -> MarketOrderRequest:
    return MarketOrderRequest(
        symbol=symbol, qty=quantity, side=OrderSide.SELL, time_in_force=TimeInForce.DAY
    )


def filled(client: TradingClient, order_id: Any) -> Any:
    return wait_for(
        lambda: client.get_order_by_id(order_id), lambda o: o.status == OrderStatus.FILLED, 20
    )


def test_a_new_account_has_its_opening_cash_and_nothing_else(client: TradingClient) -> None:
    account = client.get_account()
    assert (account.cash, account.equity) == ("100000", "100000")
    assert client.get_all_positions() == []


def test_buy_partial_sell_and_equity_is_cash_plus_positions(client: TradingClient) -> None:
    bought = filled(client, client.submit_order(buy(10)).id)
    assert Decimal(bought.filled_qty) == 10
    sold = filled(client, client.submit_order(sell(4)).id)
    position = client.get_open_position("AIG")
    assert Decimal(position.qty) == 6
    assert Decimal(position.avg_entry_price) == Decimal(bought.filled_avg_price)
    account = client.get_account()
    spent = 10 * Decimal(bought.filled_avg_price) - 4 * Decimal(sold.filled_avg_price)
    assert Decimal(account.cash) == Decimal(100000) - spent
    assert Decimal(account.equity) == Decimal(account.cash) + Decimal(account.long_market_value)


def test_a_passive_limit_rests_is_listed_and_is_canceled(client: TradingClient) -> None:
    order = client.submit_order(
        LimitOrderRequest(
            symbol="SPY", qty=1, side=OrderSide.BUY, limit_price=1, time_in_force=TimeInForce.GTC
        )
    )
    open_orders = client.get_orders(GetOrdersRequest(status=QueryOrderStatus.OPEN))
    assert [o.id for o in open_orders] == [order.id]
    client.cancel_order_by_id(order.id)
    ended = wait_for(
        lambda: client.get_order_by_id(order.id), lambda o: o.status == OrderStatus.CANCELED
    )
    assert Decimal(ended.filled_qty) == 0
    with pytest.raises(APIError) as refused:
        client.cancel_order_by_id(order.id)
    assert refused.value.status_code == 422


def test_a_denial_is_a_403_with_every_violation_and_is_no_order(client: TradingClient) -> None:
    with pytest.raises(APIError) as refused:
        client.submit_order(buy(10_000_000))
    assert refused.value.status_code == 403
    assert refused.value.code == 40310000
    assert "insufficient buying power" in refused.value.message
    assert client.get_orders(GetOrdersRequest(status=QueryOrderStatus.ALL)) == []


def test_a_client_order_id_is_unique_for_ever_but_a_denial_leaves_it_free(
    client: TradingClient,
) -> None:
    mine = uuid.uuid4().hex
    request = buy(10_000_000)
    request.client_order_id = mine
    with pytest.raises(APIError):
        client.submit_order(request)
    request.qty = 1
    order = filled(client, client.submit_order(request).id)
    with pytest.raises(APIError) as refused:
        client.submit_order(request)
    assert (refused.value.status_code, refused.value.code) == (422, 40010001)
    assert refused.value.message == "client_order_id must be unique"
    assert client.get_order_by_client_id(mine).id == order.id


def test_the_stream_tells_the_events_of_an_order_in_their_order(
    client: TradingClient, updates: Updates
) -> None:
    order = client.submit_order(buy(5))
    filled(client, order.id)
    wait_for(lambda: updates.events(order.id), lambda e: e[-1:] == ["fill"])
    events = updates.events(order.id)
    assert events[0] == "new"
    assert set(events[1:-1]) <= {"partial_fill"}
    assert sum(u.qty for u in updates.heard if u.order.id == order.id and u.qty) == 5


def test_a_canceled_order_is_told_on_the_stream(client: TradingClient, updates: Updates) -> None:
    order = client.submit_order(
        LimitOrderRequest(
            symbol="IBM", qty=1, side=OrderSide.BUY, limit_price=1, time_in_force=TimeInForce.DAY
        )
    )
    wait_for(lambda: updates.events(order.id), lambda e: e == ["new"])
    client.cancel_order_by_id(order.id)
    wait_for(lambda: updates.events(order.id), lambda e: e[-1:] == ["canceled"])
    assert updates.events(order.id) == ["new", "pending_cancel", "canceled"]


def test_orders_of_another_account_are_not_to_be_seen(
    stack: Stack, client: TradingClient, key: dict[str, str]
) -> None:
    order = client.submit_order(buy(1))
    other = stack.account("other")
    stranger = TradingClient(
        other["key"], other["secret"], paper=True, url_override=stack.told()["gateway"]
    )
    with pytest.raises(APIError) as refused:
        stranger.get_order_by_id(order.id)
    assert refused.value.status_code == 404
    assert stranger.get_orders(GetOrdersRequest(status=QueryOrderStatus.ALL)) == []


def test_clock_and_assets_are_in_the_shape_the_client_reads(client: TradingClient) -> None:
    clock = client.get_clock()
    assert clock.is_open and clock.timestamp < clock.next_close
    asset = client.get_asset("AIG")
    assert (asset.symbol, asset.tradable) == ("AIG", True)
    assert len(client.get_all_assets()) >= 20


def test_many_orders_at_once_are_all_answered(stack: Stack, key: dict[str, str]) -> None:
    import httpx

    url = stack.told()["gateway"]
    headers = {"APCA-API-KEY-ID": key["key"], "APCA-API-SECRET-KEY": key["secret"]}
    body = {"symbol": "MSFT", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}

    async def post_all() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=20) as client:
            return await asyncio.gather(*(client.post("/v2/orders", json=body) for _ in range(50)))

    answers = asyncio.run(post_all())
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 50
