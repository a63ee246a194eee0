"""State as tables of frozen rows in memory: what a shard knows, what it changed, and how to take
that back.

A room's state is a handful of `Table`s. Handlers read and `put` rows; nothing else changes. The
loop asks for what
changed, writes it in one transaction and calls `settle`, or calls `rollback` when a handler
raised. Rows that
`keep` no longer wants (a closed order) leave memory once they are written; a message that names
one has it
loaded again before its handler runs. Iteration is always in key order, so state lived equals
state loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from shared.messages import Observation
from shared.types import Time

Row = TypeVar("Row", bound=msgspec.Struct)
Seen = TypeVar("Seen", bound=Observation)
Key = tuple[str, ...]
Index = dict[Hashable, dict[Key, None]]
Found = tuple[Hashable | None, ...]


class At(NamedTuple):
    """The time of a shard: the largest wall time and market time it has handled."""

    wall: Time
    market: Time


def never(_: object) -> bool:
    """What `keep` says of rows that are only written."""
    return False


class Table(Generic[Row]):
    """Rows of one kind by key.

    name: the PostgreSQL table in the room's schema; row: the struct, its fields are the columns;
    key: the fields of the primary key (text columns);
    indexes: the names of its indexes; found_under: a row -> the value it is found under in each of
    them (None: not in that index); keep: whether a written row stays in memory; live_sql: the same
    condition in SQL, used when a shard is loaded; append_only: rows are only ever inserted;
    watch: told of every change of a row, `watch(old, new)`, None for no row. Loading, putting,
    deleting and taking back are all told, so what is derived is right whatever the loop does; a row
    that leaves memory is told as gone.
    """

    def __init__(
        self,
        name: str,
        row: type[Row],
        key: tuple[str, ...],
        *,
        indexes: tuple[str, ...] = (),
        found_under: Callable[[Row], Found] = lambda _: (),
        keep: Callable[[Row], bool] | None = None,
        live_sql: str = "true",
        append_only: bool = False,
        watch: Callable[[Row | None, Row | None], None] | None = None,
    ) -> None:
        self.name, self.row, self.key = name, row, key
        self._key_fields, self._is_wide = attrgetter(*key), len(key) > 1
        self.keep, self.live_sql, self.append_only = keep, live_sql, append_only
        self._rows: dict[Key, Row] = {}
        self._indexes: dict[str, Index] = {name: {} for name in indexes}
        self._found_under, self._nowhere = found_under, (None,) * len(indexes)
        self._watch = watch
        self._is_plain = not indexes and watch is None
        self._before: dict[Key, Row | None] = {}

    def get(self, *key: str) -> Row | None:
        """The row with that key, or None."""
        return self._rows.get(key)

    def put(self, row: Row) -> None:
        """Insert or replace a row."""
        found = self._key_fields(row)
        key = found if self._is_wide else (found,)
        old = self._rows.get(key)
        self._before.setdefault(key, old)
        if self._is_plain:
            self._rows[key] = row
        else:
            self._set(key, old, row)

    def delete(self, *key: str) -> None:
        """Remove a row; nothing happens when there is none."""
        old = self._rows.get(key)
        if old is not None:
            self._before.setdefault(key, old)
            self._set(key, old, None)

    def by(self, index: str, value: Hashable) -> list[Row]:
        """The rows found under `value` in an index, in key order."""
        keys = self._indexes[index].get(value)
        return [self._rows[key] for key in sorted(keys)] if keys else []

    def rows(self) -> Iterator[Row]:
        """Every row in memory, in key order."""
        return (self._rows[key] for key in sorted(self._rows))

    def __len__(self) -> int:
        return len(self._rows)

    def key_of(self, row: Row) -> Key:
        """The key of a row."""
        found = self._key_fields(row)
        return found if self._is_wide else (found,)

    def load(self, rows: Iterable[Row]) -> None:
        """Take rows as stored: no change, nothing to write. A row already in memory is left as it
        is.
        """
        for row in rows:
            key = self.key_of(row)
            if key not in self._rows:
                self._set(key, None, row)

    def changed(self) -> tuple[list[Row], list[Key]]:
        """Rows to upsert and keys to delete since the last settle, in key order."""
        keys = sorted(key for key, old in self._before.items() if self._rows.get(key) is not old)
        upserts = [self._rows[key] for key in keys if key in self._rows]
        return upserts, [key for key in keys if key not in self._rows]

    def is_changed(self) -> bool:
        """Whether anything differs from what is stored."""
        return bool(self._before)

    def mark(self) -> dict[Key, Row | None]:
        """Begin a stretch that can be taken back by itself: returns what `merge` or `revert`
        needs.
        """
        outer, self._before = self._before, {}
        return outer

    def merge(self, outer: dict[Key, Row | None]) -> bool:
        """Keep what changed since `mark`; True if anything did."""
        inner, self._before = self._before, outer
        if not inner:
            return False
        for key, old in inner.items():
            outer.setdefault(key, old)
        return True

    def revert(self, outer: dict[Key, Row | None]) -> None:
        """Take back what changed since `mark`."""
        self.rollback()
        self._before = outer

    def rollback(self) -> None:
        """Take back everything since the last settle (or mark)."""
        for key, old in self._before.items():
            self._set(key, self._rows.get(key), old)
        self._before = {}

    def settle(self) -> None:
        """What changed is stored now; rows that need not be kept leave memory."""
        self.forget(self._before)
        self._before = {}

    def forget(self, keys: Iterable[Key]) -> None:
        """Rows leave memory again (what was loaded for one batch, what was stored), unless `keep`
        wants them.
        """
        rows, keep = self._rows, self.keep
        if keep is None:
            return
        if keep is never and self._is_plain:
            for key in keys:
                rows.pop(key, None)
            return
        for key in keys:
            row = rows.get(key)
            if row is None or keep(row):
                continue
            if self._is_plain:
                del rows[key]
            else:
                self._set(key, row, None)

    def _set(self, key: Key, old: Row | None, new: Row | None) -> None:
        if new is None:
            self._rows.pop(key, None)
        else:
            self._rows[key] = new
        if self._nowhere:
            before = self._nowhere if old is None else self._found_under(old)
            after = self._nowhere if new is None else self._found_under(new)
            if before != after:
                self._file(key, before, after)
        if self._watch is not None and old is not new:
            self._watch(old, new)

    def _file(self, key: Key, before: Found, after: Found) -> None:
        for index, left, entered in zip(self._indexes.values(), before, after, strict=True):
            if left == entered:
                continue
            if left is not None:
                keys = index[left]
                del keys[key]
                if not keys:
                    del index[left]
            if entered is not None:
                index.setdefault(entered, {})[key] = None


class Latest:
    """The newest observation of each kind and key. What a handler reads here is recorded as
    evidence for the journal.

    `shared` is one dict for all shards of a process; the record of what was read belongs to one
    shard. `newest` and `noted` (what the journal has) may be looked at, never changed, by who reads
    so often that `read` is too slow: what is not noted must still be read with `read`.
    """

    def __init__(self, shared: dict[tuple[type, str], Observation] | None = None) -> None:
        self.newest = {} if shared is None else shared
        self._read: dict[tuple[type, str], Observation] = {}
        self.noted: dict[tuple[type, str], Observation] = {}

    def set(self, key: str, seen: Observation) -> None:
        """Keep an observation as the newest of its kind and key; an older one (by market time,
        then time) is dropped.
        """
        name = (type(seen), key)
        old = self.newest.get(name)
        if old is None or (seen.at, seen.market_at) >= (old.at, old.market_at):
            self.newest[name] = seen

    def replace(self, key: str, seen: Observation) -> None:
        """Keep an observation whatever is known (replay tells what was known then)."""
        self.newest[(type(seen), key)] = seen

    def read(self, kind: type[Seen], key: str) -> Seen | None:
        """The newest observation of that kind and key; remembered as evidence."""
        name = (kind, key)
        seen = self.newest.get(name)
        if seen is not None and self.noted.get(name) is not seen:
            self._read[name] = seen
        return seen  # type: ignore[return-value]

    def take_evidence(self) -> list[Observation]:
        """What was read since the last call and had not been told before, in order of reading."""
        evidence = list(self._read.values())
        self.noted.update(self._read)
        self._read.clear()
        return evidence

    def drop_evidence(self) -> None:
        """What was read led to nothing that a replay would do again."""
        self._read.clear()


class State:
    """What one shard of a room knows. A room subclasses it and creates its tables in `__init__`."""

    def __init__(self, latest: Latest) -> None:
        self.latest = latest

    def tables(self) -> tuple[Table[Any], ...]:
        """The room's tables, in the order of their attributes."""
        return tuple(value for value in vars(self).values() if isinstance(value, Table))
