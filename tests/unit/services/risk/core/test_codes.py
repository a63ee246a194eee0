"""Every code is told in one table, and the document has the same one."""

from __future__ import annotations

import re
from pathlib import Path

from services.risk.core import codes
from services.risk.core.limits import NAMES

ROOT = Path(__file__).parents[5]
DOCUMENT = (ROOT / "docs" / "risk.md").read_text()


def test_every_code_of_the_module_has_its_meaning() -> None:
    named = {value for name, value in vars(codes).items() if name == value}
    assert named == set(codes.VIOLATIONS)


def test_codes_are_category_and_condition() -> None:
    for code in codes.VIOLATIONS:
        assert re.fullmatch(r"[A-Z]+(_[A-Z]+)+", code), code


def test_the_document_has_every_code_with_the_same_meaning_and_no_other() -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|$", DOCUMENT, re.MULTILINE))
    told = {code: text for code, text in rows.items() if code in codes.VIOLATIONS}
    assert told == codes.VIOLATIONS


def test_the_document_has_every_limit() -> None:
    assert set(re.findall(r"^\| `([a-z_]+)` \|", DOCUMENT, re.MULTILINE)) >= set(NAMES)


def test_every_code_that_a_core_file_names_as_text_is_in_the_document() -> None:
    folder = ROOT / "services" / "risk" / "core"
    found: set[str] = set()
    for path in folder.glob("*.py"):
        found |= set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', path.read_text()))
    missing = {code for code in found if f"`{code}`" not in DOCUMENT}
    assert missing == set()


def test_texts_that_clients_match_on() -> None:
    assert codes.BUYING_POWER_TEXT == "insufficient buying power"
    assert codes.quantity_text(23, 0) == (
        "insufficient qty available for order (requested: 23, available: 0)"
    )
