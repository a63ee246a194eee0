"""From the POST of an order to its answer, at 100 orders a second, against raw Kafka hops.

Open loop: an order is posted when it is due, whether or not the one before was answered, and its
time runs from when it was due. The raw hops are measured beside that load, by another process.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import uvloop

from benches import hops
from benches.result import Result, against, at_most, quantile, told
from benches.stack import Account, OwnStack, check_producer, own_stack, tell
from benches.wire import Connection, order_request

PER_SECOND = 100
WARM_S, MEASURED_S = 8, 30
ACCOUNTS = 16
CONNECTIONS_MAX = 400
RATIO_MAX = 8
HOP_MARGIN_S = 2


class OpenLoop:
    """Posts at a steady rate; notes how long each answer took from when its post was due."""

    def __init__(self, url: str, accounts: list[Account]) -> None:
        self._url, self._accounts = url, accounts
        self._idle: list[Connection] = []
        self._open = 0
        self.latencies_ms: list[float] = []
        self.statuses: Counter[int] = Counter()

    async def run(self, seconds: float) -> None:
        """Post for so long, then wait for all answers."""
        posts, began = [], time.monotonic()
        for number in range(int(seconds * PER_SECOND)):
            due = began + number / PER_SECOND
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            posts.append(asyncio.create_task(self._post(number, due)))
        await asyncio.gather(*posts)

    async def _post(self, number: int, due: float) -> None:
        account = self._accounts[number % len(self._accounts)]
        connection = await self._connection()
        answer = await connection.ask(order_request(account, number))
        self.latencies_ms.append((time.monotonic() - due) * 1000)
        self.statuses[answer.status] += 1
        self._idle.append(connection)

    async def _connection(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:
                return connection
            self._open -= 1
        self._open += 1
        if self._open > CONNECTIONS_MAX:
            raise RuntimeError(f"more than {CONNECTIONS_MAX} orders wait for their answer")
        return await Connection.open(self._url)

    def close(self) -> None:
        """Let go of the connections."""
        for connection in self._idle:
            connection.close()


async def measure(stack: OwnStack) -> tuple[OpenLoop, list[float]]:
    """The load, and the hops beside it."""
    await check_producer(stack.kafka)
    accounts = stack.open_accounts(ACCOUNTS)
    tell(f"verdict: {PER_SECOND} orders/s, {WARM_S} s to warm up, {MEASURED_S} s measured")
    warming = OpenLoop(stack.gateway, accounts)
    await warming.run(WARM_S)
    warming.close()
    beside = await hops.start(stack.kafka, MEASURED_S - HOP_MARGIN_S)
    load = OpenLoop(stack.gateway, accounts)
    await load.run(MEASURED_S)
    load.close()
    return load, await hops.finish(beside)


def run(state: Path) -> Iterator[Result]:
    """p50 and p99, each in raw hops."""
    with own_stack(state) as stack:
        load, raw = uvloop.run(measure(stack))
    latencies = sorted(load.latencies_ms)
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        value, hop = quantile(latencies, share), quantile(raw, share)
        yield against(f"verdict.{name}", value, "ms", f"raw Kafka hop {name}", hop, RATIO_MAX)
    others = sum(load.statuses.values()) - load.statuses[200]
    yield at_most("verdict.not_approved", others, "orders", 0)
    yield told("verdict.orders", len(latencies), "orders")
