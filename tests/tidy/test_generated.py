"""Generated documents are what the code generates today."""

from __future__ import annotations

from pathlib import Path

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


def test_a_changed_a_missing_and_a_forgotten_page_are_found(tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    for name in ("same.md", "changed.md", "schemas/Gone.json"):
        (tmp_path / name).write_text("old")
    pages = {"same.md": "old", "changed.md": "new", "missing.md": "new"}
    assert stale(pages, tmp_path) == ["changed.md", "missing.md", "schemas/Gone.json"]
