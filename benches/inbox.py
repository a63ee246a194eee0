"""Orders published straight to `risk.inbox`, and a count of those that portfolio has booked."""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from decimal import Decimal

from benches.stack import Account, OwnStack
from benches.wire import SYMBOLS
from shared import codec
from shared.bus.kafka import KafkaReader, KafkaWriter
from shared.bus.ports import Partition
from shared.clock import wall_now
from shared.commands import SubmitOrder
from shared.topics import PORTFOLIO_POSITIONS, RISK_INBOX, partition_of
from shared.types import Order, Side, Time

POLL_S = 0.5
SILENCE_S_MAX = 30.0
BOOKED = b'"type":"PositionChanged"'


class Booked:
    """Counts PositionChanged from now on: one for each filled order of one share."""

    def __init__(self, reader: KafkaReader) -> None:
        self._reader = reader
        self.count = 0
        self.last_at = time.monotonic()
        self._more = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    @classmethod
    async def begin(cls, stack: OwnStack) -> Booked:
        """Count everything that is booked after this."""
        reader = await KafkaReader.connect(stack.kafka)
        places = (Partition(PORTFOLIO_POSITIONS, n) for n in range(stack.partitions))
        await reader.assign(dict.fromkeys(places, "end"))
        return cls(reader)

    async def _run(self) -> None:
        while True:
            found = sum(BOOKED in record.raw for record in await self._reader.poll(POLL_S))
            if found:
                self.count, self.last_at = self.count + found, time.monotonic()
                self._more.set()

    async def reach(self, count: int) -> None:
        """Wait until so many are booked; raises when nothing comes any more."""
        while self.count < count:
            self._more.clear()
            try:
                await asyncio.wait_for(self._more.wait(), SILENCE_S_MAX)
            except TimeoutError:
                raise RuntimeError(
                    f"{self.count} of {count} orders were booked, then none"
                ) from None

    async def end(self) -> None:
        """Stop counting."""
        self._task.cancel()
        await self._reader.close()


class Publisher:
    """Puts SubmitOrder on the inbox, never more than `window` ahead of what is booked."""

    def __init__(self, stack: OwnStack, accounts: list[Account], writer: KafkaWriter) -> None:
        self._writer = writer
        self._next_account = itertools.cycle(
            [(account, partition_of(account.firm_id, stack.partitions)) for account in accounts]
        )
        self._numbers = itertools.count()

    async def publish(self, count: int, booked: Booked, window: int) -> None:
        """Publish so many and wait until all are booked."""
        base = booked.count
        for number in range(count):
            if number - (booked.count - base) >= window:
                await booked.reach(base + number - window + 1)
            await self._send()
        await booked.reach(base + count)

    async def _send(self) -> None:
        account, partition = next(self._next_account)
        raw = codec.encode(command(account, next(self._numbers)))
        await self._writer.send(RISK_INBOX, partition, account.firm_id, raw)


def command(account: Account, number: int) -> SubmitOrder:
    """A market buy of one share, as the gateway would hand it over."""
    order_id, now = str(uuid.uuid4()), wall_now()
    order = Order(
        order_id=order_id,
        account_id=account.account_id,
        firm_id=account.firm_id,
        client_order_id=order_id,
        symbol=SYMBOLS[number % len(SYMBOLS)],
        side=Side.BUY,
        quantity=Decimal(1),
        actor="bench",
        chain_id=order_id,
    )
    return SubmitOrder(
        at=now,
        market_at=Time(0),
        command_id=order_id,
        actor="bench",
        firm_id=account.firm_id,
        account_id=account.account_id,
        order=order,
    )
