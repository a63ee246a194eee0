"""What is wrong with a quote."""

from __future__ import annotations

import pytest

from services.market_data.core.quality import flags


@pytest.mark.parametrize(
    ("bid", "ask", "age_us", "found"),
    [
        (10.0, 10.01, 0, []),
        (10.02, 10.01, 0, ["crossed"]),
        (10.01, 10.01, 0, ["locked"]),
        (0.0, 10.01, 0, ["zero"]),
        (-37.63, -37.5, 0, ["zero"]),
        (float("nan"), 10.0, 0, ["zero"]),
        (10.0, float("inf"), 0, ["zero"]),
        (10.0, 10.01, 6_000_000, ["stale"]),
        (10.02, 10.01, 6_000_000, ["crossed", "stale"]),
    ],
)
def test_a_quote_has_the_flags_that_it_deserves(
    bid: float, ask: float, age_us: int, found: list[str]
) -> None:
    assert list(flags(bid, ask, age_us, 5_000_000)) == found
