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

from benches.inbox import Publisher, Settled
from benches.result import Result, at_least, at_most
from benches.stack import Account, OwnStack, check_producer, own_stack, tell
from benches.wire import Connection, order_request
from shared.bus.kafka import KafkaWriter

ACCOUNTS = 32
CONNECTIONS = 32
POSTED, PUBLISHED = 12_000, 30_000
WARM = 2_000
WINDOW = 800  # a command older than 2 s is denied: what is under way must be judged within that
POSTED_PER_S_MIN, PUBLISHED_PER_S_MIN = 600, 1_500


async def post_all(stack: OwnStack, accounts: list[Account], count: int) -> int:
    """Several connections, each with one order under way; how many orders were handed over."""
    numbers = iter(range(count))
    spread = itertools.cycle(accounts)
    handed_over = 0

    async def work() -> None:
        nonlocal handed_over
        connection = await Connection.open(stack.gateway)
        for number in numbers:
            answer = await connection.ask(order_request(next(spread), number))
            handed_over += answer.status in (200, 403) or b'"outcome"' in answer.body
        connection.close()

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))
    return handed_over


async def posted_per_s(stack: OwnStack, accounts: list[Account], settled: Settled) -> float:
    """Orders a second from the first post to the last booking."""
    before, base, began = settled.booked, settled.count, time.monotonic()
    handed_over = await post_all(stack, accounts, POSTED)
    await settled.reach(base + handed_over)
    return (settled.booked - before) / (settled.last_at - began)


async def published_per_s(stack: OwnStack, accounts: list[Account], settled: Settled) -> float:
    """Orders a second from the first record on `risk.inbox` to the last booking."""
    writer = await KafkaWriter.connect(stack.kafka)
    publisher = Publisher(stack, accounts, writer)
    before, began = settled.booked, time.monotonic()
    await publisher.publish(PUBLISHED, settled, WINDOW)
    rate = (settled.booked - before) / (settled.last_at - began)
    await writer.close()
    return rate


async def measure(stack: OwnStack) -> list[Result]:
    """Both ways in, on one stack."""
    await check_producer(stack.kafka)
    accounts = stack.open_accounts(ACCOUNTS)
    settled = await Settled.begin(stack)
    tell(f"durable: {WARM} orders to warm up, {POSTED} over HTTP, {PUBLISHED} to the inbox")
    await settled.reach(await post_all(stack, accounts, WARM))
    posted = await posted_per_s(stack, accounts, settled)
    published = await published_per_s(stack, accounts, settled)
    await settled.end()
    asked = WARM + POSTED + PUBLISHED
    return [
        at_least("durable.posted", posted, "orders/s", POSTED_PER_S_MIN),
        at_least("durable.published", published, "orders/s", PUBLISHED_PER_S_MIN),
        at_most("durable.not_booked", asked - settled.booked, "orders", 0),
        at_most("durable.not_in_trades", abs(settled.booked - stack.trades()), "orders", 0),
    ]


def run(state: Path) -> Iterator[Result]:
    """Posted and published to booked."""
    with own_stack(state) as stack:
        yield from uvloop.run(measure(stack))
