"""What one poll holds for the loop to do, and the stored rows it needs for that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.bus.ports import Record
from shared.commands import ReleaseAccount
from shared.messages import Command, Message
from shared.room import Room
from shared.shard import Shard
from shared.table import Key, Table
from shared.topics import read_by

Work = tuple[Shard | None, Record, Message | None]
"""A record, its shard (None: an observation, for all of them) and its message (None: seen
before).
"""


def places(room: Room) -> dict[str, tuple[int, int]]:
    """Topic -> its place in the order in which a poll is handled."""
    order = {topic: number for number, topic in enumerate(room.order)}
    inputs = [topic.name for topic in read_by(room.name)]
    return {name: (order.get(name, -1), number) for number, name in enumerate(inputs)}


def wanted_rows(room: Room, work: Sequence[Work]) -> dict[Shard, dict[Table[Any], set[Key]]]:
    """The rows a batch needs that are not in memory: was its command decided, and what it names.
    A release names what the messages name that it feeds again.
    """
    wanted: dict[Shard, dict[Table[Any], set[Key]]] = {}
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


def _add_named(
    room: Room, shard: Shard, message: Message, wanted: dict[Shard, dict[Table[Any], set[Key]]]
) -> None:
    names = room.names.get(type(message))
    for table_name, key in names(message) if names else ():
        table = getattr(shard.state, table_name)
        if table.get(*key) is None:
            wanted.setdefault(shard, {}).setdefault(table, set()).add(key)
