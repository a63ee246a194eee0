"""What the loop needs of a log, on Kafka and in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from plimsoll.embedded import Servers
from shared.bus.kafka import KafkaReader, KafkaWriter
from shared.bus.memory import MemoryLog, MemoryReader, MemoryWriter
from shared.bus.ports import Bounds, Partition, Reader, Record, Writer

Body = Callable[[Reader, Writer, str], Awaitable[None]]
TOPICS = iter(f"{room}.journal" for room in ("risk", "oms", "venue.paper", "portfolio"))


@pytest.fixture(params=["memory", "kafka"])
def play(request: pytest.FixtureRequest) -> Callable[[Body], None]:
    """Runs a body with a reader, a writer and an empty topic."""

    async def on_memory(body: Body) -> None:
        log = MemoryLog()
        await body(MemoryReader(log), MemoryWriter(log), "risk.inbox")

    async def on_kafka(body: Body, servers: Servers) -> None:
        reader = await KafkaReader.connect(servers.kafka)
        writer = await KafkaWriter.connect(servers.kafka)
        try:
            await body(reader, writer, next(TOPICS))
        finally:
            await writer.close()
            await reader.close()

    def run(body: Body) -> None:
        if request.param == "memory":
            asyncio.run(on_memory(body))
        else:
            asyncio.run(on_kafka(body, request.getfixturevalue("servers")))

    return run


async def put(writer: Writer, topic: str, *texts: str) -> None:
    futures = [await writer.send(topic, 0, "firm", text.encode()) for text in texts]
    await asyncio.gather(*futures)


async def polled(reader: Reader, count: int) -> list[Record]:
    found: list[Record] = []
    for _ in range(50):
        found += await reader.poll(0.2)
        if len(found) >= count:
            break
    return found


def test_records_come_in_order_from_the_position_that_was_given(
    play: Callable[[Body], None],
) -> None:
    async def body(reader: Reader, writer: Writer, topic: str) -> None:
        await put(writer, topic, "a", "b", "c")
        await reader.assign({Partition(topic, 0): 1})
        found = await polled(reader, 2)
        assert [(r.offset, r.raw) for r in found] == [(1, b"b"), (2, b"c")]

    play(body)


def test_the_end_is_where_nothing_old_is_read(play: Callable[[Body], None]) -> None:
    async def body(reader: Reader, writer: Writer, topic: str) -> None:
        await put(writer, topic, "old")
        await reader.assign({Partition(topic, 0): "end"})
        await put(writer, topic, "new")
        assert [r.raw for r in await polled(reader, 1)] == [b"new"]

    play(body)


def test_bounds_and_single_records_can_be_asked_for(play: Callable[[Body], None]) -> None:
    async def body(reader: Reader, writer: Writer, topic: str) -> None:
        name = Partition(topic, 0)
        await put(writer, topic, "a", "b")
        assert await reader.bounds([name]) == {name: Bounds(0, 2)}
        assert await reader.records_at({name: 1}) == {name: Record(topic, 0, 1, b"b")}
        await reader.assign({name: "start"})
        assert [r.raw for r in await polled(reader, 2)] == [b"a", b"b"]

    play(body)
