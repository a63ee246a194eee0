"""The rows that the loop itself keeps for every shard: its numbers, its outbox, decided commands,
quarantine.
"""

from __future__ import annotations

import msgspec

from shared.types import Time


class ShardRow(msgspec.Struct, frozen=True, kw_only=True):
    """Every offset, number and time of a shard, by topic. `next` is the first one not handled."""

    shard: int
    version: int = 0
    next: dict[str, int] = {}
    last_hash: dict[str, str] = {}
    seq_in: dict[str, int] = {}
    seq_out: dict[str, int] = {}
    at: Time = Time(0)
    market_at: Time = Time(0)
    release: str = ""


class CommandRow(msgspec.Struct, frozen=True, kw_only=True):
    """A command that was decided, for ever."""

    command_id: str
    body_hash: str | None
    kind: str
    at: Time


class QuarantineRow(msgspec.Struct, frozen=True, kw_only=True):
    """A message set aside because its account is in quarantine; `number` is its offset, padded,
    `place` its place among those of its account.
    """

    account_id: str
    topic: str
    number: str
    place: int
    body: str
    error: str


class Output(msgspec.Struct, frozen=True, array_like=True):
    """One record to be relayed to a shard's partition of a topic."""

    topic: str
    key: str
    value: msgspec.Raw


class OutboxRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one commit of one shard put out, as relayed. `version` orders the rows of a shard."""

    shard: int
    version: int
    body: list[Output]
