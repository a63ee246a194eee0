"""Numbers and times as values."""

from __future__ import annotations

from decimal import Decimal

from shared.types import normal


def test_normal_leaves_what_is_no_number_as_it_is() -> None:
    for text in ("NaN", "sNaN", "Infinity", "-Infinity"):
        assert str(normal(Decimal(text))) == text


def test_normal_leaves_a_number_in_normal_form_the_very_same() -> None:
    for text in ("99.5", "100", "-0.25"):
        value = Decimal(text)
        assert normal(Decimal(text)) == value
        assert normal(value) is value
    assert str(normal(Decimal("-0"))) == "0"
    assert str(normal(Decimal("99.50"))) == "99.5"
    assert str(normal(Decimal("1E+2"))) == "100"
