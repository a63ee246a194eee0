"""The scenarios of order states are many, each has its own name, and the table of FIX rows names
those that exist; every row and every house rule is there.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.tidy.tree import ROOT, expect_none

TABLE = ROOT / "docs" / "fix-order-states.md"
SAMPLE = ROOT.parent / "shared" / "scenarios" / "order_states.yaml"
RULES = [f"H{number}" for number in range(1, 15)]
ROWS = {
    "A.1": "abcd", "B.1": "abcdef", "C.1": "abc", "C.2": "a", "C.3": "abc", "D.1": "abc",
    "D.2": "abcd", "E.1": "abcdef", "F.1": "abc", "G.1": "abc", "H.1": "abcd", "I.1": "ab",
    "J.1": "abcd", "K.1": "ab", "L.1": "ab",
}  # fmt: skip
"""The rows of FIX 4.4 Appendix D and FIX 5.0 SP2 volumes 4 and 7."""

NAMED = re.compile(r"`([A-Z]\d*\.?[\w.]*\d[\w.-]*)`")


def read(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(path.read_text())["scenarios"]
    return found


def own() -> list[dict[str, Any]]:
    return [one for path in sorted((ROOT / "tests/scenarios").glob("*.yaml")) for one in read(path)]


def names(scenarios: list[dict[str, Any]]) -> list[str]:
    return [str(one["id"]) for one in scenarios]


def table_rows(text: str) -> dict[str, list[str]]:
    """Row of FIX -> what stands in its last column, once for each time it is listed."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and re.fullmatch(r"[A-L]\.\d\.[a-z]", cells[0]):
            found.setdefault(cells[0], []).append(cells[2])
    return found


def test_there_are_at_least_eighty_scenarios_and_no_two_of_one_name() -> None:
    counted = Counter(names(own()))
    assert len(counted) >= 80
    assert [name for name, times in counted.items() if times > 1] == []


@pytest.mark.data
def test_none_of_our_own_has_the_name_of_one_of_the_sample() -> None:
    assert set(names(own())) & set(names(read(SAMPLE))) == set()


@pytest.mark.data
def test_every_scenario_that_the_table_names_exists() -> None:
    known = set(names(own())) | set(names(read(SAMPLE)))
    expect_none(sorted(set(NAMED.findall(TABLE.read_text())) - known))


def test_the_table_names_every_scenario_of_a_group_of_rows_or_says_why_none() -> None:
    rows = table_rows(TABLE.read_text())
    wanted = {f"{group}.{letter}" for group, letters in ROWS.items() for letter in letters}
    assert set(rows) == wanted
    empty = [
        name
        for name, cells in rows.items()
        for cell in cells
        if not (cell.startswith("`") or cell.startswith("not played: "))
    ]
    assert empty == []


def test_every_house_rule_is_shown_by_two_scenarios_at_least() -> None:
    shown = Counter(rule for one in own() for rule in one.get("rules", []))
    assert [rule for rule in RULES if shown[rule] < 2] == []
    assert set(shown) <= set(RULES)


def test_every_file_begins_with_what_it_is_about() -> None:
    files = sorted((ROOT / "tests/scenarios").glob("*.yaml"))
    assert files and [path.name for path in files if not path.read_text().startswith("# ")] == []


def test_names_and_rows_are_found_in_a_table() -> None:
    text = (
        "| A.1.a | x | `A.1.a`, `A.1.b-unfilled` |\n| L.1.a | y | not played: z |\n| H1 | a | b |"
    )
    assert table_rows(text) == {
        "A.1.a": ["`A.1.a`, `A.1.b-unfilled`"],
        "L.1.a": ["not played: z"],
    }
    assert NAMED.findall(text + " `H11.refused` `R.01-duplicate-exec` `too_late` `H3`") == [
        "A.1.a", "A.1.b-unfilled", "H11.refused", "R.01-duplicate-exec", "H3",
    ]  # fmt: skip
