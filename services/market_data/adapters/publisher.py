"""The voice of market data on Kafka. The clock is told only when every tick before it is on the
log.
"""

from __future__ import annotations

import asyncio
from asyncio import Future

from shared import codec
from shared.bus.kafka import KafkaReader, KafkaWriter
from shared.bus.ports import Partition
from shared.events.market import (
    BarClosed,
    ClockAdvanced,
    FeedReported,
    QuoteUpdated,
    TickBatch,
    TicksThrough,
)
from shared.events.runtime import RoomAlive
from shared.topics import (
    MARKET_BARS,
    MARKET_CLOCK,
    MARKET_QUOTES,
    MARKET_STATUS,
    MARKET_TICKS,
    ROOM_STATUS,
    partition_count,
    partition_of,
)
from shared.types import Time


class LastClock:
    """What the clock said last, per partition: the number it goes on from, and the market time."""

    def __init__(self, seq: dict[int, int], market_time: Time | None) -> None:
        self.seq, self.market_time = seq, market_time


async def last_clock(servers: str, partitions: int) -> LastClock:
    """Read the last record of every partition of market.clock."""
    reader = await KafkaReader.connect(servers)
    names = [Partition(MARKET_CLOCK, number) for number in range(partitions)]
    try:
        bounds = await reader.bounds(names)
        ends = {name: bound.end - 1 for name, bound in bounds.items() if bound.end > bound.first}
        records = await reader.records_at(ends) if ends else {}
    finally:
        await reader.close()
    seq, latest = dict.fromkeys(range(partitions), 0), None
    for name, record in records.items():
        message = codec.decode(MARKET_CLOCK, record.raw)
        if isinstance(message, ClockAdvanced):
            seq[name.number] = message.seq
            latest = max(latest or message.market_time, message.market_time)
    return LastClock(seq, latest)


class Publisher:
    """Sends, and raises when the log did not take something that is kept for ever."""

    def __init__(self, writer: KafkaWriter, partitions: int, clock: LastClock) -> None:
        self._writer, self._partitions = writer, partitions
        self._tick_partitions = partition_count(MARKET_TICKS, partitions)
        self._seq = dict(clock.seq)
        self._pending: list[Future[object]] = []

    async def _send(self, topic: str, partition: int, key: str, message: object) -> None:
        self._pending.append(await self._writer.send(topic, partition, key, codec.encode(message)))

    async def ticks(self, batch: TickBatch) -> None:
        """All ticks of a symbol in a stretch."""
        number = partition_of(batch.symbol, self._tick_partitions)
        await self._send(MARKET_TICKS, number, batch.symbol, batch)

    async def through(self, source: str, at: Time, market_at: Time) -> None:
        """Every partition of the ticks is complete up to a time."""
        for number in range(self._tick_partitions):
            message = TicksThrough(at=at, market_at=market_at, source=source, partition=number)
            await self._send(MARKET_TICKS, number, source, message)

    async def quote(self, quote: QuoteUpdated) -> None:
        """The conflated quote of a symbol."""
        number = partition_of(quote.symbol, partition_count(MARKET_QUOTES, self._partitions))
        await self._send(MARKET_QUOTES, number, quote.symbol, quote)

    async def bar(self, bar: BarClosed) -> None:
        """A bar that has closed."""
        number = partition_of(bar.symbol, partition_count(MARKET_BARS, self._partitions))
        await self._send(MARKET_BARS, number, bar.symbol, bar)

    async def status(self, report: FeedReported, alive: RoomAlive) -> None:
        """How the feed is, and that we are."""
        await self._send(MARKET_STATUS, 0, report.source, report)
        await self._send(ROOM_STATUS, 0, alive.room, alive)

    async def clock(self, message: ClockAdvanced) -> None:
        """The time, to every shard, behind every tick before it."""
        await self.settle()
        for number in range(self._partitions):
            self._seq[number] += 1
            numbered = ClockAdvanced(
                at=message.at,
                market_at=message.market_at,
                seq=self._seq[number],
                market_time=message.market_time,
                wall_time=message.wall_time,
                is_open=message.is_open,
                session=message.session,
                next_open=message.next_open,
                next_close=message.next_close,
            )
            await self._send(MARKET_CLOCK, number, str(number), numbered)
        await self.settle()

    async def settle(self) -> None:
        """Wait until the log has everything. Raises the first error."""
        pending, self._pending = self._pending, []
        if pending:
            await asyncio.gather(*pending)

    @property
    def pending(self) -> int:
        """How many records are under way."""
        return len(self._pending)
