"""The generated documents are fresh."""

from __future__ import annotations

from pathlib import Path

from shared.catalogue import pages

DOCS = Path(__file__).parents[3] / "docs"


def test_the_generated_documents_are_what_the_generator_writes_now() -> None:
    for name, content in pages().items():
        assert (DOCS / name).read_text() == content, f"{name} is stale: run `make catalogue`"


def test_no_schema_is_left_of_a_message_that_is_gone() -> None:
    written = {name for name in pages() if name.startswith("schemas/")}
    assert {f"schemas/{path.name}" for path in (DOCS / "schemas").glob("*.json")} == written
