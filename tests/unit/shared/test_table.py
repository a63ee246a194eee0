"""A watched table tells every change, also those that are taken back."""

from __future__ import annotations

from typing import Any

import msgspec

from shared.table import Table, never


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


def test_a_row_is_found_under_what_it_says_now_and_again_after_it_was_taken_back() -> None:
    table: Table[Row] = Table(
        "rows",
        Row,
        ("name",),
        indexes=("value", "large"),
        found_under=lambda row: (row.value, True if row.value > 1 else None),
    )
    one, two = Row(name="a", value=1), Row(name="a", value=2)
    table.put(one)
    table.settle()
    table.put(two)
    assert (table.by("value", 1), table.by("value", 2), table.by("large", True)) == (
        [],
        [two],
        [two],
    )
    table.rollback()
    assert (table.by("value", 1), table.by("value", 2), table.by("large", True)) == ([one], [], [])


def test_rows_that_are_only_written_leave_memory_once_they_are() -> None:
    table: Table[Row] = Table("rows", Row, ("name",), keep=never)
    table.put(Row(name="a", value=1))
    assert len(table) == 1
    table.settle()
    assert len(table) == 0
