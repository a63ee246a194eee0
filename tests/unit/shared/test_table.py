"""A watched table tells every change, also those that are taken back."""

from __future__ import annotations

from typing import Any

import msgspec

from shared.table import Table


class Row(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    value: int


def test_every_way_a_row_changes_is_told() -> None:
    told: list[tuple[Any, Any]] = []
    table = Table("rows", Row, ("name",), watch=lambda old, new: told.append((old, new)))
    one, two = Row(name="a", value=1), Row(name="a", value=2)
    table.load([one])
    outer = table.mark()
    table.put(two)
    table.put(two)
    table.revert(outer)
    table.delete("a")
    table.rollback()
    assert told == [(None, one), (one, two), (two, one), (one, None), (None, one)]
