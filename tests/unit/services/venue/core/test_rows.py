"""The rows of the paper link."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from services.venue.core.rows import LIVE
from services.venue.core.state import LIVE_SQL
from tests.unit.services.venue.floor import Floor


def test_leaves_are_what_is_still_to_be_filled() -> None:
    floor = Floor()
    floor.submit()
    row = msgspec.structs.replace(floor.paper(), cum_quantity=Decimal("0.5"))
    assert row.leaves == Decimal("99.5")


def test_the_sql_names_the_statuses_that_python_counts_as_live() -> None:
    floor = Floor()
    floor.submit()
    row = floor.paper()
    for status in (*LIVE, "filled", "canceled", "expired", "rejected", "replaced"):
        is_live = msgspec.structs.replace(row, status=status).is_live
        assert is_live == (f"'{status}'" in LIVE_SQL)
