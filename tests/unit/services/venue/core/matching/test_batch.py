"""Single ticks out of a batch."""

from __future__ import annotations

from services.venue.core.matching.batch import print_at, print_before, quote_at
from services.venue.core.matching.quote import Print, Quote
from tests.unit.services.venue.floor import at, batch, quote, trade

TICKS = batch(quote(1, 7, 10, 11, 3, 4), trade(2, 10.5, 100), quote(3, 8, 10, 12), trade(4, 11, 5))


def test_a_quote_has_both_sides_and_its_row() -> None:
    assert quote_at(TICKS, 0) == Quote(at(1), 7, 10.0, 3, 11.0, 4)


def test_a_print_has_its_price_and_size() -> None:
    assert print_at(TICKS, 3) == Print(at(4), 11, 5)


def test_the_last_print_before_a_place_may_be_of_before_the_batch() -> None:
    earlier = Print(at(0), 9.5, 1)
    found = [print_before(TICKS, place, earlier) for place in (1, 2, 3, 4)]
    assert found == [earlier, Print(at(2), 10.5, 100), Print(at(2), 10.5, 100), Print(at(4), 11, 5)]
    assert print_before(TICKS, 0, None) is None
