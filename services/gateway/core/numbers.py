"""Numbers of a body: a JSON number or a string of digits, never an exponent, never rounded."""

from __future__ import annotations

import re
from decimal import Decimal

import msgspec

from services.gateway.core.problems import Problem, invalid
from shared.types import normal

DIGITS_MAX = 30
_PLAIN = re.compile(rb'(?:"(-?\d+(?:\.\d+)?|\.\d+)"|(-?\d+(?:\.\d+)?))\Z')
_NULLS = (b"", b"null")

Raw = msgspec.Raw
ABSENT = msgspec.Raw()


def number(raw: Raw, name: str) -> Decimal | None:
    """The number in a field, None where it is absent or null. Raises Problem for anything else."""
    text = bytes(raw)
    if text in _NULLS:
        return None
    found = _PLAIN.match(text)
    if found is None:
        raise invalid(f"{name} is invalid: a plain decimal number is expected")
    digits = found[1] or found[2]
    if len(digits) > DIGITS_MAX:
        raise invalid(f"{name} is invalid: more than {DIGITS_MAX} digits")
    return normal(Decimal(digits.decode()))


def positive(raw: Raw, name: str, text: str = "") -> Decimal | None:
    """The same, above zero."""
    value = number(raw, name)
    if value is not None and value <= 0:
        raise not_positive(name, text)
    return value


def not_positive(name: str, text: str = "") -> Problem:
    """It must be above zero."""
    return invalid(text or f"{name} must be > 0")


def plain(value: Decimal) -> str:
    """A decimal as clients read it: no exponent, no trailing zeros."""
    text = str(value)
    if "E" in text or ("." in text and text[-1] == "0"):
        return f"{normal(value):f}"
    return text


def plain_or_none(value: Decimal | None) -> str | None:
    """The same, None where there is none."""
    return None if value is None else plain(value)
