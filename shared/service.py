"""The loop of every transactional room: poll, drop what was seen, prefetch, decide, one
transaction, relay (design section 4).

A process owns shards by advisory locks on the one connection that commits. Nothing that was decided
here is read back from the log; nothing leaves before it is committed; any doubt ends the process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from shared import codec, start
from shared.bus.ports import Partition, Reader, Record, Writer
from shared.clock import monotonic_s
from shared.events.market import ClockAdvanced, QuoteUpdated
from shared.journal import observation_key
from shared.kill import KillPoint
from shared.logs import log
from shared.messages import Message, Observation
from shared.metrics import LOOP_LAG, UNRELAYED
from shared.quotes import Quotes
from shared.relay import Relay
from shared.release import CORE_VERSION
from shared.room import MakeState, Room
from shared.rows import ShardRow
from shared.shard import ReaderStopped, Shard
from shared.statements import Harvest
from shared.store import Store
from shared.table import Latest
from shared.topics import MARKET_CLOCK, MARKET_QUOTES, TOPICS, Kind, is_own
from shared.voice import Listen, Voice
from shared.work import Work, places, prefetch

POLL_S = 0.25
BEAT_S = 1.0
GAP_S_MAX = 10.0
MARK_AFTER_S = 0.1
PAUSE_S_MAX, CLOCK_S_MAX = 1.5, 1.2


class Sense(Protocol):
    """Something outside the log that a room must see (a kill flag): asked once a poll."""

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
        listen: Listen | None = None,
        now_s: Callable[[], float] = monotonic_s,
    ) -> None:
        self.room, self._make_state, self._numbers = room, make_state, list(numbers)
        self._store, self._reader, self._writer = store, reader, writer
        self._partitions, self._kill, self._senses = partitions, kill, senses
        self._now_s = now_s
        self._relay = Relay(writer, kill)
        self._voice = Voice(room.name, process, writer, listen)
        self._loop_lag, self._unrelayed = LOOP_LAG.labels(room.name), UNRELAYED.labels(room.name)
        self._place = places(room)
        self._seen: dict[tuple[type, str], Observation] = {}
        self._quotes_next: dict[Partition, int] = {}
        self._clock_ends: dict[int, int] = {}
        self.shards: dict[int, Shard] = {}
        self._gap_since: float | None = None
        self._last_word = self._last_mark = self._turned = now_s()
        self.stopping = False

    async def begin(self, quotes: Quotes | None = None) -> None:
        """Own the shards, check them against the log, load them, send the outbox again, take up
        reading. `quotes` are those of another service of this process that is up to date.
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
        await self._learn_quotes(quotes)
        positions = start.positions(self.room, offsets, self._partitions)
        for name in start.quoted(self.room, self._partitions):
            positions[name] = self._quotes_next.get(name, "start")
        await self._reader.assign(positions)
        await self._find_clock()
        log().info("room begins", room=self.room.name, shards=self._numbers)

    async def _find_clock(self) -> None:
        """What time it is by now is known only once the clock is read to its end."""
        names = [Partition(MARKET_CLOCK, number) for number in self._numbers]
        ends = {
            name.number: bounds.end for name, bounds in (await self._reader.bounds(names)).items()
        }
        read = {number: shard.next.get(MARKET_CLOCK, 0) for number, shard in self.shards.items()}
        self._clock_ends = {number: end for number, end in ends.items() if end > read[number]}

    async def _learn_quotes(self, quotes: Quotes | None) -> None:
        if quotes is not None:
            self._seen.update(quotes.newest)
            self._quotes_next.update(quotes.following)
            return
        async for records in start.last_quotes(self.room, self._reader, self._partitions):
            for record in records:
                self._see(self._decode_seen(record), record)
            await self._keep_alive()

    def quotes(self) -> Quotes:
        """Every quote that this service knows, and where it goes on reading them."""
        newest = {name: seen for name, seen in self._seen.items() if name[0] is QuoteUpdated}
        return Quotes(newest, dict(self._quotes_next))

    async def run(self) -> None:
        """Turn until told to stop; then finish what is under way."""
        while not self.stopping:
            await self.turn(POLL_S)
        await self._relay.drain(2.0)
        await self._mark(self._relay.acknowledged())

    async def turn(self, timeout_s: float) -> int:
        """One poll. Returns how many records it held."""
        records = await self._reader.poll(timeout_s)
        began = self._now_s()
        while self._is_behind(began, records) and self._now_s() - began < CLOCK_S_MAX:
            records += await self._reader.poll(POLL_S)
        self._turned, self._clock_ends = self._now_s(), {}
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
        self._loop_lag.set(self._now_s() - began)
        return len(records)

    def _is_behind(self, began: float, records: list[Record]) -> bool:
        """We were stopped, or have just begun: read the clock before anything is judged by it."""
        for record in records:
            end = self._clock_ends.get(record.partition)
            if record.topic == MARKET_CLOCK and end is not None and record.offset + 1 >= end:
                del self._clock_ends[record.partition]
        return began - self._turned > PAUSE_S_MAX or bool(self._clock_ends)

    def _ordered(self, records: list[Record]) -> list[Work]:
        """Records in handling order, each with its shard (None: an observation for all) and its
        new message.
        """
        place = self._place
        records = sorted(records, key=lambda r: (place[r.topic], r.partition))
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
        self._prefetched = await prefetch(self.room, work, self._store.prefetch)
        if self._prefetched:
            self._said_something()

    def _decide(self, work: list[Work]) -> None:
        began = self._now_s()
        for shard, record, message in work:
            if shard is not None:
                self._handle(shard, record, message)
            elif isinstance(message, Observation):
                self._see(message, record)
        self._voice.decided(self._now_s() - began)

    def _handle(self, shard: Shard, record: Record, message: Message | None) -> None:
        is_sent, said = type(message) in self.room.sends, len(shard.said)
        if is_sent:
            self._kill.reached("B1")
        shard.handle(record, message)
        if is_sent:
            self._kill.reached("B2")
        self._count_fills(shard, said)
        if isinstance(message, ClockAdvanced):
            self._voice.say_alive(shard, message, len(self._relay))

    def _see(self, seen: Observation, record: Record | None = None) -> None:
        key = observation_key(seen)
        owner = None if record is None or not is_own(record.topic) else record.partition
        shards = list(self.shards.values()) if owner is None else [self.shards[owner]]
        shards[0].latest.set(key, seen)
        if record is not None and record.topic == MARKET_QUOTES:
            self._quotes_next[Partition(MARKET_QUOTES, record.partition)] = record.offset + 1
        if type(seen) in self.room.handlers:
            where = record or Record("", 0, -1, b"")
            for shard in shards:
                said = len(shard.said)
                shard.observe(where, seen)
                self._count_fills(shard, said)

    def _count_fills(self, shard: Shard, said: int) -> None:
        """A message gave several fills: they are in one commit, or in none."""
        if sum(map(self.room.is_fill, shard.said[said:])) > 1:
            self._kill.reached("B3")

    async def _commit(self) -> None:
        harvests = [Harvest(s, *s.harvest()) for s in self.shards.values() if s.has_news()]
        if harvests:
            relayed = self._relay.acknowledged()
            began = self._now_s()
            await self._store.commit(harvests, relayed)
            handled = sum(shard.handled for shard, _, _ in harvests)
            self._voice.committed(self._now_s() - began, handled)
            self._said_something()
            self._kill.reached("K4")
            self._relay.marked(relayed)
            self._last_mark = self._now_s()
            for shard, row, outputs in harvests:
                shard.settle(row)
                await self._relay.send(shard.number, row.version, outputs)
                self._voice.report(shard)
            self._kill.reached("K6")
        for tables in self._prefetched.values():
            for table, keys in tables.items():
                if not table.is_changed():
                    table.forget(keys)
        for shard in self.shards.values():
            await self._voice.send_observations(shard)
        if harvests:
            self._kill.reached("K7")

    def _said_something(self) -> None:
        self._last_word = self._now_s()

    async def _keep_alive(self) -> None:
        now = self._now_s()
        relayed = self._relay.acknowledged()
        self._unrelayed.set(len(self._relay))
        if relayed and now - self._last_mark > MARK_AFTER_S:
            await self._mark(relayed)
        elif now - self._last_word > BEAT_S:
            await self._store.beat()
            self._said_something()

    async def _mark(self, relayed: dict[int, int]) -> None:
        if relayed:
            await self._store.mark(relayed)
            self._relay.marked(relayed)
            self._last_mark = self._last_word = self._now_s()

    def _check_gaps(self) -> None:
        if not any(shard.gaps for shard in self.shards.values()):
            self._gap_since = None
            return
        now = self._now_s()
        self._gap_since = self._gap_since or now
        if now - self._gap_since > GAP_S_MAX:
            gaps = {n: sorted(s.gaps) for n, s in self.shards.items() if s.gaps}
            raise ReaderStopped(f"numbers are missing for {GAP_S_MAX:.0f} s: {gaps}")
