"""OMS and the paper link together, through the real loop on the memory log: an order's life between
the gate and the book, with deaths in between, and the whole decided again afterwards.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from services.oms.core.state import OmsState
from services.oms.handlers import ROOM as OMS
from services.venue.adapters.kill_flag import LinkSense
from services.venue.adapters.terms import TermsSense
from services.venue.core.matching.terms import ExchangeTerms, FeeSchedule, QueueModel
from services.venue.core.state import VenueState
from services.venue.handlers import ROOM as VENUE
from shared import codec
from shared.bus.memory import MemoryLog, MemoryReader, MemoryWriter
from shared.commands import CancelOrder
from shared.events.risk import OrderApproved
from shared.kill import KillPoint
from shared.replay import verify
from shared.room import MakeState, Room
from shared.service import Service
from shared.table import Latest
from shared.topics import partition_of
from shared.types import OrderType, Side, TimeInForce
from tests.builders import ACCOUNT, FIRM, order
from tests.fakes.store import MemoryDatabase, MemoryStore
from tests.unit.services.venue.floor import INSTRUMENTS, at, batch, quote, trade

SHARDS = 2
DEFAULT = ExchangeTerms()
DEEP = ExchangeTerms(
    queue_model=QueueModel.PROBABILISTIC,
    fees=FeeSchedule.IB_TIERED,
    latency_us=500,
    latency_jitter_us=2000,
    quote_age_us_max=5000,
    borrow={"AIG": Decimal(700)},
)

TIMES_IN_FORCE = [
    *(TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK, TimeInForce.GTD)
]


def make_oms(latest: Latest, _: int) -> OmsState:
    return OmsState(latest)


def make_venue(latest: Latest, number: int) -> VenueState:
    return VenueState(latest, INSTRUMENTS, number)


class Stack:
    """The two rooms over one log."""

    def __init__(self, terms: ExchangeTerms) -> None:
        self.log, self._terms = MemoryLog(), terms
        self.databases = {OMS.name: MemoryDatabase(), VENUE.name: MemoryDatabase()}
        self.rooms: dict[str, Service] = {}
        self._seq = [0] * SHARDS
        self._opened = 0

    async def start(self, room: Room, make: MakeState) -> None:
        """A new process of the room; the one before is dead."""
        self._opened += 1
        process = f"process-{self._opened}"
        link = (TermsSense(lambda _: self._terms), LinkSense(process, lambda: at(0)))
        senses = link if room is VENUE else ()
        self.rooms[room.name] = Service(
            room,
            make,
            list(range(SHARDS)),
            MemoryStore(self.databases[room.name]),
            MemoryReader(self.log),
            MemoryWriter(self.log),
            process=process,
            partitions=SHARDS,
            kill=KillPoint(room.name),
            senses=senses,
        )
        await self.rooms[room.name].begin()

    async def settle(self) -> None:
        """Let both rooms read until there is nothing left."""
        idle = 0
        while idle < 2:
            handled = [await room.turn(0) for room in self.rooms.values()]
            idle = 0 if any(handled) else idle + 1

    def approve(self, order_id: str, ms: float, firm: str, **fields: Any) -> None:
        shard = partition_of(firm, SHARDS)
        self._seq[shard] += 1
        asked = order(order_id, firm_id=firm, **fields)
        message = OrderApproved(
            at=at(ms),
            market_at=at(ms),
            seq=self._seq[shard],
            cause=order_id,
            firm_id=firm,
            account_id=asked.account_id,
            order=asked,
        )
        self.log.append("risk.decisions", shard, codec.encode(message))

    def cancel(self, command_id: str, order_id: str, ms: float, firm: str) -> None:
        message = CancelOrder(
            at=at(ms),
            market_at=at(ms),
            command_id=command_id,
            actor="ada",
            firm_id=firm,
            account_id=ACCOUNT,
            order_id=order_id,
        )
        self.log.append("oms.inbox", partition_of(firm, SHARDS), codec.encode(message))

    def ticks(self, *ticks: Any, through: float) -> None:
        raw = codec.encode(batch(*ticks, through=through))
        self.log.append("market.ticks", partition_of("AIG", 4), raw)

    def orders(self) -> list[dict[str, Any]]:
        return [row for shard in range(SHARDS) for row in self._rows(OMS, shard, "orders")]

    def executions(self, room: Room, table: str) -> list[tuple[str, str, str]]:
        rows = [row for shard in range(SHARDS) for row in self._rows(room, shard, table)]
        return sorted((row["execution_id"], row["quantity"], row["price"]) for row in rows)

    def _rows(self, room: Room, shard: int, table: str) -> list[dict[str, Any]]:
        stored = self.databases[room.name].rows[(shard, table)]
        return [msgspec.json.decode(raw) for raw in stored.values()]

    async def differences(self) -> list[str]:
        numbers = list(range(SHARDS))
        found: list[str] = []
        for room, make in ((OMS, make_oms), (VENUE, make_venue)):
            async for one in verify(room, make, numbers, MemoryReader(self.log)):
                found += one.differences
        return found


def played(story: Callable[[Stack], Any], terms: ExchangeTerms = DEFAULT) -> Stack:
    async def run() -> Stack:
        stack = Stack(terms)
        await stack.start(OMS, make_oms)
        await stack.start(VENUE, make_venue)
        await story(stack)
        assert await stack.differences() == []
        return stack

    return asyncio.run(run())


def test_an_approved_order_is_sent_filled_and_booked() -> None:
    async def story(stack: Stack) -> None:
        stack.ticks(quote(0, 10, 47.81, 47.82), through=1)
        await stack.settle()
        stack.approve("order-1", 5, FIRM)
        await stack.settle()
        assert [row["status"] for row in stack.orders()] == ["new"]
        stack.ticks(quote(9, 11, 47.83, 47.84), through=9)
        await stack.settle()

    stack = played(story)
    (row,) = stack.orders()
    assert (row["status"], row["average_price"]) == ("filled", "47.82")
    assert row["state"]["filled_at"] == str(at(5))


def test_a_cancel_that_overtakes_its_approval_means_that_the_venue_never_hears_of_the_order() -> (
    None
):
    async def story(stack: Stack) -> None:
        stack.cancel("c1", "order-1", 4, FIRM)
        stack.approve("order-1", 5, FIRM)
        await stack.settle()

    stack = played(story)
    assert [row["status"] for row in stack.orders()] == ["canceled"]
    assert all(not raws for name, raws in stack.log.partitions.items() if "reports" in name.topic)


@pytest.mark.parametrize("terms", [DEFAULT, DEEP])
def test_random_orders_cancels_and_deaths_leave_both_books_equal_and_replay_the_same(
    terms: ExchangeTerms,
) -> None:
    for seed in range(6):
        stack = played(lambda stack, seed=seed: random_story(stack, random.Random(seed)), terms)
        booked = stack.executions(OMS, "executions")
        assert booked == stack.executions(VENUE, "paper_executions")
        assert len(booked) > 20
        for row in stack.orders():
            cum, whole = Decimal(row["cum_quantity"]), Decimal(row["quantity"])
            assert cum <= whole
            assert (row["status"] == "filled") == (cum == whole)


async def random_story(stack: Stack, dice: random.Random) -> None:
    """Eighty stretches of 10 ms; three firms order and cancel; either room dies at times."""
    names: list[tuple[str, str]] = []
    for step in range(80):
        now, middle = step * 10.0, 47.8 + round(dice.uniform(-0.05, 0.05), 2)
        for number in range(dice.randrange(3)):
            firm, name = dice.choice(("firm-1", "firm-2", "firm-3")), f"order-{step}-{number}"
            names.append((name, firm))
            when = now + dice.uniform(0, 10)
            stack.approve(name, when, firm, **random_order(dice, middle, when))
        if names and dice.random() < 0.3:
            name, firm = dice.choice(names)
            stack.cancel(f"cancel-{step}", name, now + 10, firm)
        if dice.random() < 0.7:
            await stack.settle()
        stack.ticks(
            quote(now + 3, 2 * step, middle, middle + 0.01, 300, dice.randrange(50, 400)),
            trade(now + 4, middle - dice.choice((0, 0.01, 0.02)), dice.randrange(1, 200)),
            quote(now + 6, 2 * step + 1, middle - 0.01, middle, 200, 200),
            through=now + 9.5,
        )
        if dice.random() < 0.15:
            await stack.start(VENUE, make_venue)
        if dice.random() < 0.15:
            await stack.start(OMS, make_oms)
    await stack.settle()


def random_order(dice: random.Random, middle: float, when: float) -> dict[str, Any]:
    limit = dice.random() < 0.6
    price = Decimal(str(round(middle + dice.uniform(-0.05, 0.05), 2))) if limit else None
    quantity, tif = Decimal(dice.randrange(1, 500)), dice.choice(TIMES_IN_FORCE)
    rests = limit and tif not in (TimeInForce.IOC, TimeInForce.FOK)
    shown = Decimal(dice.randrange(1, 60)) if rests and dice.random() < 0.3 else None
    return {
        "side": dice.choice(list(Side)),
        "quantity": quantity,
        "type": OrderType.LIMIT if limit else OrderType.MARKET,
        "limit_price": price,
        "time_in_force": tif,
        "expires_at": at(when + 200) if tif is TimeInForce.GTD else None,
        "post_only": rests and dice.random() < 0.3,
        "display_quantity": None if shown is None else min(shown, quantity),
    }
