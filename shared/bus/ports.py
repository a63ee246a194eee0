"""What the loop needs of a log. Positions are raw offsets; a partition is named by topic and
number.
"""

from __future__ import annotations

from asyncio import Future
from typing import Literal, NamedTuple, Protocol

Where = int | Literal["start", "end"]


class Partition(NamedTuple):
    """One partition of one topic."""

    topic: str
    number: int


class Record(NamedTuple):
    """One record as it lies in the log."""

    topic: str
    partition: int
    offset: int
    raw: bytes


class Bounds(NamedTuple):
    """The first offset kept and the offset the next record will get."""

    first: int
    end: int


class Reader(Protocol):
    """Reads partitions that were assigned by hand."""

    async def assign(self, positions: dict[Partition, Where]) -> None:
        """Read these partitions from these positions on."""

    async def poll(self, timeout_s: float) -> list[Record]:
        """Records that came, per partition in order; empty after the time-out."""

    async def bounds(self, partitions: list[Partition]) -> dict[Partition, Bounds]:
        """First and end offset of each."""

    async def records_at(self, offsets: dict[Partition, int]) -> dict[Partition, Record]:
        """One record of each partition; those that are not there are missing from the answer."""

    async def close(self) -> None:
        """Let go of the connection."""


class Writer(Protocol):
    """Appends records, in order, each exactly where it is told to."""

    async def send(self, topic: str, partition: int, key: str, raw: bytes) -> Future[object]:
        """Hand over one record. The future ends when the log has it on disk, or with the error."""

    async def close(self) -> None:
        """Wait for what was handed over and let go of the connection."""
