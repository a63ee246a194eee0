"""Messages as JSON and back. A decimal never carries an exponent or trailing zeros on the wire
and is never rounded.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any, Union

import msgspec

from shared.messages import Message
from shared.topics import TOPICS
from shared.types import Time, normal


class Unreadable(Exception):
    """The bytes are no message of that topic."""


def _encode_other(value: Any) -> Any:
    if isinstance(value, Time):
        return str(value)
    raise NotImplementedError(f"no wire form for {type(value).__name__}")


def decode_other(kind: type, value: Any) -> Any:
    """msgspec's hook for our own types."""
    if kind is Time:
        return Time.parse(value)
    raise NotImplementedError(f"no value of {kind.__name__}")


_ENCODER = msgspec.json.Encoder(enc_hook=_encode_other)


def _plain(value: Decimal) -> Decimal | msgspec.Raw:
    text = str(value)
    if "E" not in text and not ("." in text and text[-1] == "0") and text != "-0":
        return value
    if not value.is_finite():
        return value
    return msgspec.Raw(f'"{normal(value):f}"'.encode())


def _canonical(value: Any) -> Any:
    """The same value with every decimal in plain form; the value itself when all of them are."""
    kind = type(value)
    if kind is Decimal:
        return _plain(value)
    if isinstance(value, msgspec.Struct):
        changed: dict[str, Any] = {}
        for name in _FIELDS.get(kind) or _decimal_fields(kind):
            old = getattr(value, name)
            if old is not None:
                new = _plain(old) if type(old) is Decimal else _canonical(old)
                if new is not old:
                    changed[name] = new
        return msgspec.structs.replace(value, **changed) if changed else value
    if isinstance(value, (tuple, list)):
        items = [_canonical(item) for item in value]
        same = all(new is old for new, old in zip(items, value, strict=True))
        return value if same else kind(items)
    if isinstance(value, dict):
        return {name: _canonical(item) for name, item in value.items()}
    return value


_FIELDS: dict[type, tuple[str, ...]] = {}


def _decimal_fields(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields of a struct that hold a decimal somewhere inside."""
    if kind not in _FIELDS:
        _FIELDS[kind] = tuple(
            field.name for field in msgspec.structs.fields(kind) if _holds_decimal(field.type)
        )
    return _FIELDS[kind]


def _holds_decimal(kind: Any) -> bool:
    if kind is Decimal:
        return True
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return bool(_decimal_fields(kind))
    return any(_holds_decimal(inner) for inner in getattr(kind, "__args__", ()))


def encode(value: Any) -> bytes:
    """A message (or any struct) as JSON."""
    return _ENCODER.encode(_canonical(value))


_MADE: dict[Any, msgspec.json.Decoder[Any]] = {}


def decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    """A decoder of `kind` that knows our times; each is made once."""
    if kind not in _MADE:
        _MADE[kind] = msgspec.json.Decoder(kind, dec_hook=decode_other)
    return _MADE[kind]


_DECODERS: dict[str, msgspec.json.Decoder[Any]] = {
    name: decoder(Union[topic.carries])  # noqa: UP007  (a union made of values)
    for name, topic in TOPICS.items()
}


def decode(topic: str, raw: bytes) -> Message:
    """The message in a record of `topic`. Raises Unreadable, naming what is wrong."""
    try:
        return _DECODERS[topic].decode(raw)  # type: ignore[no-any-return]
    except (msgspec.MsgspecError, ValueError, ArithmeticError) as error:
        raise Unreadable(f"{topic}: {error}") from error


def fingerprint(raw: bytes) -> str:
    """A short digest of a record, to tell whether the log is still the one that was read."""
    return hashlib.blake2b(raw, digest_size=16).hexdigest()


def command_id_of(raw: bytes) -> str:
    """The command id in bytes that are no command, as far as one can be found."""
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
    command_id = found.get("command_id") if isinstance(found, dict) else None
    return command_id if isinstance(command_id, str) else ""
