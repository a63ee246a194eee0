"""The log on Apache Kafka: partitions assigned by hand, no consumer group, an idempotent producer
with acks=all.
"""

from __future__ import annotations

import asyncio
from asyncio import Future

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from shared.bus.ports import Bounds, Partition, Record, Where
from shared.clock import monotonic_s

RECORDS_PER_POLL_MAX = 2000
_READ_S_MAX = 5.0


class KafkaReader:
    """Reads with positions that its owner keeps."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer

    @classmethod
    async def connect(cls, servers: str) -> KafkaReader:
        """Connect; raises KafkaConnectionError when nobody answers."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=servers,
            enable_auto_commit=False,
            auto_offset_reset="none",
            fetch_max_wait_ms=100,
            request_timeout_ms=10_000,
            retry_backoff_ms=10,
            check_crcs=True,
        )
        await consumer.start()
        return cls(consumer)

    async def assign(self, positions: dict[Partition, Where]) -> None:
        # No await between assign() and seek(): the fetcher would reset the position.
        wanted = {TopicPartition(*name): where for name, where in positions.items()}
        bounds = await self.bounds(list(positions))
        self._consumer.assign(list(wanted))
        for (topic, number), where in positions.items():
            first, end = bounds[Partition(topic, number)]
            offset = first if where == "start" else end if where == "end" else where
            self._consumer.seek(TopicPartition(topic, number), int(offset))

    async def poll(self, timeout_s: float) -> list[Record]:
        found = await self._consumer.getmany(
            timeout_ms=int(timeout_s * 1000), max_records=RECORDS_PER_POLL_MAX
        )
        return [
            Record(name.topic, name.partition, record.offset, record.value or b"")
            for name, records in found.items()
            for record in records
        ]

    async def bounds(self, partitions: list[Partition]) -> dict[Partition, Bounds]:
        names = [TopicPartition(*partition) for partition in partitions]
        # Left alone, the client learns of topics one by one, with a pause after each: of a room's
        # start that alone was more than a second.
        client = self._consumer._client
        await asyncio.gather(*(client.add_topic(topic) for topic in {name.topic for name in names}))
        first = await self._consumer.beginning_offsets(names)
        end = await self._consumer.end_offsets(names)
        return {Partition(*name): Bounds(first[name], end[name]) for name in names}

    async def records_at(self, offsets: dict[Partition, int]) -> dict[Partition, Record]:
        names = {TopicPartition(*partition): offset for partition, offset in offsets.items()}
        self._consumer.assign(list(names))
        for name, offset in names.items():
            self._consumer.seek(name, offset)
        found: dict[Partition, Record] = {}
        until = monotonic_s() + _READ_S_MAX
        while len(found) < len(offsets) and monotonic_s() < until:
            for name, records in (await self._consumer.getmany(timeout_ms=200)).items():
                partition = Partition(name.topic, name.partition)
                if records[0].offset == offsets[partition]:
                    found[partition] = Record(
                        *partition, records[0].offset, records[0].value or b""
                    )
                self._consumer.pause(name)
        return found

    async def close(self) -> None:
        await self._consumer.stop()


class KafkaWriter:
    """Writes with acks=all and an idempotent producer, so that a retry inside the client adds
    nothing twice.
    """

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer

    @classmethod
    async def connect(cls, servers: str, request_timeout_ms: int = 10_000) -> KafkaWriter:
        """Connect; raises KafkaConnectionError when nobody answers."""
        producer = AIOKafkaProducer(
            bootstrap_servers=servers,
            acks="all",
            enable_idempotence=True,
            linger_ms=0,
            max_request_size=8 * 1024 * 1024,
            request_timeout_ms=request_timeout_ms,
        )
        await producer.start()
        return cls(producer)

    async def send(self, topic: str, partition: int, key: str, raw: bytes) -> Future[object]:
        sent: Future[object] = await self._producer.send(
            topic, value=raw, key=key.encode(), partition=partition
        )
        return sent

    async def close(self) -> None:
        await asyncio.wait_for(self._producer.stop(), timeout=5)
