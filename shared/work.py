"""What one poll holds for the loop to do, and the stored rows it needs for that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from shared.bus.ports import Record
from shared.commands import ReleaseAccount
from shared.messages import Command, Message
from shared.room import Room
from shared.shard import Shard
from shared.table import Key, Table
from shared.topics import read_by

Wanted = dict[Shard, dict[Table[Any], set[Key]]]
"""Shard -> table -> keys of rows that are not in memory."""

Work = tuple[Shard | None, Record, Message | None]
"""A record, its shard (None: an observation, for all of them) and its message (None: seen
before).
"""


def places(room: Room) -> dict[str, tuple[int, int]]:
    """Topic -> its place in the order in which a poll is handled."""
    order = {topic: number for number, topic in enumerate(room.order)}
    inputs = [topic.name for topic in read_by(room.name)]
    return {name: (order.get(name, -1), number) for number, name in enumerate(inputs)}


async def prefetch(
    room: Room, work: Sequence[Work], ask: Callable[[Wanted], Awaitable[None]]
) -> Wanted:
    """Ask for the rows that a batch needs, and for those that they lead to. Returns all of them."""
    asked: Wanted = {}
    wanted = wanted_rows(room, work)
    while wanted:
        await ask(wanted)
        for shard, tables in wanted.items():
            for table, keys in tables.items():
                asked.setdefault(shard, {}).setdefault(table, set()).update(keys)
        wanted = followed_rows(room, work, asked)
    return asked


def wanted_rows(room: Room, work: Sequence[Work]) -> Wanted:
    """The rows a batch needs that are not in memory: was its command decided, and what it names.
    A release names what the messages name that it feeds again.
    """
    wanted: Wanted = {}
    for shard, _, message in work:
        if shard is None or message is None:
            continue
        if isinstance(message, Command):
            wanted.setdefault(shard, {}).setdefault(shard.commands, set()).add(
                (message.command_id,)
            )
        _add_named(room, shard, message, wanted)
        if isinstance(message, ReleaseAccount):
            for held in shard.quarantine.waiting(message.account_id):
                _add_named(room, shard, held, wanted)
    return wanted


def _add_named(room: Room, shard: Shard, message: Message, wanted: Wanted) -> None:
    names = room.names.get(type(message))
    _add(names(message) if names else (), shard, wanted)


def followed_rows(room: Room, work: Sequence[Work], asked: Wanted) -> Wanted:
    """The rows that those in memory lead to and that were not asked for yet."""
    wanted: Wanted = {}
    if not room.follows:
        return wanted
    for shard, _, message in work:
        if shard is None or message is None:
            continue
        for one in _fed(shard, message):
            follows = room.follows.get(type(one))
            _add(follows(one, shard.state) if follows else (), shard, wanted)
    return _without(wanted, asked)


def _without(wanted: Wanted, asked: Wanted) -> Wanted:
    """What is left, so that a row that does not exist is asked for once."""
    found: Wanted = {}
    for shard, tables in wanted.items():
        for table, keys in tables.items():
            left = keys - asked.get(shard, {}).get(table, set())
            if left:
                found.setdefault(shard, {})[table] = left
    return found


def _fed(shard: Shard, message: Message) -> list[Message]:
    """The message, and what a release feeds again."""
    if isinstance(message, ReleaseAccount):
        return [message, *shard.quarantine.waiting(message.account_id)]
    return [message]


def _add(named: Iterable[tuple[str, Key]], shard: Shard, wanted: Wanted) -> None:
    for table_name, key in named:
        table = getattr(shard.state, table_name)
        if table.get(*key) is None:
            wanted.setdefault(shard, {}).setdefault(table, set()).add(key)
