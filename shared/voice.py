"""What a room says beside its numbered outputs: observations, signs of life, and what its process
tells of itself (metrics, logs, telemetry). Nothing here may hold up a commit.
"""

from __future__ import annotations

from collections.abc import Callable

from shared import codec
from shared.bus.ports import Writer
from shared.events.market import ClockAdvanced
from shared.events.runtime import RoomAlive
from shared.logs import log
from shared.messages import Message
from shared.metrics import COMMIT_SECONDS, COMMITS, DECIDE_SECONDS, counted
from shared.pulse import Pulse
from shared.relay import log_failure
from shared.shard import Shard
from shared.topics import ROOM_STATUS, is_own

Listen = Callable[[Message, Pulse], None]


class Voice:
    """The voice of one process of a room. `listen` hears all that is said, after its commit."""

    def __init__(self, room: str, process: str, writer: Writer, listen: Listen | None) -> None:
        self._room, self._process, self._writer, self._listen = room, process, writer, listen
        self.pulse = Pulse(room, process)
        self._commits = COMMITS.labels(room)
        self._commit_seconds = COMMIT_SECONDS.labels(room)
        self._decide_seconds = DECIDE_SECONDS.labels(room)

    def say_alive(self, shard: Shard, clock: ClockAdvanced, lag: int) -> None:
        """The shard has handled this clock message."""
        alive = RoomAlive(
            at=clock.wall_time,
            market_at=clock.market_time,
            room=self._room,
            process=self._process,
            partition=shard.number,
            lag=lag,
        )
        shard.observations.append((ROOM_STATUS, self._room, codec.encode(alive)))

    async def send_observations(self, shard: Shard) -> None:
        """Hand over what was seen; what the log does not take is replaced by the next one."""
        seen, shard.observations = shard.observations, []
        for topic, key, raw in seen:
            number = shard.number if is_own(topic) else 0
            future = await self._writer.send(topic, number, key, raw)
            future.add_done_callback(log_failure)
            if self._listen is not None:
                self._listen(codec.decode(topic, raw), self.pulse)

    def decided(self, seconds: float) -> None:
        """A poll was decided."""
        self.pulse.decided(seconds)
        self._decide_seconds.observe(seconds)

    def committed(self, seconds: float, messages: int) -> None:
        """A transaction was made."""
        self._commits.inc()
        self._commit_seconds.observe(seconds)
        self.pulse.committed(seconds, messages)

    def report(self, shard: Shard) -> None:
        """Tell what a shard did in the transaction that is done."""
        counted(self._room, shard.handled, shard.duplicates, len(shard.errors))
        shard.handled = shard.duplicates = 0
        for error in shard.errors:
            log().error("set aside", room=self._room, shard=shard.number, error=error)
        shard.errors.clear()
        if self._listen is not None:
            for message in shard.said:
                self._listen(message, self.pulse)
        shard.said.clear()
