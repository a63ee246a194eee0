"""Derived ids are UUIDs of version 5, as the standard library makes them."""

from __future__ import annotations

from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from shared.ids import derived_id


@pytest.mark.parametrize("parts", [("a",), ("child", "order-1", 3), ("ü", ""), ("x" * 300, 0)])
def test_an_id_is_the_uuid_of_its_parts(parts: tuple[str | int, ...]) -> None:
    name = "/".join(str(part) for part in parts)
    assert derived_id(*parts) == str(uuid5(uuid5(NAMESPACE_URL, "plimsoll"), name))
    assert UUID(derived_id(*parts)).version == 5
