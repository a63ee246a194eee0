"""The three kinds of message. A message knows no transport.

Every message has `at` (wall time) and `market_at`, set once, where it enters; an output carries
the largest
its shard has handled. Commands are imperative, events past tense; an observation is conflated,
has no number
and is not kept for ever.
"""

from __future__ import annotations

import msgspec

from shared.types import Time


class Message(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Anything that travels on a topic."""

    at: Time
    market_at: Time


class Command(Message, frozen=True, kw_only=True, tag=True):
    """Something asked for; decided once, for ever. `actor` is the owner of the API key, never a
    field of a body.
    """

    command_id: str
    actor: str
    firm_id: str = ""
    account_id: str = ""
    body_hash: str | None = None


class Event(Message, frozen=True, kw_only=True, tag=True):
    """Something that happened. `seq` numbers a room's voice in one topic partition, without gaps,
    from 1.
    """

    at: Time = msgspec.field(default_factory=Time)
    market_at: Time = msgspec.field(default_factory=Time)
    seq: int = 0
    cause: str | None = None
    firm_id: str = ""
    account_id: str = ""


class Observation(Message, frozen=True, kw_only=True, tag=True):
    """Something seen. The latest wins, by its own time."""
