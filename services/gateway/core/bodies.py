"""Reading a body: JSON into a struct, with the documented problem for everything that is wrong."""

from __future__ import annotations

import hashlib
import json
from typing import Any, TypeVar

import msgspec

from services.gateway.core.problems import Problem, invalid, malformed
from shared.types import Time

Body = TypeVar("Body")
BYTES_MAX = 64 * 1024
TEXT_MAX = 512


class _NotANumber(ValueError):
    """NaN or Infinity, which some encoders write although they are no JSON."""


def decode(decoder: msgspec.json.Decoder[Body], raw: bytes) -> Body:
    """The struct in a body. Raises Problem: 400 for what is no JSON, 422 for what does not fit."""
    try:
        return decoder.decode(raw or b"{}")
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _why(raw, error) from None


def _why(raw: bytes, error: Exception) -> Problem:
    try:
        json.loads(raw or b"{}", parse_constant=_refuse_constant)
    except _NotANumber as word:
        return invalid(f"{word} is not a number that can be used")
    except (ValueError, RecursionError):
        return malformed()
    return invalid(str(error)) if isinstance(error, msgspec.ValidationError) else malformed()


def _refuse_constant(word: str) -> Any:
    raise _NotANumber(word)


def text(value: str | None, name: str, length_max: int = TEXT_MAX) -> str:
    """A text that can be stored and shown; empty where it is absent."""
    if not value:
        return ""
    if len(value) > length_max:
        raise invalid(f"{name} must be no more than {length_max} characters")
    if not value.isprintable():
        raise invalid(f"{name} has characters that cannot be printed")
    return value


def needed(value: str | None, name: str, length_max: int = TEXT_MAX) -> str:
    """The same, where it must be there."""
    if not value or not value.strip():
        raise invalid(f"{name} is required")
    return text(value, name, length_max)


def moment(value: str, name: str) -> Time:
    """A time of a body, RFC 3339. Raises Problem."""
    try:
        return Time.parse(value)
    except (ValueError, OverflowError):
        raise invalid(f"{name} must be a time with an offset, as in RFC 3339") from None


def body_hash(raw: bytes) -> str:
    """The same for bodies that say the same, whatever their spaces and order of fields."""
    said = json.loads(raw or b"{}", parse_float=str, parse_int=str)
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def change_hash(order_id: str, raw: bytes) -> str:
    """The same for the same change of the same order."""
    return hashlib.sha256(f"{order_id} {body_hash(raw)}".encode()).hexdigest()
