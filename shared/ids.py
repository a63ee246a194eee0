"""Ids that follow from other ids, so that a decision replayed makes the same ones."""

from __future__ import annotations

from hashlib import sha1
from uuid import NAMESPACE_URL, uuid5

_NAMESPACE = uuid5(NAMESPACE_URL, "plimsoll").bytes


def derived_id(*parts: str | int) -> str:
    """A UUID (version 5) made from the parts, the same for the same parts."""
    name = "/".join(map(str, parts))
    digest = bytearray(sha1(_NAMESPACE + name.encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50  # RFC 9562, section 5.5: version and variant
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
