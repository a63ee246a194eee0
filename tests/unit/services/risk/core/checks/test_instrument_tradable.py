"""What `instrument_tradable` denies, and what it lets pass."""

from __future__ import annotations

from services.risk.core.checks.instrument_tradable import instrument_tradable
from tests.unit.services.risk.desk import Desk


def test_a_tradable_instrument_passes_and_another_does_not() -> None:
    assert Desk().check(instrument_tradable) is None
    told = Desk().check(instrument_tradable, symbol="OLD")
    assert told is not None
    assert (told.code, told.value) == ("INSTRUMENT_NOT_TRADABLE", "OLD")
