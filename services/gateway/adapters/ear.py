"""What the gateway hears on Kafka: partitions assigned by hand, no group, from the end on.

Quotes are read from the beginning, for the newest of each symbol. After a lost connection reading
goes on where it was; nothing is stored, for REST reads the tables.
"""

from __future__ import annotations

import asyncio

from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from services.gateway.hub import Hub
from shared import codec
from shared.bus.kafka import KafkaReader
from shared.bus.ports import Partition, Where
from shared.logs import log
from shared.topics import MARKET_QUOTES, PORTFOLIO_VALUATIONS, TOPICS, partition_count

POLL_S = 0.25
RETRY_S = 0.3


def heard() -> list[str]:
    """The topics the gateway shows; valuations it reads as rows."""
    mine = [topic.name for topic in TOPICS.values() if "gateway" in topic.readers]
    return [name for name in mine if name != PORTFOLIO_VALUATIONS]


def beginnings(partitions: int) -> dict[Partition, Where]:
    """Where reading begins."""
    return {
        Partition(topic, number): "start" if topic == MARKET_QUOTES else "end"
        for topic in heard()
        for number in range(partition_count(topic, partitions))
    }


class KafkaEar:
    """Feeds the hub."""

    def __init__(self, servers: str, hub: Hub, partitions: int) -> None:
        self._servers, self._hub = servers, hub
        self._beginnings = beginnings(partitions)
        self._positions = dict(self._beginnings)

    async def run(self) -> None:
        """Hear until cancelled."""
        while True:
            reader = None
            try:
                reader = await KafkaReader.connect(self._servers)
                await self._hear(reader)
            except OffsetOutOfRangeError as error:
                log().warning("what was to be heard is gone", error=repr(error))
                self._positions = dict(self._beginnings)
            except (KafkaError, OSError) as error:
                log().warning("the log is not heard", error=repr(error))
            finally:
                self._hub.listening = False
                if reader is not None:
                    await reader.close()
            await asyncio.sleep(RETRY_S)

    async def _hear(self, reader: KafkaReader) -> None:
        await self._fix_ends(reader)
        await reader.assign(self._positions)
        self._hub.listening = True
        while True:
            for record in await reader.poll(POLL_S):
                message = codec.decode(record.topic, record.raw)
                self._hub.hear(record.topic, record.partition, message)
                self._positions[Partition(record.topic, record.partition)] = record.offset + 1

    async def _fix_ends(self, reader: KafkaReader) -> None:
        """What begins at the end begins there once: a reconnect must not skip."""
        ends = [name for name, where in self._positions.items() if where == "end"]
        bounds = await reader.bounds(ends)
        self._positions.update({name: bounds[name].end for name in ends})
