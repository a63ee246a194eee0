"""How numbers and scopes of a violation are told."""

from __future__ import annotations

from typing import Any

import pytest

from services.risk.core.violations import account_key, number_text, violation
from tests.builders import ACCOUNT, order
from tests.unit.services.risk.desk import D


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (D("100.00"), "100"),
        (D("100.50"), "100.5"),
        (D("1E+3"), "1000"),
        (D("1E-9"), "0.000000001"),
        (D("Infinity"), "Infinity"),
        (D("NaN"), "NaN"),
        (7, "7"),
        ("word", "word"),
        (None, None),
    ],
)
def test_numbers_are_plain_and_without_trailing_zeros(value: Any, text: str | None) -> None:
    assert number_text(value) == text


def test_a_violation_is_of_the_account_and_says_what_its_code_means() -> None:
    told = violation("ACCOUNT_UNKNOWN", order("one"))
    assert (told.scope, told.message) == (account_key(ACCOUNT), "no such account in this shard")
