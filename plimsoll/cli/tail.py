"""Topics read straight from Kafka: partitions assigned by hand, no group, nothing left behind."""

import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from plimsoll.embedded.errors import EmbeddedError

POLL_MS = 200
RECORDS_MAX = 5000


class Line(NamedTuple):
    """One record, not yet decoded."""

    topic: str
    partition: int
    offset: int
    raw: bytes

    def message(self) -> dict[str, Any]:
        """The message in it; bytes that are no message are told as such."""
        try:
            found = json.loads(self.raw)
        except ValueError:
            found = None
        return found if isinstance(found, dict) else {"type": "unreadable", "raw": repr(self.raw)}


class Tail:
    """Some topics, all partitions of each."""

    def __init__(self, consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> None:
        self._consumer, self._partitions = consumer, partitions

    async def seek(self, from_start: bool) -> None:
        """To the first or behind the last record of each partition."""
        consumer, partitions = self._consumer, self._partitions
        ask = consumer.beginning_offsets if from_start else consumer.end_offsets
        offsets = await ask(partitions)
        # No await between assign() and seek(): the fetcher would reset the position.
        consumer.assign(partitions)
        for partition in partitions:
            consumer.seek(partition, offsets[partition])

    async def stored(self) -> AsyncIterator[Line]:
        """Every record that is there now, from the start."""
        await self.seek(from_start=True)
        ends = await self._consumer.end_offsets(self._partitions)
        left = {partition for partition in self._partitions if ends[partition]}
        while left:
            for line in await self.poll():
                yield line
            left = {p for p in left if await self._consumer.position(p) < ends[p]}

    async def poll(self) -> list[Line]:
        found = await self._consumer.getmany(timeout_ms=POLL_MS, max_records=RECORDS_MAX)
        return [
            Line(partition.topic, partition.partition, record.offset, record.value or b"")
            for partition, records in found.items()
            for record in records
        ]


@asynccontextmanager
async def tail(servers: str, topics: Sequence[str]) -> AsyncIterator[Tail]:
    """Connect; raises EmbeddedError where nobody answers or a topic is not there."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what matters is raised
    consumer = AIOKafkaConsumer(
        bootstrap_servers=servers, enable_auto_commit=False, auto_offset_reset="none"
    )
    try:
        partitions = await partitions_of(servers, topics)
        await consumer.start()
        yield Tail(consumer, partitions)
    except KafkaError as error:
        raise EmbeddedError(f"Kafka at {servers} does not answer: {error}") from error
    finally:
        await consumer.stop()


async def partitions_of(servers: str, topics: Sequence[str]) -> list[TopicPartition]:
    """All partitions of the topics, in order."""
    client = AIOKafkaAdminClient(bootstrap_servers=servers)
    await client.start()
    try:
        found = await client.describe_topics(list(topics))
    finally:
        await client.close()
    counts = {one["topic"]: len(one["partitions"]) for one in found}
    missing = [topic for topic in topics if not counts.get(topic)]
    if missing:
        raise EmbeddedError(f"this stack has no topic {', '.join(missing)}")
    return [TopicPartition(topic, number) for topic in topics for number in range(counts[topic])]
