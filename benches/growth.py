"""Whether an order costs the same after a million orders as after a thousand, and whether the rooms
then take more memory.

Orders go straight to `risk.inbox`. At each power of ten the next `STRETCH` orders are measured:
processor time of the four rooms that decide, and of PostgreSQL, each over the orders of the stretch
(a room also spends a little on the clock and on quotes, whatever is ordered). Processor time is
what is compared, for it means the same on a machine that does other things too.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import NamedTuple

import uvloop

from benches.durable import ACCOUNTS
from benches.inbox import Publisher, Settled
from benches.memory import memory_mib
from benches.result import Result, against, at_most, told
from benches.stack import OwnStack, own_stack, tell
from plimsoll.embedded import stackfile
from shared.bus.kafka import KafkaWriter

ORDERS = 1_000_000
FIRST, STRETCH = 1_000, 2_000
WINDOW = 200  # short: an order that was too old when it was judged costs less than one that trades
MEMORY_FROM = 100_000
COST_RATIO_MAX, MEMORY_RATIO_MAX = 1.25, 1.05
DECIDING = ("risk", "oms", "venue-paper", "portfolio")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Step(NamedTuple):
    """What was found after `orders` orders: ms of processor time an order, orders a second, how
    many of the stretch did not trade, MiB.
    """

    orders: int
    rooms_ms: float
    postgres_ms: float
    per_second: float
    not_booked: int
    memory_mib: dict[str, float]


def counts(most: int) -> list[int]:
    """1,000, 10,000, ... and the most itself."""
    powers = [FIRST]
    while powers[-1] * 10 <= most:
        powers.append(powers[-1] * 10)
    return powers if powers[-1] == most else [*powers, most]


def cpu_s(pid: int, *, children: bool = False) -> float:
    """Processor time of a process, and with `children` of those that it has and has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    own = sum(map(int, fields[11:15] if children else fields[11:13])) / TICKS_PER_S
    if not children:
        return own
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(cpu_s(int(child)) for child in listed)


def pid_of(stack: OwnStack, name: str) -> int:
    """The process of a server."""
    rows = (stackfile.running(stack.state) or {})["processes"]
    return next(int(row["pid"]) for row in rows if row["name"] == name)


async def steps(stack: OwnStack, most: int) -> AsyncIterator[Step]:
    """One step at each count, as soon as it is reached."""
    accounts = stack.open_accounts(ACCOUNTS)
    settled = await Settled.begin(stack)
    writer = await KafkaWriter.connect(stack.kafka)
    publisher, sent = Publisher(stack, accounts, writer), 0
    for count in counts(most):
        tell(f"growth: up to {count} orders")
        await publisher.publish(count - sent, settled, WINDOW)
        memory = memory_mib(stack.room_pids(), "Rss")
        spent, began, missed = spent_s(stack), time.monotonic(), settled.unbooked
        await publisher.publish(STRETCH, settled, WINDOW)
        took_s = time.monotonic() - began
        pairs = zip(spent_s(stack), spent, strict=True)
        more = [1000 * (now - then) / STRETCH for now, then in pairs]
        yield Step(count, more[0], more[1], STRETCH / took_s, settled.unbooked - missed, memory)
        sent = count + STRETCH
    await writer.close()
    await settled.end()


def spent_s(stack: OwnStack) -> tuple[float, float]:
    """Processor time until now of the rooms that decide, and of PostgreSQL."""
    pids = stack.room_pids()
    rooms = sum(cpu_s(pids[name]) for name in DECIDING)
    return rooms, cpu_s(pid_of(stack, "postgres"), children=True)


def results(step: Step, first: Step, memory_at: Step | None) -> Iterator[Result]:
    """What there is to say of a step: its cost beside that of the first one, its memory beside
    that after `MEMORY_FROM` orders.
    """
    name, beside = f"growth.{step.orders}", f"after {first.orders} orders"
    for part in ("rooms_ms", "postgres_ms"):
        value, was = getattr(step, part), getattr(first, part)
        yield against(f"{name}.{part}", value, "ms/order", beside, was, COST_RATIO_MAX)
    yield told(f"{name}.per_second", step.per_second, "orders/s")
    yield at_most(f"{name}.not_booked", step.not_booked, "orders", 0)
    total = sum(step.memory_mib.values())
    if memory_at is None:
        yield told(f"{name}.memory", total, "MiB")
        return
    beside, was = f"after {memory_at.orders} orders", sum(memory_at.memory_mib.values())
    yield against(f"{name}.memory", total, "MiB", beside, was, MEMORY_RATIO_MAX)
    for room, mib in step.memory_mib.items():
        yield told(f"{name}.memory.{room}", mib, "MiB")


def run(state: Path, orders: int = ORDERS) -> Iterator[Result]:
    """The curve, point by point."""
    first: Step | None = None
    memory_at: Step | None = None
    with own_stack(state) as stack:
        for step in one_by_one(steps(stack, orders)):
            first = first or step
            yield from results(step, first, memory_at)
            if memory_at is None and step.orders >= MEMORY_FROM:
                memory_at = step


def one_by_one(curve: AsyncIterator[Step]) -> Iterator[Step]:
    """The steps as soon as they are there: the last ones take half an hour."""

    async def following() -> Step | None:
        return await anext(curve, None)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
        while (step := loop.run(following())) is not None:
            yield step
