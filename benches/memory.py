"""What all rooms take of the machine's memory, and whether 100,000 orders make it more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import uvloop

from benches.durable import ACCOUNTS, WINDOW
from benches.inbox import Publisher, Settled
from benches.result import Result, at_most, told
from benches.stack import OwnStack, own_stack, tell
from shared.bus.kafka import KafkaWriter

ORDERS = 100_000
WARM = 20_000
ROOMS_MIB_MAX = 600
GROWTH_MAX = 1.15


def memory_mib(pids: dict[str, int], field: str) -> dict[str, float]:
    """What each process has: `Rss` counts shared pages in full, `Pss` its share of them."""
    return {name: smaps_kib(pid, field) / 1024 for name, pid in pids.items()}


def smaps_kib(pid: int, field: str) -> int:
    """A field of /proc/PID/smaps_rollup."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))


async def measure(stack: OwnStack) -> list[dict[str, float]]:
    """Resident memory before any order, after 20,000, and after 100,000 more; shares at the end."""
    accounts = stack.open_accounts(ACCOUNTS)
    settled = await Settled.begin(stack)
    writer = await KafkaWriter.connect(stack.kafka)
    publisher = Publisher(stack, accounts, writer)
    found = [memory_mib(stack.room_pids(), "Rss")]
    for count in (WARM, ORDERS):
        tell(f"memory: {count} orders")
        await publisher.publish(count, settled, WINDOW)
        found.append(memory_mib(stack.room_pids(), "Rss"))
    await writer.close()
    await settled.end()
    return [*found, memory_mib(stack.room_pids(), "Pss")]


def run(state: Path) -> Iterator[Result]:
    """All rooms together, and each."""
    with own_stack(state) as stack:
        idle, warm, full, shares = uvloop.run(measure(stack))
    yield told("memory.rooms_idle", sum(idle.values()), "MiB")
    yield at_most("memory.rooms", sum(full.values()), "MiB", ROOMS_MIB_MAX)
    yield told("memory.rooms_pss", sum(shares.values()), "MiB")
    growth = sum(full.values()) / sum(warm.values())
    yield at_most("memory.growth", growth, "x", GROWTH_MAX)
    for room, mib in full.items():
        yield told(f"memory.{room}", mib, "MiB")
