"""Reading observations quickly, without hiding one from the journal.

`Latest.read` notes every observation as evidence until the journal has it. A sight remembers the
last one that the journal is known to have: as long as that is still the newest there is nothing to
note, and a look at it is enough. Everything else goes through `Latest.read`.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from shared.events.market import QuoteUpdated
from shared.events.portfolio import AccountValued
from shared.events.runtime import RoomAlive
from shared.messages import Observation
from shared.table import Latest

NEVER = 0
Seen = TypeVar("Seen", bound=Observation)


class Sight(Generic[Seen]):
    """One observation: its name, and the last one of it that the journal has."""

    __slots__ = ("name", "noted")

    def __init__(self, kind: type[Seen], key: str) -> None:
        self.name: tuple[type[Seen], str] = (kind, key)
        self.noted: Seen | None = None


class Sights:
    """The observations of one shard."""

    __slots__ = ("_noted", "latest", "peek")

    def __init__(self, latest: Latest) -> None:
        self.latest = latest
        self.peek = latest.newest.get
        self._noted = latest.noted

    def read(self, sight: Sight[Seen]) -> Seen | None:
        """The newest one; the journal has it, or will."""
        noted = sight.noted
        if self.peek(sight.name) is noted:
            return noted
        kind, key = sight.name
        seen = self.latest.read(kind, key)
        if self._noted.get(sight.name) is seen:
            sight.noted = seen
        return seen


class RoomSights:
    """The signs of life of the rooms that an account depends on.

    As long as the first room's newest sign is the known one and the oldest known sign is fresh
    enough, the others need no look: they can only have become fresher. A process that has just
    started knows none and looks at all; so does a replay of it, which is given them anew.
    """

    __slots__ = ("_oldest", "first", "sights")

    def __init__(self, keys: tuple[str, ...]) -> None:
        self.sights = tuple(Sight(RoomAlive, key) for key in keys)
        self.first = self.sights[0]
        self._oldest = NEVER

    def are_alive(self, since: int, sights: Sights) -> bool:
        """Whether each of them has given a sign of life since that wall time."""
        if self._oldest >= since and sights.peek(self.first.name) is self.first.noted:
            return True
        seen = [sights.read(sight) for sight in self.sights]
        oldest = min(NEVER if one is None else int(one.at) for one in seen)
        is_noted = all(sight.noted is one for sight, one in zip(self.sights, seen, strict=True))
        self._oldest = oldest if is_noted else NEVER  # what may be lost is not remembered
        return oldest >= since


def quote_of(symbol: str) -> Sight[QuoteUpdated]:
    """The sight of a symbol's quote."""
    return Sight(QuoteUpdated, symbol)


def valuation_of(account_id: str) -> Sight[AccountValued]:
    """The sight of an account's valuation."""
    return Sight(AccountValued, account_id)
