"""What the loop itself says: signs of life, and the journal of what was handled in which order."""

from __future__ import annotations

import msgspec

from shared.messages import Event, Observation


class RoomAlive(Observation, frozen=True, kw_only=True, tag=True):
    """A shard of a room is alive and has handled everything up to a ClockAdvanced."""

    room: str
    process: str
    partition: int
    lag: int = 0


class Run(msgspec.Struct, frozen=True, array_like=True):
    """A stretch of one topic partition handled in one go: raw offsets, both ends included."""

    topic: str
    partition: int
    first: int
    last: int


class Observed(msgspec.Struct, frozen=True, array_like=True):
    """An observation that a handler used: known before the record `offset` of `runs[run]` was
    handled,
    or, where `offset` is -1, after that whole run (-1: before the first).

    `handled`: it was itself handled as a message and changed something.
    """

    run: int
    offset: int
    key: str
    body: msgspec.Raw
    handled: bool = False


class SetAside(msgspec.Struct, frozen=True, array_like=True):
    """A record that went into quarantine, and why."""

    topic: str
    partition: int
    offset: int
    error: str


class Consumed(Event, frozen=True, kw_only=True, tag=True):
    """What one commit of a shard handled, in handling order, and what it observed. Replay feeds
    it again in that order.

    begins: the first one of a process, which had forgotten every observation of those before it.
    """

    runs: tuple[Run, ...]
    set_aside: tuple[SetAside, ...] = ()
    released: tuple[tuple[str, int, int], ...] = ()
    observed: tuple[Observed, ...] = ()
    release: str = ""
    begins: bool = False


class Quarantined(Event, frozen=True, kw_only=True, tag=True):
    """A message whose handler raised twice; it and all later ones of its account are set aside."""

    topic: str
    partition: int
    offset: int
    error: str


class AccountReleased(Event, frozen=True, kw_only=True, tag=True):
    """A room fed an account's quarantined messages to their handlers again: the answer to
    ReleaseAccount. `fed` counts them; `held` are those that are in quarantine again.
    """

    room: str
    fed: int
    held: int
