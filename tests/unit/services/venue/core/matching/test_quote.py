"""Which quotes can be traded against."""

from __future__ import annotations

import pytest

from services.venue.core.matching.quote import Quote

NAN, INFINITY = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("bid", "ask", "wanted"),
    [
        (47.81, 47.82, True),
        (47.82, 47.82, True),
        (47.83, 47.82, False),
        (0.0, 47.82, False),
        (47.81, 0.0, False),
        (-1.0, 47.82, False),
        (NAN, 47.82, False),
        (47.81, NAN, False),
        (47.81, INFINITY, False),
    ],
)
def test_a_quote_needs_two_sides_that_do_not_cross(bid: float, ask: float, wanted: bool) -> None:
    assert Quote(0, 0, bid, 100.0, ask, 100.0).is_tradable() is wanted


@pytest.mark.parametrize("size", [NAN, INFINITY, -1.0])
def test_a_size_must_be_a_number(size: float) -> None:
    assert not Quote(0, 0, 47.81, size, 47.82, 100.0).is_tradable()
    assert not Quote(0, 0, 47.81, 100.0, 47.82, size).is_tradable()
