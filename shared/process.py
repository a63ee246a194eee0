"""One process of a room: a service for its own slice of the shards, and for every other slice one
that waits as the hot standby.

Each service has a connection to PostgreSQL of its own, which holds or waits for the locks of its
slice, and a reader; all write with one producer, each to partitions of its own. A slice is taken
over the moment its owner's connection is gone, with the quotes that this process knows already:
those of a service that serves, or, where none does, those that it reads while it waits. Nobody
gives a slice back: a process that comes again waits behind the one that has its slice. Any service
that raises ends the whole process.
"""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Callable, Sequence

from shared.bus.kafka import KafkaReader, KafkaWriter
from shared.kill import KillPoint
from shared.logs import log
from shared.quotes import Quotes, QuotesFollower
from shared.room import MakeState, Room
from shared.service import Sense, Service
from shared.settings import Settings
from shared.store import PostgresStore
from shared.voice import Listen

HEAD_START_S = 20.0  # how long a slice that nobody has is left to the process it is meant for

IDLE_S = 2.0  # who has owned nothing for so long begins to follow the quotes

MakeSenses = Callable[[], Sequence[Sense]]
"""Makes the senses of one service: they remember what they have told."""


def no_senses() -> Sequence[Sense]:
    """A room that sees nothing outside the log."""
    return ()


class _Part:
    """A slice, as this process holds it or waits for it; `service` is there once it is owned."""

    def __init__(
        self, shards: list[int], is_own: bool, store: PostgresStore, reader: KafkaReader
    ) -> None:
        self.shards, self.is_own, self.store, self.reader = shards, is_own, store, reader
        self.service: Service | None = None
        self.serves = False


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
        # Only the slice that this process is meant for dies or stops at a point.
        self._kill, self._harmless = KillPoint(room.name, settings.kill_at), KillPoint(room.name)
        self._tasks: dict[asyncio.Task[None], _Part] = {}
        self._follower: QuotesFollower | None = None
        self._following: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Serve until SIGTERM; raises what broke first."""
        writer = await KafkaWriter.connect(self._settings.kafka)
        own, *others = [await self._part(shards) for shards in self._settings.dealt()]
        serving = [self._serve(own, writer), *(self._stand_by(part, writer) for part in others)]
        parts = zip(serving, (own, *others), strict=True)
        self._tasks = {asyncio.create_task(task): part for task, part in parts}
        self._following = asyncio.create_task(self._follow())
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self._stop)
        await self._end((*self._tasks, self._following))
        await writer.close()
        for part in self._tasks.values():
            await part.reader.close()
            await part.store.close()

    async def _end(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        """Until all have ended; raises what one of them raised, at once."""
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            if not task.cancelled():
                task.result()

    async def _follow(self) -> None:
        """Follow the quotes as long as no service of this process does."""
        await asyncio.sleep(IDLE_S)
        if self._is_serving():
            return
        reader = await KafkaReader.connect(self._settings.kafka)
        self._follower = QuotesFollower(self._room, reader, self._settings.partitions)
        try:
            await self._follower.run(self._is_serving)
        finally:
            self._follower = None
            await reader.close()

    def _is_serving(self) -> bool:
        return any(part.serves for part in self._tasks.values())

    async def _part(self, shards: list[int]) -> _Part:
        settings, is_own = self._settings, shards == self._settings.owned()
        kill, name = self._kill if is_own else self._harmless, self._name(shards)
        store = await PostgresStore.connect(settings.postgres, self._room, kill, name)
        return _Part(shards, is_own, store, await KafkaReader.connect(settings.kafka))

    def _name(self, shards: list[int]) -> str:
        """Two services of one process have two names: their points would lie upon each other."""
        process = self._settings.process
        return process if shards == self._settings.owned() else f"{process}/{shards[0]}"

    async def _stand_by(self, part: _Part, writer: KafkaWriter) -> None:
        await part.store.give_way(part.shards[0], HEAD_START_S)
        await self._serve(part, writer)

    async def _serve(self, part: _Part, writer: KafkaWriter) -> None:
        await part.store.own(part.shards)
        log().info("slice owned", room=self._room.name, shards=part.shards)
        part.service = self._service(part, writer)
        await part.service.begin(self._quotes())
        part.serves = True
        gc.freeze()
        await part.service.run()

    def _quotes(self) -> Quotes | None:
        """What this process knows of the market and is up to date."""
        for part in self._tasks.values():
            if part.serves and part.service is not None:
                return part.service.quotes()
        return None if self._follower is None else self._follower.quotes()

    def _service(self, part: _Part, writer: KafkaWriter) -> Service:
        return Service(
            self._room,
            self._make_state,
            part.shards,
            part.store,
            part.reader,
            writer,
            process=self._name(part.shards),
            partitions=self._settings.partitions,
            kill=self._kill if part.is_own else self._harmless,
            senses=self._senses(),
            listen=self._listen(part.shards[0]),
        )

    def _stop(self) -> None:
        """Who serves finishes what is under way; who waits has nothing to finish."""
        for task, part in self._tasks.items():
            if part.service is None:
                task.cancel()
            else:
                part.service.stopping = True
        if self._following is not None:
            self._following.cancel()
