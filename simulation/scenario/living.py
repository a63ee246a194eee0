"""The real OMS, its loop and handlers, on a log in memory: what a step tells it goes into its
topics, what it says is read from its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from services.oms.core.state import OmsState
from services.oms.handlers import ROOM
from shared import codec
from shared.bus.memory import MemoryLog, MemoryReader, MemoryWriter
from shared.bus.ports import Partition, Record, Where, Writer
from shared.instruments import Instrument
from shared.kill import KillPoint
from shared.messages import Event
from shared.service import Service
from shared.store import Store
from shared.table import Latest
from shared.topics import OMS_ORDERS
from shared.types import OrderState
from simulation.scenario.inputs import Told
from simulation.store import Database, DatabaseStore

TURNS_MAX = 50
MARK_WAIT_S = 0.11


class Reader(MemoryReader):
    """Delivers every record `copies` times, and, of one partition, some that were read before."""

    def __init__(self, log: MemoryLog, copies: int = 1) -> None:
        super().__init__(log)
        self._copies, self._back = copies, dict[Partition, int]()

    def again(self, name: Partition, offset: int) -> None:
        """Deliver this record once more."""
        self._back[name] = offset

    async def assign(self, positions: dict[Partition, Where]) -> None:
        await super().assign(positions)
        for name, offset in self._back.items():
            self._next[name] = offset
        self._back.clear()

    async def poll(self, timeout_s: float) -> list[Record]:
        self._next.update(self._back)
        self._back.clear()
        found = await super().poll(0)
        return [record for record in found for _ in range(self._copies)]


async def settle(service: Service) -> None:
    """Turn until nothing is left to read and all that was said has been relayed."""
    idle = 0
    for _ in range(TURNS_MAX):
        idle = 0 if await service.turn(0) else idle + 1
        if idle == 2:
            return
    raise RuntimeError("OMS does not come to rest")


class Living:
    """OMS of one scenario, shard `number`. `copies`: how often each message is delivered."""

    def __init__(self, number: int, instrument: Instrument, copies: int = 1) -> None:
        self.number, self._copies, self.instrument = number, copies, instrument
        self.log, self.database = MemoryLog(), Database()
        self._read = self._seq = 0
        self._loop = asyncio.new_event_loop()
        self._reader = Reader(self.log, copies)
        self._service: Service | None = None

    def hear(self, told: Told) -> Partition:
        """A message comes; how OMS takes it is seen at `run`."""
        raw = codec.encode(told.message)
        for _ in range(self._copies):
            self.log.append(told.topic, self.number, raw)
        return Partition(told.topic, self.number)

    def again(self, name: Partition, offset: int) -> None:
        """The record of that offset is delivered once more."""
        self._reader.again(name, offset)

    def run(self) -> None:
        """OMS handles what there is."""
        self._loop.run_until_complete(self._run())

    async def _run(self) -> None:
        if self._service is None:
            store = DatabaseStore(self.database, lambda _: None, lambda _: None)
            writer = MemoryWriter(self.log)
            self._service = service(self, store, self._reader, writer, KillPoint("oms"))
            await self._service.begin()
        await settle(self._service)

    def restart(self) -> None:
        """The process is gone; the next `run` starts another one."""
        self._service, self._reader = None, Reader(self.log, self._copies)

    def said(self) -> list[Event]:
        """What OMS has said since it was last asked, without what it said twice."""
        raws = self.log.partitions[Partition(OMS_ORDERS, self.number)][self._read :]
        self._read += len(raws)
        events = []
        for raw in raws:
            event = codec.decode(OMS_ORDERS, raw)
            if isinstance(event, Event) and event.seq == self._seq + 1:
                self._seq += 1
                events.append(event)
        return events

    def state_of(self, order_id: str) -> OrderState | None:
        """The order as it is stored."""
        row = self.database.rows[(self.number, "orders")].get((order_id,))
        return None if row is None else row.state

    def close(self) -> None:
        """Let go."""
        self._loop.close()


def make_state(instrument: Instrument) -> Callable[[Latest, int], OmsState]:
    """What makes the state of a shard."""
    return lambda latest, _: OmsState(latest, {instrument.symbol: instrument})


def service(oms: Living, store: Store, reader: Reader, writer: Writer, kill: KillPoint) -> Service:
    """One process of OMS, not begun."""
    return Service(
        ROOM,
        make_state(oms.instrument),
        [oms.number],
        store,
        reader,
        writer,
        process="oms",
        partitions=oms.number + 1,
        kill=kill,
    )
