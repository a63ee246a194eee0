"""The fan-out of the stream."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from services.gateway.hub import Hub
from services.gateway.streams import updates as stream
from services.gateway.streams.updates import Client, TradeUpdates
from shared.events.oms import OrderAccepted, OrderCanceled, OrderFilled
from shared.events.risk import OrderDenied
from shared.messages import Event
from shared.topics import OMS_ORDERS, PORTFOLIO_POSITIONS
from tests.builders import ACCOUNT
from tests.builders import order as order_of
from tests.fakes.gateway_world import execution_of, position_changed, state_of

ID = "33333333-3333-4333-8333-333333333333"
ORDER = order_of(ID)
STATE = state_of(ORDER)
FILLED = OrderFilled(
    account_id=ACCOUNT,
    state=state_of(ORDER, leaves_quantity=ORDER.quantity - ORDER.quantity),
    execution=execution_of(ORDER),
)
ACCEPTED = OrderAccepted(account_id=ACCOUNT, state=STATE)
CANCELED = OrderCanceled(account_id=ACCOUNT, state=STATE)
BOOKED = position_changed(ORDER, ORDER.quantity)
DENIED = OrderDenied(account_id=ACCOUNT, order=ORDER, violations=(), state=STATE)


class Heard:
    """The fan-out, with one client, and what it was sent."""

    def __init__(self, account_id: str | None = ACCOUNT) -> None:
        self.hub = Hub(1)
        self.updates = TradeUpdates(self.hub)
        self.client = Client("PK", account_id)
        self.updates.clients.add(self.client)

    def say(self, *events: Event) -> None:
        for event in events:
            topic = PORTFOLIO_POSITIONS if event is BOOKED else OMS_ORDERS
            self.updates.on_event(topic, event)

    def frames(self) -> list[dict[str, Any]]:
        found = []
        while not self.client.queue.empty():
            raw = self.client.queue.get_nowait()
            found.append(None if raw is None else json.loads(raw)["data"])
        return found  # type: ignore[return-value]

    def names(self) -> list[str]:
        return [frame["event"] for frame in self.frames()]


def test_a_fill_waits_for_the_book_and_what_follows_waits_behind_it() -> None:
    async def body() -> None:
        heard = Heard()
        heard.say(ACCEPTED, FILLED, CANCELED)
        assert heard.names() == ["new"]
        heard.say(BOOKED)
        fill, canceled = heard.frames()
        assert (fill["event"], fill["position_qty"]) == ("fill", "100")
        assert canceled["event"] == "canceled"

    asyncio.run(body())


def test_a_fill_that_is_booked_already_goes_at_once() -> None:
    heard = Heard()
    heard.say(BOOKED, FILLED)
    assert heard.names() == ["fill"]


def test_a_fill_waits_for_the_book_a_second_at_most() -> None:
    async def body() -> None:
        heard = Heard()
        heard.say(FILLED)
        await asyncio.wait_for(heard.client.queue.get(), stream.BOOKED_S_MAX * 3)

    asyncio.run(body())


def test_only_the_accounts_own_events_are_heard() -> None:
    stranger, everybody = Heard("another"), Heard(None)
    for heard in (stranger, everybody):
        heard.say(ACCEPTED)
    assert (stranger.names(), everybody.names()) == ([], ["new"])


def test_a_denial_is_an_event_only_where_its_order_was_promised() -> None:
    heard = Heard()
    heard.say(DENIED)
    assert heard.names() == []
    heard.hub.promised.add(ID)
    heard.say(DENIED)
    assert heard.names() == ["rejected"]


def test_a_client_that_does_not_keep_up_is_sent_away_and_slows_nobody() -> None:
    heard, quick = Heard(), Client("PK2", ACCOUNT)
    heard.updates.clients.add(quick)
    for _ in range(stream.QUEUE_MAX + 1):
        heard.say(ACCEPTED)
        quick.queue.get_nowait()
    assert heard.client.is_over
    assert heard.frames() == [None]
    assert not quick.is_over


def test_a_revoked_key_ends_its_sockets() -> None:
    heard = Heard()
    heard.updates.drop_key("PK2")
    assert not heard.client.is_over
    heard.updates.drop_key("PK")
    assert heard.client.is_over
