"""Ids that follow from other ids, so that a decision replayed makes the same ones."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

_NAMESPACE = uuid5(NAMESPACE_URL, "plimsoll")


def derived_id(*parts: str | int) -> str:
    """A UUID (version 5) made from the parts, the same for the same parts."""
    return str(uuid5(_NAMESPACE, "/".join(str(part) for part in parts)))
