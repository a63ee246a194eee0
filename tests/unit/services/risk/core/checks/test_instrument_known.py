"""What `instrument_known` denies, and what it lets pass."""

from __future__ import annotations

from services.risk.core.checks.instrument_known import instrument_known
from tests.unit.services.risk.desk import Desk


def test_a_known_instrument_in_the_accounts_currency_passes() -> None:
    assert Desk().check(instrument_known) is None


def test_an_unknown_symbol_is_denied() -> None:
    told = Desk().check(instrument_known, symbol="NONE")
    assert told is not None
    assert (told.code, told.value) == ("INSTRUMENT_UNKNOWN", "NONE")


def test_another_currency_is_denied_with_both() -> None:
    told = Desk().check(instrument_known, symbol="EUX")
    assert told is not None
    assert (told.code, told.limit, told.value) == ("INSTRUMENT_CURRENCY_UNSUPPORTED", "USD", "EUR")
