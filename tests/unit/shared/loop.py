"""A toy room on the loop in memory: what is put in, what a reader of its voice accepts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from shared import codec
from shared.bus.memory import MemoryLog
from shared.bus.ports import Partition
from shared.commands import CancelOrder
from shared.events.market import ClockAdvanced
from shared.messages import Command, Message
from shared.topics import OMS_INBOX, OMS_ORDERS, RISK_DECISIONS
from tests.builders import ACCOUNT, NOON
from tests.fakes.store import MemoryDatabase
from tests.fakes.toy import CountRow

OTHER = "22222222-2222-4222-8222-222222222222"


def put(log: MemoryLog, message: Message) -> None:
    topic = OMS_INBOX if isinstance(message, Command) else RISK_DECISIONS
    log.append(topic, 0, codec.encode(message))


def told(log: MemoryLog, topic: str = OMS_ORDERS) -> list[Message]:
    """What a reader accepts: each number once."""
    messages = [codec.decode(topic, raw) for raw in log.partitions[Partition(topic, 0)]]
    return list({getattr(message, "seq", 0): message for message in messages}.values())


def count(database: MemoryDatabase, account: str = ACCOUNT) -> int:
    raw = database.rows[(0, "counts")].get((account,))
    return codec.decoder(CountRow).decode(raw).orders if raw else 0


def cancel(command_id: str, **fields: str) -> CancelOrder:
    return CancelOrder(
        at=NOON,
        market_at=NOON,
        command_id=command_id,
        actor="ada",
        account_id=ACCOUNT,
        order_id="x",
    )


def clock(seq: int) -> ClockAdvanced:
    at = NOON.plus(seq * 1_000_000)
    return ClockAdvanced(
        at=at,
        market_at=at,
        seq=seq,
        market_time=at,
        wall_time=at,
        is_open=True,
        session="2013-10-09",
        next_open=at,
        next_close=at,
    )


def play(test: Callable[[MemoryLog, MemoryDatabase], Awaitable[None]]) -> None:
    asyncio.run(test(MemoryLog(), MemoryDatabase()))  # type: ignore[arg-type]
