"""Generated documents are what the code generates today."""

from __future__ import annotations

from pathlib import Path

from services.oms import lifecycle
from services.oms.core import order
from shared import catalogue
from tests.tidy.tree import ROOT


def stale(pages: dict[str, str], folder: Path) -> list[str]:
    """Pages that differ from what stands in the folder, and schemas of messages that are gone."""
    differ = [
        name
        for name, content in pages.items()
        if not (folder / name).exists() or (folder / name).read_text() != content
    ]
    present = {f"schemas/{path.name}" for path in folder.glob("schemas/*.json")}
    return sorted({*differ, *(present - set(pages))})


def test_the_catalogue_is_fresh() -> None:
    assert stale(catalogue.pages(), ROOT / "docs") == [], "run `make catalogue`"


def test_the_life_of_an_order_is_fresh() -> None:
    pages = {lifecycle.PAGE: lifecycle.page()}
    written = (ROOT / "docs" / lifecycle.PAGE).read_text()
    assert pages[lifecycle.PAGE] == written, "run `make catalogue`"


def test_the_life_of_an_order_has_a_line_for_every_status_and_an_arrow_for_every_change() -> None:
    rows = lifecycle.table().splitlines()[2:]
    assert [row.split("**")[1] for row in rows] == list(order.TRANSITIONS)
    moves = {
        (status, found, move)
        for status, found_by in order.TRANSITIONS.items()
        for move, found in found_by.items()
        if found is not None and found is not status
    }
    drawn = set()
    for line in lifecycle.diagram().splitlines():
        if ": " in line and "_under" not in line:
            arrow, _, named = line.strip().partition(": ")
            status, _, found = arrow.partition(" --> ")
            drawn |= {(status, found, move) for move in named.split(", ")}
    assert drawn == moves


def test_a_changed_a_missing_and_a_forgotten_page_are_found(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    for name in ("same.md", "changed.md", "schemas/Gone.json"):
        (tmp_path / name).write_text("old")
    pages = {"same.md": "old", "changed.md": "new", "missing.md": "new"}
    assert stale(pages, tmp_path) == ["changed.md", "missing.md", "schemas/Gone.json"]
