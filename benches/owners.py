"""Orders a second from the inbox to the book with one, two and four processes of each room that
owns shards, each on a stack of its own. It tells what this machine gives, not what must be: the
processes share its cores with the servers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import uvloop

from benches.inbox import Publisher, Settled
from benches.result import Result, told
from benches.stack import OwnStack, check_producer, own_stack, tell
from shared.bus.kafka import KafkaWriter

ROOMS = ("risk", "oms", "venue-paper", "portfolio")
OWNERS = (1, 2, 4)
ACCOUNTS = 32
WARM, PUBLISHED = 1_000, 10_000
WINDOW = 400  # a command older than 2 s is denied and not booked: a slow machine has some of them


async def measure(stack: OwnStack) -> tuple[float, int]:
    """Orders a second, and how many were not booked."""
    await check_producer(stack.kafka)
    accounts = stack.open_accounts(ACCOUNTS)
    settled, writer = await Settled.begin(stack), await KafkaWriter.connect(stack.kafka)
    publisher = Publisher(stack, accounts, writer)
    await publisher.publish(WARM, settled, WINDOW)
    before, began = settled.booked, settled.last_at
    await publisher.publish(PUBLISHED, settled, WINDOW)
    rate = (settled.booked - before) / (settled.last_at - began)
    await writer.close()
    await settled.end()
    return rate, WARM + PUBLISHED - settled.booked


def run(state: Path) -> Iterator[Result]:
    """Each number of owners in turn, beside the rate of one."""
    alone: float | None = None
    for owners in OWNERS:
        tell(f"owners: {owners} of each room, {PUBLISHED} orders, {os.cpu_count()} cores")
        with own_stack(state / str(owners), dict.fromkeys(ROOMS, owners)) as stack:
            rate, lost = uvloop.run(measure(stack))
        alone = alone or rate
        yield beside(f"owners.{owners}", rate, alone)
        yield told(f"owners.{owners}.not_booked", lost, "orders")


def beside(name: str, rate: float, alone: float) -> Result:
    """A rate beside that of one process a room."""
    return Result(
        name=name,
        value=round(rate, 1),
        unit="orders/s",
        reference="one owner a room",
        reference_value=round(alone, 1),
        ratio=round(rate / alone, 3),
    )
