"""The loop of every transactional room: poll, drop what was seen, prefetch, decide, one
transaction, relay.

Theory of operation: design section 4. A process owns shards by advisory locks on the one
connection that commits.
Nothing is read back from the log that was decided here; nothing leaves before it is committed;
any doubt ends
the process, and the next start goes on from the shard rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from shared import codec, start
from shared.bus.ports import Reader, Record, Writer
from shared.clock import monotonic_s
from shared.events.market import ClockAdvanced
from shared.events.runtime import RoomAlive
from shared.journal import observation_key
from shared.kill import KillPoint
from shared.logs import log
from shared.messages import Message, Observation
from shared.metrics import (
    COMMIT_SECONDS,
    COMMITS,
    DECIDE_SECONDS,
    LOOP_LAG,
    UNRELAYED,
    counted,
)
from shared.pulse import Pulse
from shared.relay import Relay, log_failure
from shared.release import CORE_VERSION
from shared.room import MakeState, Room
from shared.rows import ShardRow
from shared.shard import ReaderStopped, Shard
from shared.statements import Harvest
from shared.store import Store
from shared.table import Latest
from shared.topics import (
    ROOM_STATUS,
    TOPICS,
    Kind,
    is_own,
    read_by,
)
from shared.work import Work, wanted_rows

POLL_S = 0.25
BEAT_S = 1.0
GAP_S_MAX = 10.0
MARK_AFTER_S = 0.1
PAUSE_S_MAX, CLOCK_S_MAX = 1.5, 1.2


class Sense(Protocol):
    """Something outside the log that a room must see (a kill flag): asked once a poll, told as
    observations.
    """

    def look(self) -> Sequence[Observation]:
        """What is there now; only what changed."""


class Service:
    """One process of one room."""

    def __init__(
        self,
        room: Room,
        make_state: MakeState,
        numbers: Sequence[int],
        store: Store,
        reader: Reader,
        writer: Writer,
        *,
        process: str,
        partitions: int,
        kill: KillPoint,
        senses: Sequence[Sense] = (),
        listen: Callable[[Message, Pulse], None] | None = None,
    ) -> None:
        self.room, self._make_state, self._numbers = room, make_state, list(numbers)
        self._store, self._reader, self._writer = store, reader, writer
        self._process, self._partitions, self._kill = process, partitions, kill
        self._senses, self._listen = senses, listen
        self._relay = Relay(writer, kill)
        self.pulse = Pulse(room.name, process)
        self._seen: dict[tuple[type, str], Observation] = {}
        self.shards: dict[int, Shard] = {}
        self._gap_since: float | None = None
        self._last_word = self._last_mark = self._turned = monotonic_s()
        self.stopping = False

    async def begin(self) -> None:
        """Own the shards, check them against the log, load them, send the outbox again, take up
        reading.
        """
        await self._store.own(self._numbers)
        found = {
            number: start.Found(
                await self._store.shard_row(number), await self._store.outbox(number)
            )
            for number in self._numbers
        }
        await start.check(self.room, self._reader, found)
        for number, (row, outbox) in found.items():
            if row is None:
                row = ShardRow(shard=number, release=CORE_VERSION)
                await self._store.create_shard(row)
            latest = Latest(self._seen)
            shard = Shard(self.room, row, self._make_state(latest, number), latest, CORE_VERSION)
            await self._store.load(shard)
            self.shards[number] = shard
            for waiting in outbox:
                await self._relay.send(number, waiting.version, waiting.body)
        offsets = {number: shard.next for number, shard in self.shards.items()}
        async for record in start.last_quotes(self.room, self._reader, self._partitions):
            self._see(self._decode_seen(record), record)
            await self._store.beat()
        await self._reader.assign(start.positions(self.room, offsets, self._partitions))
        log().info("room begins", room=self.room.name, shards=self._numbers)

    async def run(self) -> None:
        """Turn until told to stop; then finish what is under way."""
        while not self.stopping:
            await self.turn(POLL_S)
        await self._relay.drain(2.0)
        await self._mark(self._relay.acknowledged())

    async def turn(self, timeout_s: float) -> int:
        """One poll. Returns how many records it held."""
        records = await self._reader.poll(timeout_s)
        began = monotonic_s()
        while began - self._turned > PAUSE_S_MAX and monotonic_s() - began < CLOCK_S_MAX:
            records += await self._reader.poll(POLL_S)  # we were stopped: read the clock first
        self._turned = monotonic_s()
        if records:
            self._kill.reached("K1")
        for seen in (seen for sense in self._senses for seen in sense.look()):
            self._see(seen)
        work = self._ordered(records)
        await self._prefetch(work)
        self._decide(work)
        if records:
            self._kill.reached("K2")
        await self._commit()
        await self._relay.settle()
        await self._keep_alive()
        self._check_gaps()
        LOOP_LAG.labels(self.room.name).set(monotonic_s() - began)
        return len(records)

    def _ordered(self, records: list[Record]) -> list[Work]:
        """Records in handling order, each with its shard (None: an observation for all) and its
        new message.
        """
        place = {topic: number for number, topic in enumerate(self.room.order)}
        inputs = {t.name: n for n, t in enumerate(read_by(self.room.name))}
        records = sorted(
            records, key=lambda r: (place.get(r.topic, -1), inputs[r.topic], r.partition)
        )
        work: list[Work] = []
        for record in records:
            if TOPICS[record.topic].kind is Kind.OBSERVATION:
                work.append((None, record, self._decode_seen(record)))
            else:
                shard = self.shards[record.partition]
                fresh = record.offset >= shard.next.get(record.topic, 0)
                message = shard.take(record)
                if fresh:
                    work.append((shard, record, message))
        return work

    def _decode_seen(self, record: Record) -> Observation:
        try:
            return codec.decode(record.topic, record.raw)  # type: ignore[return-value]
        except codec.Unreadable as error:
            raise ReaderStopped(f"offset {record.offset}: {error}") from error

    async def _prefetch(self, work: list[Work]) -> None:
        wanted = wanted_rows(self.room, work)
        if wanted:
            self._said_something()
            await self._store.prefetch(wanted)
        self._prefetched = wanted

    def _decide(self, work: list[Work]) -> None:
        began = monotonic_s()
        for shard, record, message in work:
            if shard is not None:
                shard.handle(record, message)
                if isinstance(message, ClockAdvanced):
                    self._say_alive(shard, message)
            elif isinstance(message, Observation):
                self._see(message, record)
        self.pulse.decided(monotonic_s() - began)
        DECIDE_SECONDS.labels(self.room.name).observe(monotonic_s() - began)

    def _see(self, seen: Observation, record: Record | None = None) -> None:
        key = observation_key(seen)
        owner = None if record is None or not is_own(record.topic) else record.partition
        shards = list(self.shards.values()) if owner is None else [self.shards[owner]]
        shards[0].latest.set(key, seen)
        if type(seen) in self.room.handlers:
            where = record or Record("", 0, -1, b"")
            for shard in shards:
                shard.observe(where, seen)

    async def _commit(self) -> None:
        harvests = [Harvest(s, *s.harvest()) for s in self.shards.values() if s.has_news()]
        if harvests:
            relayed = self._relay.acknowledged()
            began = monotonic_s()
            await self._store.commit(harvests, relayed)
            self._measure(monotonic_s() - began, sum(shard.handled for shard, _, _ in harvests))
            self._said_something()
            self._kill.reached("K4")
            self._relay.marked(relayed)
            self._last_mark = monotonic_s()
            for shard, row, outputs in harvests:
                shard.settle(row)
                await self._relay.send(shard.number, row.version, outputs)
                self._report(shard)
            self._kill.reached("K6")
        for tables in self._prefetched.values():
            for table, keys in tables.items():
                if not table.is_changed():
                    table.forget(keys)
        for shard in self.shards.values():
            await self._send_observations(shard)
        if harvests:
            self._kill.reached("K7")

    async def _send_observations(self, shard: Shard) -> None:
        seen, shard.observations = shard.observations, []
        for topic, key, raw in seen:
            number = shard.number if is_own(topic) else 0
            future = await self._writer.send(topic, number, key, raw)
            future.add_done_callback(log_failure)
            if self._listen is not None:
                self._listen(codec.decode(topic, raw), self.pulse)

    def _say_alive(self, shard: Shard, clock: ClockAdvanced) -> None:
        alive = RoomAlive(
            at=clock.wall_time,
            market_at=clock.market_time,
            room=self.room.name,
            process=self._process,
            partition=shard.number,
            lag=len(self._relay),
        )
        shard.observations.append((ROOM_STATUS, self.room.name, codec.encode(alive)))

    def _measure(self, seconds: float, messages: int) -> None:
        COMMITS.labels(self.room.name).inc()
        COMMIT_SECONDS.labels(self.room.name).observe(seconds)
        self.pulse.committed(seconds, messages)

    def _report(self, shard: Shard) -> None:
        counted(self.room.name, shard.handled, shard.duplicates, len(shard.errors))
        shard.handled = shard.duplicates = 0
        for error in shard.errors:
            log().error("set aside", room=self.room.name, shard=shard.number, error=error)
        shard.errors.clear()
        if self._listen is not None:
            for message in shard.said:
                self._listen(message, self.pulse)
        shard.said.clear()

    def _said_something(self) -> None:
        self._last_word = monotonic_s()

    async def _keep_alive(self) -> None:
        now = monotonic_s()
        relayed = self._relay.acknowledged()
        UNRELAYED.labels(self.room.name).set(len(self._relay))
        if relayed and now - self._last_mark > MARK_AFTER_S:
            await self._mark(relayed)
        elif now - self._last_word > BEAT_S:
            await self._store.beat()
            self._said_something()

    async def _mark(self, relayed: dict[int, int]) -> None:
        if relayed:
            await self._store.mark(relayed)
            self._relay.marked(relayed)
            self._last_mark = self._last_word = monotonic_s()

    def _check_gaps(self) -> None:
        if not any(shard.gaps for shard in self.shards.values()):
            self._gap_since = None
            return
        now = monotonic_s()
        self._gap_since = self._gap_since or now
        if now - self._gap_since > GAP_S_MAX:
            gaps = {n: sorted(s.gaps) for n, s in self.shards.items() if s.gaps}
            raise ReaderStopped(f"numbers are missing for {GAP_S_MAX:.0f} s: {gaps}")
