"""What docs/views.md says, as data: the columns of each view, the fields of each measurement."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "views.md"
VIEWS, MEASUREMENTS = "PostgreSQL views", "InfluxDB measurements"


def _tables(part: str) -> dict[str, list[str]]:
    """Heading -> the names in the first column of the table under it."""
    found: dict[str, list[str]] = {}
    (text,) = (one for one in PAGE.read_text().split("\n## ") if one.startswith(part))
    for section in text.split("\n### ")[1:]:
        title, _, body = section.partition("\n")
        names = re.findall(r"^\| `([a-z0-9_]+)`", body, re.MULTILINE)
        for name in re.findall(r"`([a-z0-9_]+)`", title):
            found[name] = names
    return found


def documented_columns() -> dict[str, list[str]]:
    """View -> its columns in order."""
    return _tables(VIEWS)


def documented_fields() -> dict[str, list[str]]:
    """Measurement -> its tags and fields."""
    return _tables(MEASUREMENTS)
