"""Points in time: integer microseconds since 1970 (UTC) inside, RFC 3339 on the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

SECOND_US = 1_000_000


class Time(int):
    """Microseconds since 1970-01-01T00:00:00Z."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Time:
        """RFC 3339 text with an offset -> Time. Raises ValueError without an offset."""
        return _parsed(text)

    @classmethod
    def of(cls, moment: datetime) -> Time:
        """An aware datetime -> Time."""
        return cls((moment - _EPOCH) // _MICROSECOND)

    @property
    def moment(self) -> datetime:
        """This time as an aware UTC datetime."""
        return _EPOCH + timedelta(microseconds=int(self))

    def __str__(self) -> str:
        return _text(int(self))

    def plus(self, microseconds: int) -> Time:
        """The time that many microseconds later."""
        return Time(int(self) + microseconds)


@lru_cache(maxsize=16_384)
def _parsed(text: str) -> Time:
    """Messages of one poll carry the same few times again and again."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"time without an offset: {text}")
    return Time((moment - _EPOCH) // _MICROSECOND)


@lru_cache(maxsize=16_384)
def _text(time_us: int) -> str:
    second, microsecond = divmod(time_us, SECOND_US)
    fraction = f".{microsecond:06d}" if microsecond else ""
    return f"{_second_text(second)}{fraction}Z"


@lru_cache(maxsize=256)
def _second_text(second: int) -> str:
    return (_EPOCH + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S")
