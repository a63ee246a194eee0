"""What a transactional room is to the loop: its name, its tables, and one table from message to
handler.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from shared.messages import Command, Message
from shared.table import At, Key, Latest, State
from shared.topics import TOPICS

Handler = Callable[[Any, Any, At], Sequence[Message]]
"""on_x(message, state, at) -> what is to be published. Pure: no I/O, no clock, no randomness, no
config.
"""

MakeState = Callable[[Latest, int], State]
"""Makes the state of one shard: its observations, its number."""

Names = Callable[[Any], Iterable[tuple[str, Key]]]
"""names(message) -> (table, key) of the older rows that its handler may look at."""

Follows = Callable[[Any, Any], Iterable[tuple[str, Key]]]
"""follows(message, state) -> further older rows, which those in memory by now lead to."""


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """One transactional room.

    name: as in TOPICS (`venue.paper`); schema: its PostgreSQL schema; state: the class of one
    shard's state;
    handlers: message type -> handler; names: message type -> older rows to prefetch;
    follows: message type -> rows that these lead to, asked until nothing new is named;
    order: topics in the order a poll handles them (those not named come first).
    hands: command type -> the inbox that it is put into, when a handler returns one.
    sends: what makes a link send something, and is_fill: which of its reports is a fill; both only
    name the kill points B1 to B3.
    Events go to every topic of the room that carries their type; the loop sets seq, at,
    market_at, and `cause`
    where the handler left it None (the id of the command, or the cause of the event, that was
    handled).
    """

    name: str
    schema: str
    state: type[State]
    handlers: dict[type[Message], Handler]
    names: dict[type[Message], Names] = {}
    follows: dict[type[Message], Follows] = {}
    order: tuple[str, ...] = ()
    hands: dict[type[Command], str] = {}
    sends: frozenset[type[Message]] = frozenset()
    is_fill: Callable[[Message], bool] = lambda _: False

    @property
    def journal(self) -> str:
        """The topic of its journal."""
        return f"{self.name}.journal"

    def routes(self) -> dict[type[Message], tuple[str, ...]]:
        """Message type -> the topics of the room that carry it."""
        found: dict[type[Message], tuple[str, ...]] = {}
        for topic in TOPICS.values():
            if topic.writer == self.name:
                for kind in topic.carries:
                    found[kind] = (*found.get(kind, ()), topic.name)
        return found
