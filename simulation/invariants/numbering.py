"""Seq without gaps: what a reader accepts of one topic partition is 1, 2, 3 ..., and a number that
is said twice is said in the same bytes.
"""

from __future__ import annotations

import msgspec

from shared import codec
from shared.bus.ports import Partition
from shared.messages import Message
from simulation.errors import require

NAME = "numbering"


class _Numbered(msgspec.Struct):
    """Of an event nothing but its number."""

    seq: int


_NUMBER = msgspec.json.Decoder(_Numbered)


class Numbering:
    """Reads a log as a reader of it does."""

    def __init__(self) -> None:
        self._said: dict[Partition, dict[int, bytes]] = {}
        self._accepted: dict[Partition, int] = {}

    def accept(self, topic: str, number: int, raw: bytes) -> Message | None:
        """The message of an event's record, if a reader would take it now."""
        name, seq = Partition(topic, number), _NUMBER.decode(raw).seq
        said = self._said.setdefault(name, {})
        before = said.setdefault(seq, raw)
        require(
            before == raw,
            NAME,
            lambda: f"{name} number {seq} in two ways: {before!r} and {raw!r}",
        )
        if seq != self._accepted.get(name, 0) + 1:
            return None
        self._accepted[name] = seq
        return None if topic.endswith(".journal") else codec.decode(topic, raw)

    def check_whole(self) -> None:
        """Nothing that was said is missing before something that came after it."""
        for name, said in self._said.items():
            accepted = self._accepted.get(name, 0)
            require(
                max(said) == accepted,
                NAME,
                lambda: f"{name} ends at {max(said)}, but readers stand before {accepted + 1}",
            )
