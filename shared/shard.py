"""One shard of a room, without any I/O: drop what was seen, decide, collect what one commit holds.

Records go in with `take` (is it new?) and `handle` (decide); `harvest` gives what is committed:
changed rows, this poll's outbox with its journal entry first, and the shard row.
"""

from __future__ import annotations

from typing import Any

import msgspec

from shared import codec
from shared.bus.ports import Record
from shared.commands import CancelOrder, ReleaseAccount
from shared.events.risk import AlertRaised, CommandRefused
from shared.events.runtime import Quarantined, SetAside
from shared.journal import Journal
from shared.messages import Command, Event, Message, Observation
from shared.quarantine import HELD, Quarantine, told
from shared.room import Room
from shared.rows import CommandRow, Output, ShardRow
from shared.table import At, Latest, State, Table, never
from shared.topics import MARKET_CLOCK, TOPICS, Kind
from shared.types import SECOND_US, Scope, ScopeKind, Time

UNREAD_US_MAX = 2 * SECOND_US


class ReaderStopped(Exception):
    """An event of another room cannot be read or handled; going on would lose it."""


class Shard:
    """The state of one shard and what it has done since its last commit. set_aside: (topic, offset)
    -> error of what a replay knows to be set aside, whatever its handler says now.
    """

    def __init__(
        self, room: Room, row: ShardRow, state: State, latest: Latest, release: str
    ) -> None:
        self.room, self.row, self.state, self.latest = room, row, state, latest
        self.number, self.release = row.shard, release
        self.commands = Table("commands", CommandRow, ("command_id",), keep=never)
        self.quarantine = Quarantine(row.shard)
        self.set_aside: dict[tuple[str, int], str] = {}
        self.at = At(row.at, row.market_at)
        self._state_tables = state.tables()
        others = (self.commands, self.quarantine.table)
        self.tables: tuple[Table[Any], ...] = (*self._state_tables, *others)
        self.next, self.seq_in, self.seq_out = dict(row.next), dict(row.seq_in), dict(row.seq_out)
        self.last: dict[str, bytes] = {}
        self.gaps: set[str] = set()
        self._unreadable: dict[tuple[str, int], str] = {}
        self.observations: list[tuple[str, str, bytes]] = []
        self.said: list[Message] = []
        self.errors: list[str] = []
        self.handled = self.duplicates = 0
        self.begins = True
        self._under: Record | None = None
        self._routes = room.routes()
        self._begin()

    def _begin(self) -> None:
        self.journal = Journal()
        self._outputs: list[Output] = []
        self._quarantined: list[Quarantined] = []
        self._changed = False
        self._unread_since: Time | None = None

    def take(self, record: Record) -> Message | None:
        """The message of a record of this shard's own partition, or None when it was seen or must
        wait.

        Raises ReaderStopped for an event that cannot be read.
        """
        topic = record.topic
        if record.offset < self.next.get(topic, 0):
            return None
        self.next[topic] = record.offset + 1
        self.last[topic] = record.raw
        try:
            message = codec.decode(topic, record.raw)
        except codec.Unreadable as error:
            if TOPICS[topic].kind is not Kind.COMMAND:
                raise ReaderStopped(f"offset {record.offset}: {error}") from error
            self._unreadable[topic, record.offset] = str(error)
            return None
        if isinstance(message, Event):
            return message if self._in_order(topic, message.seq) else None
        return message

    def _in_order(self, topic: str, seq: int) -> bool:
        wanted = self.seq_in.get(topic, 0) + 1
        if seq == wanted:
            self.seq_in[topic] = seq
            self.gaps.discard(topic)
            return True
        if seq > wanted:
            self.gaps.add(topic)
        else:
            self.duplicates += 1
        return False

    def _park(self, record: Record, why: str) -> None:
        command_id = codec.command_id_of(record.raw)
        self.errors.append(f"parked offset {record.offset}: {why}")
        self._emit(
            CommandRefused(command_id=command_id, code="COMMAND_UNREADABLE", text=why), command_id
        )
        self._alert("COMMAND_PARKED", Scope(kind=ScopeKind.ALL), why, command_id)

    def _alert(self, code: str, scope: Scope, text: str, cause: str | None = None) -> None:
        if AlertRaised in self._routes:
            self._emit(AlertRaised(code=code, scope=scope, text=text), cause)

    def handle(self, record: Record, message: Message | None) -> None:
        """Decide one message of this shard's own partition (None: note that its record was passed,
        and refuse it where it was unreadable).
        """
        self.journal.note(record)
        self._under = record
        if self._unread_since is None and record.topic != MARKET_CLOCK:
            self._unread_since = self.at.wall
        if message is None:
            why = self._unreadable.pop((record.topic, record.offset), None)
            if why is not None:
                self._park(record, why)
            return
        if isinstance(message, Command):
            if self.commands.get(message.command_id) is not None:
                self.duplicates += 1
                return
            self._decided(message)
        self.at = self._time(message)
        account = getattr(message, "account_id", "")
        if isinstance(message, ReleaseAccount):
            self._release(message)
        elif account and self.quarantine.holds(account) and not isinstance(message, CancelOrder):
            self._put_aside(record, account, HELD)
        else:
            self._run(record, message, account)

    def observe(self, record: Record, seen: Observation) -> None:
        """Let a handler look at an observation that `latest` already holds."""
        before, self.at, self._under = self.at, self._time(seen), None
        if not self._attempt(seen):
            self.at = before
        else:
            self.journal.saw(None, seen, handled=True)

    def _time(self, message: Message) -> At:
        return At(max(self.at.wall, message.at), max(self.at.market, message.market_at))

    def _run(self, record: Record, message: Message, account: str) -> None:
        known = self.set_aside.get((record.topic, record.offset))
        if known is not None:
            self._put_aside(record, account, known)
            return
        try:
            self._attempt(message)
        except ReaderStopped:
            raise
        except Exception as error:
            if not account:
                raise ReaderStopped(f"{type(message).__name__}: {error!r}") from error
            self._put_aside(record, account, repr(error))

    def _attempt(self, message: Message) -> bool:
        handler = self.room.handlers.get(type(message))
        if handler is None:
            return False
        marks = [(table, table.mark()) for table in self._state_tables]
        try:
            outputs = handler(message, self.state, self.at)
        except Exception:
            for table, mark in marks:
                table.revert(mark)
            self.latest.drop_evidence()
            raise
        changed = sum(table.merge(mark) for table, mark in marks) > 0
        return self._accept(message, outputs, changed)

    def _accept(self, message: Message, outputs: Any, changed: bool) -> bool:
        events = [output for output in outputs if isinstance(output, Event | Command)]
        for output in outputs:
            if isinstance(output, Observation):
                self._say(output)
        if not (changed or events) and self._under is None:
            self.latest.drop_evidence()  # an observation that changed nothing is not handled again
            return False
        for seen in self.latest.take_evidence():
            self.journal.saw(self._under, seen)
        if not (changed or events):
            return False
        self._changed = True
        name = "command_id" if isinstance(message, Command) else "cause"
        cause = getattr(message, name, None)
        for event in events:
            self._emit(event, cause)
        self.handled += 1
        return True

    def _decided(self, command: Command) -> None:
        kind = type(command).__name__
        self.commands.put(
            CommandRow(
                command_id=command.command_id, body_hash=command.body_hash, kind=kind, at=command.at
            )
        )
        self._changed = True

    def _put_aside(self, record: Record, account: str, error: str) -> None:
        self.quarantine.put(record, account, error)
        self.journal.set_aside.append(SetAside(*record[:3], error))
        self._changed = True
        self.errors.append(
            f"account {account} set aside at {record.topic} {record.offset}: {error}"
        )
        if error != HELD:
            self._quarantined.append(told(record, account, error))
            scope = Scope(kind=ScopeKind.ACCOUNT, name=account)
            self._alert("ACCOUNT_QUARANTINED", scope, f"{record.topic} {record.offset}: {error}")

    def _release(self, command: ReleaseAccount) -> None:
        account, waiting = command.account_id, self.quarantine.release(command.account_id)
        for record in waiting:
            self.journal.released.append(record[:3])
            if self.quarantine.holds(account):
                self._put_aside(record, account, HELD)
            else:
                self._run(record, codec.decode(record.topic, record.raw), account)
        answer = self.quarantine.answer(command, self.room.name, len(waiting))
        self._emit(answer, command.command_id)

    def _emit(self, said: Event | Command, cause: str | None = None) -> None:
        self._changed = True
        if isinstance(said, Command):  # it has an id, and no number
            told = msgspec.structs.replace(said, at=self.at.wall, market_at=self.at.market)
            self._outputs.append(self._output(self.room.hands[type(said)], told))
            return
        topics = self._routes.get(type(said))
        if topics is None:
            raise ReaderStopped(f"{self.room.name} has no topic that carries {type(said).__name__}")
        stamped = [self._stamp(topic, said, cause) for topic in topics]
        self._outputs += [self._output(*pair) for pair in zip(topics, stamped, strict=True)]
        self.said.append(stamped[-1])

    def _stamp(self, topic: str, event: Event, cause: str | None = None) -> Event:
        seq = self.seq_out.get(topic, 0) + 1
        self.seq_out[topic] = seq
        return msgspec.structs.replace(
            event,
            seq=seq,
            at=self.at.wall,
            market_at=self.at.market,
            cause=event.cause if event.cause is not None else cause,
        )

    def _output(self, topic: str, said: Event | Command) -> Output:
        return Output(topic, said.firm_id or str(self.number), msgspec.Raw(codec.encode(said)))

    def _say(self, seen: Observation) -> None:
        key = getattr(seen, "firm_id", "") or str(self.number)
        for topic in self._routes[type(seen)]:
            self.observations.append((topic, key, codec.encode(seen)))

    def has_news(self) -> bool:
        """Whether to commit: a change, an output, a long journal, reading not told for a while."""
        since = self._unread_since or self.at.wall
        return self._changed or self.journal.is_long() or self.at.wall - since > UNREAD_US_MAX

    def harvest(self) -> tuple[ShardRow, list[Output]]:
        """The new shard row (its `version` is the one to be replaced) and the outbox, journal
        entry first.
        """
        entry = self.journal.entry(self.release, begins=self.begins)
        journal = self.room.journal
        first = [self._stamp(journal, event) for event in (entry, *self._quarantined)]
        outputs = [*(self._output(journal, event) for event in first), *self._outputs]
        hashes = {topic: codec.fingerprint(raw) for topic, raw in self.last.items()}
        row = msgspec.structs.replace(
            self.row,
            next=dict(self.next),
            last_hash={**self.row.last_hash, **hashes},
            seq_in=dict(self.seq_in),
            seq_out=dict(self.seq_out),
            at=self.at.wall,
            market_at=self.at.market,
            release=self.release,
        )
        return row, outputs

    def settle(self, row: ShardRow) -> None:
        """The commit is done: what was changed is stored."""
        self.row = msgspec.structs.replace(row, version=row.version + 1)
        for table in self.tables:
            table.settle()
        self.last, self.begins = {}, False
        self._begin()
