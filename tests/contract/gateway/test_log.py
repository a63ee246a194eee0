"""The bus and the ear on Kafka: what is handed over lies there once, what is said is heard."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from plimsoll.embedded import Servers
from services.gateway.adapters.bus import KafkaBus
from services.gateway.adapters.ear import KafkaEar, beginnings
from services.gateway.hub import Hub
from services.gateway.ports import NotHandedOver
from shared import codec
from shared.bus.kafka import KafkaReader, KafkaWriter
from shared.bus.ports import Partition
from shared.events.market import QuoteUpdated
from shared.events.oms import OrderSubmitted
from shared.topics import MARKET_QUOTES, OMS_ORDERS, RISK_INBOX
from tests.builders import FIRM, NOON, order, submit
from tests.fakes.gateway_world import state_of

AWAY = "127.0.0.1:1"


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)


async def beside(task: Awaitable[None], body: Awaitable[None]) -> None:
    """Run a body while a task runs."""
    running = asyncio.ensure_future(task)
    try:
        await body
    finally:
        running.cancel()
        await asyncio.wait([running])


def test_a_command_is_acknowledged_and_lies_in_its_partition_once(servers: Servers) -> None:
    bus = KafkaBus(servers.kafka, 1)

    async def body() -> None:
        reader = await KafkaReader.connect(servers.kafka)
        inbox = Partition(RISK_INBOX, 0)
        before = (await reader.bounds([inbox]))[inbox].end
        async with asyncio.timeout(10):
            while True:
                try:
                    acked = await bus.hand_over(RISK_INBOX, 0, submit("order-77"))
                    break
                except NotHandedOver:  # it is still connecting
                    await asyncio.sleep(0.05)
            await acked
        found = (await reader.records_at({inbox: before}))[inbox]
        assert codec.decode(RISK_INBOX, found.raw) == submit("order-77")
        assert (await reader.bounds([inbox]))[inbox].end == before + 1
        await reader.close()

    asyncio.run(beside(bus.run(), body()))


def test_without_a_log_nothing_is_handed_over() -> None:
    bus = KafkaBus(AWAY, 1)

    async def body() -> None:
        await asyncio.sleep(0.1)
        with pytest.raises(NotHandedOver):
            await bus.hand_over(RISK_INBOX, 0, submit("order-78"))

    asyncio.run(beside(bus.run(), body()))


def test_the_ear_begins_at_the_end_but_knows_the_last_quotes(servers: Servers) -> None:
    hub, heard = Hub(1), list[str | None]()
    hub.listeners.append(lambda _, event: heard.append(event.cause))
    ear = KafkaEar(servers.kafka, hub, 1)

    def said(seq: int, cause: str) -> bytes:
        state = state_of(order(cause))
        return codec.encode(OrderSubmitted(seq=seq, cause=cause, firm_id=FIRM, state=state))

    quote = QuoteUpdated(
        at=NOON, market_at=NOON, symbol="AIG", bid=1, bid_size=1, ask=2, ask_size=1, row=0,
        source="replay",
    )  # fmt: skip

    async def body() -> None:
        writer = await KafkaWriter.connect(servers.kafka)
        await (await writer.send(MARKET_QUOTES, 0, "AIG", codec.encode(quote)))
        await (await writer.send(OMS_ORDERS, 0, FIRM, said(900, "before")))
        hearing = asyncio.create_task(ear.run())
        await until(lambda: hub.listening and "AIG" in hub.quotes)
        await (await writer.send(OMS_ORDERS, 0, FIRM, said(901, "after")))
        await until(lambda: bool(heard))
        hearing.cancel()
        await asyncio.wait([hearing])
        assert not hub.listening
        await (await writer.send(OMS_ORDERS, 0, FIRM, said(902, "meanwhile")))
        hearing = asyncio.create_task(ear.run())  # goes on where it was
        await until(lambda: len(heard) == 2)
        hearing.cancel()
        await asyncio.wait([hearing])
        await writer.close()
        assert heard == ["after", "meanwhile"]
        assert hub.market_at == NOON

    asyncio.run(body())


def test_the_ear_hears_every_partition_of_what_the_gateway_reads() -> None:
    places = beginnings(8)
    assert {number for topic, number in places if topic == OMS_ORDERS} == set(range(8))
    assert {where for (topic, _), where in places.items() if topic == MARKET_QUOTES} == {"start"}
    assert {where for (topic, _), where in places.items() if topic == OMS_ORDERS} == {"end"}
