"""Ids that follow from other ids, so that a decision replayed makes the same ones."""

from __future__ import annotations

from hashlib import sha1
from uuid import NAMESPACE_URL, uuid5

_NAMESPACE = sha1(uuid5(NAMESPACE_URL, "plimsoll").bytes, usedforsecurity=False)
_VERSION = "5"
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
"""RFC 9562, section 5.5: the first digits of the third and fourth group."""


def derived_id(*parts: str | int) -> str:
    """A UUID (version 5) made from the parts, the same for the same parts."""
    named = _NAMESPACE.copy()
    named.update("/".join(map(str, parts)).encode())
    text = named.hexdigest()
    third, fourth = _VERSION + text[13:16], _VARIANT[text[16]] + text[17:20]
    return f"{text[:8]}-{text[8:12]}-{third}-{fourth}-{text[20:32]}"
