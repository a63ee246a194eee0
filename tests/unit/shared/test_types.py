"""Numbers and times as values."""

from __future__ import annotations

from decimal import Decimal

from shared.types import normal


def test_normal_leaves_what_is_no_number_as_it_is() -> None:
    for text in ("NaN", "sNaN", "Infinity", "-Infinity"):
        assert str(normal(Decimal(text))) == text
