"""One process of a room: a service for its own slice of the shards, and for every other slice one
that waits as the hot standby.

Each service has a connection to PostgreSQL of its own, which holds or waits for the locks of its
slice, and a reader; all write with one producer, each to partitions of its own. A slice is taken
over the moment its owner's connection is gone. Nobody gives a slice back: a process that comes
again waits behind the one that has its slice. Any service that raises ends the whole process.
"""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable, Sequence
from typing import NamedTuple

from shared.bus.kafka import KafkaReader, KafkaWriter
from shared.kill import KillPoint
from shared.room import MakeState, Room
from shared.service import Sense, Service
from shared.settings import Settings
from shared.store import PostgresStore
from shared.voice import Listen

HEAD_START_S = 20.0  # how long a slice that nobody has is left to the process it is meant for

MakeSenses = Callable[[], Sequence[Sense]]
"""Makes the senses of one service: they remember what they have told."""


def no_senses() -> Sequence[Sense]:
    """A room that sees nothing outside the log."""
    return ()


class _Part(NamedTuple):
    """A slice, as this process holds it or waits for it."""

    service: Service
    store: PostgresStore
    reader: KafkaReader
    shards: list[int]
    is_own: bool


class Process:
    """`listen` makes the listener of a slice from the number of its first shard."""

    def __init__(
        self,
        room: Room,
        make_state: MakeState,
        settings: Settings,
        senses: MakeSenses,
        listen: Callable[[int], Listen],
    ) -> None:
        self._room, self._make_state, self._settings = room, make_state, settings
        self._senses, self._listen = senses, listen
        self._tasks: dict[asyncio.Task[None], _Part] = {}

    async def run(self) -> None:
        """Serve until SIGTERM; raises what broke first."""
        writer = await KafkaWriter.connect(self._settings.kafka)
        parts = [await self._part(writer, shards) for shards in self._settings.dealt()]
        self._tasks = {asyncio.create_task(self._serve(part)): part for part in parts}
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stop)
        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in self._tasks:
            if task.done() and not task.cancelled():
                task.result()
        await writer.close()

    async def _part(self, writer: KafkaWriter, shards: list[int]) -> _Part:
        settings, is_own = self._settings, shards == self._settings.owned()
        kill = KillPoint(self._room.name, settings.kill_at if is_own else "")
        # The points of two services in one process would lie upon each other.
        name = settings.process if is_own else f"{settings.process}/{shards[0]}"
        store = await PostgresStore.connect(settings.postgres, self._room, kill, name)
        reader = await KafkaReader.connect(settings.kafka)
        service = Service(
            self._room,
            self._make_state,
            shards,
            store,
            reader,
            writer,
            process=name,
            partitions=settings.partitions,
            kill=kill,
            senses=self._senses(),
            listen=self._listen(shards[0]),
        )
        return _Part(service, store, reader, shards, is_own)

    async def _serve(self, part: _Part) -> None:
        if not part.is_own:
            await part.store.give_way(part.shards[0], HEAD_START_S)
        await part.service.begin()
        gc.freeze()
        await part.service.run()
        await part.reader.close()
        await part.store.close()

    def _stop(self) -> None:
        """Who serves finishes what is under way; who waits has nothing to finish."""
        for task, part in self._tasks.items():
            part.service.stopping = True
            if not part.service.shards:
                task.cancel()
