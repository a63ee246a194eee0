"""Orders published straight to `risk.inbox`, and a count of how orders end."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
import uuid
from collections import Counter
from decimal import Decimal
from typing import Any

from benches.stack import Account, OwnStack, tell
from benches.wire import SYMBOLS
from shared import codec
from shared.bus.kafka import KafkaReader, KafkaWriter
from shared.bus.ports import Partition
from shared.clock import wall_now
from shared.commands import SubmitOrder
from shared.topics import OMS_ORDERS, PORTFOLIO_POSITIONS, RISK_INBOX, partition_of
from shared.types import Order, Side, Time

POLL_S = 0.5
SILENCE_S_MAX = 30.0
BOOKED = b'"type":"PositionChanged"'
# An order of one share that ends in one of these ways is not booked.
UNBOOKED = tuple(
    f'"type":"{kind}"'.encode()
    for kind in ("OrderDenied", "OrderRejected", "OrderCanceled", "OrderExpired")
)


class Settled:
    """Counts from now on how orders of one share end: booked by portfolio, or not at all."""

    def __init__(self, reader: KafkaReader) -> None:
        self._reader = reader
        self.booked = self.unbooked = 0
        self.reasons: Counter[str] = Counter()
        self.last_at = time.monotonic()
        self._more = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    @classmethod
    async def begin(cls, stack: OwnStack) -> Settled:
        """Count everything that ends after this."""
        reader = await KafkaReader.connect(stack.kafka)
        topics = (PORTFOLIO_POSITIONS, OMS_ORDERS)
        places = (Partition(topic, n) for topic in topics for n in range(stack.partitions))
        await reader.assign(dict.fromkeys(places, "end"))
        return cls(reader)

    @property
    def count(self) -> int:
        """Orders that have ended."""
        return self.booked + self.unbooked

    async def _run(self) -> None:
        while True:
            before = self.count
            for record in await self._reader.poll(POLL_S):
                self._note(record.topic, record.raw)
            if self.count > before:
                self.last_at = time.monotonic()
                self._more.set()

    def _note(self, topic: str, raw: bytes) -> None:
        if topic == PORTFOLIO_POSITIONS:
            self.booked += BOOKED in raw
        elif any(kind in raw for kind in UNBOOKED):
            self.unbooked += 1
            self.reasons[reason(json.loads(raw))] += 1

    async def reach(self, count: int) -> None:
        """Wait until so many have ended; raises when nothing comes any more."""
        while self.count < count:
            self._more.clear()
            try:
                await asyncio.wait_for(self._more.wait(), SILENCE_S_MAX)
            except TimeoutError:
                text = f"{self.count} of {count} orders came to an end, then none"
                raise RuntimeError(text) from None

    async def end(self) -> None:
        """Stop counting; say why orders were not booked."""
        self._task.cancel()
        await self._reader.close()
        for why, times in self.reasons.most_common():
            tell(f"{times} orders were not booked: {why}")


def reason(message: dict[str, Any]) -> str:
    """Why an order ended without a fill."""
    codes = [found["code"] for found in message.get("violations", ())]
    return ", ".join(codes) or f"{message['type']} {message.get('state', {}).get('reason')}"


class Publisher:
    """Puts SubmitOrder on the inbox, never more than `window` ahead of what has ended."""

    def __init__(self, stack: OwnStack, accounts: list[Account], writer: KafkaWriter) -> None:
        self._writer = writer
        self._next_account = itertools.cycle(
            [(account, partition_of(account.firm_id, stack.partitions)) for account in accounts]
        )
        self._numbers = itertools.count()

    async def publish(self, count: int, settled: Settled, window: int) -> None:
        """Publish so many and wait until all have ended."""
        base = settled.count
        for number in range(count):
            if number - (settled.count - base) >= window:
                await settled.reach(base + number - window + 1)
            await self._send()
        await settled.reach(base + count)

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
