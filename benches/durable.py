"""From an order that is posted, or published, to its place in the book, as many a second as go.

Everything is on disk before it counts: PostgreSQL with fsync, Kafka with acks from all replicas.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import uvloop

from benches.inbox import Booked, Publisher
from benches.result import Result, at_least, at_most
from benches.stack import Account, OwnStack, check_producer, own_stack, tell
from benches.wire import Connection, order_request
from shared.bus.kafka import KafkaWriter

ACCOUNTS = 32
CONNECTIONS = 32
POSTED, PUBLISHED = 12_000, 30_000
WARM = 2_000
WINDOW = 1_500  # a command older than 2 s is denied: what is under way must be booked within that
POSTED_PER_S_MIN, PUBLISHED_PER_S_MIN = 600, 1_500


async def post_all(stack: OwnStack, accounts: list[Account], count: int) -> int:
    """Several connections, each with one order under way; how many were not answered 200."""
    numbers = iter(range(count))
    spread = itertools.cycle(accounts)
    refused = 0

    async def work() -> None:
        nonlocal refused
        connection = await Connection.open(stack.gateway)
        for number in numbers:
            answer = await connection.ask(order_request(next(spread), number))
            refused += answer.status != 200
        connection.close()

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
    return refused


async def posted_per_s(
    stack: OwnStack, accounts: list[Account], booked: Booked
) -> tuple[float, int]:
    """Orders a second from the first post to the last booking, and how many were refused."""
    base, began = booked.count, time.monotonic()
    refused = await post_all(stack, accounts, POSTED)
    await booked.reach(base + POSTED - refused)
    return (POSTED - refused) / (booked.last_at - began), refused


async def published_per_s(stack: OwnStack, accounts: list[Account], booked: Booked) -> float:
    """Orders a second from the first record on `risk.inbox` to the last booking."""
    writer = await KafkaWriter.connect(stack.kafka)
    publisher = Publisher(stack, accounts, writer)
    began = time.monotonic()
    await publisher.publish(PUBLISHED, booked, WINDOW)
    elapsed_s = booked.last_at - began
    await writer.close()
    return PUBLISHED / elapsed_s


async def measure(stack: OwnStack) -> list[Result]:
    """Both ways in, on one stack."""
    await check_producer(stack.kafka)
    accounts = stack.open_accounts(ACCOUNTS)
    booked = await Booked.begin(stack)
    tell(f"durable: {WARM} orders to warm up, {POSTED} over HTTP, {PUBLISHED} to the inbox")
    lost = await post_all(stack, accounts, WARM)
    await booked.reach(WARM - lost)
    posted, refused = await posted_per_s(stack, accounts, booked)
    published = await published_per_s(stack, accounts, booked)
    await booked.end()
    missing = booked.count - stack.trades()
    return [
        at_least("durable.posted", posted, "orders/s", POSTED_PER_S_MIN),
        at_least("durable.published", published, "orders/s", PUBLISHED_PER_S_MIN),
        at_most("durable.refused", refused + lost, "orders", 0),
        at_most("durable.not_in_trades", abs(missing), "orders", 0),
    ]


def run(state: Path) -> Iterator[Result]:
    """Posted and published to booked."""
    with own_stack(state) as stack:
        yield from uvloop.run(measure(stack))
