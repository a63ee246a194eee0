"""Which quote stands, and how far the ticks of a symbol are complete."""

from __future__ import annotations

from services.venue.core.matching.quote import Print
from services.venue.core.matching.standing import Standing, pass_batch, standing
from shared.events.market import TicksThrough
from shared.table import Latest
from tests.unit.services.venue.floor import at, batch, quote, trade


def rows(stands: Standing) -> tuple[int | None, float]:
    """(row of the quote, complete to: milliseconds after noon)."""
    row = None if stands.quote is None else stands.quote.row
    return (row, (stands.through - at(0)) / 1000)


def test_nothing_is_known_before_the_first_tick() -> None:
    assert standing("AIG", 0, Latest()) == Standing(None, 0)


def test_the_last_quote_of_a_batch_stands_after_it_and_the_one_before_is_returned() -> None:
    latest = Latest()
    first = pass_batch(batch(quote(1, 1, 10, 11), quote(2, 2, 10, 11), through=3), latest)
    assert first == Standing(None, 0)
    assert rows(standing("AIG", 0, latest)) == (2, 3)
    before = pass_batch(batch(quote(4, 3, 10, 11), trade(5, 10, 1), through=6), latest)
    assert rows(before) == (2, 3)
    assert rows(standing("AIG", 0, latest)) == (3, 6)


def test_a_second_shard_that_passes_the_same_batch_is_told_the_same() -> None:
    latest = Latest()
    pass_batch(batch(quote(1, 1, 10, 11)), latest)
    second = batch(quote(4, 2, 10, 11), through=6)
    assert pass_batch(second, latest) == pass_batch(second, latest)
    assert rows(pass_batch(second, latest)) == (1, 1)


def test_prints_alone_leave_the_quote_that_stood() -> None:
    latest = Latest()
    pass_batch(batch(quote(1, 1, 10, 11)), latest)
    pass_batch(batch(trade(5, 10, 1)), latest)
    assert rows(standing("AIG", 0, latest)) == (1, 5)


def test_a_quiet_symbol_is_complete_as_far_as_its_partition() -> None:
    latest = Latest()
    pass_batch(batch(quote(1, 1, 10, 11)), latest)
    latest.set("2", TicksThrough(at=at(9), market_at=at(9), source="s", partition=2))
    assert rows(standing("AIG", 2, latest)) == (1, 9)
    assert rows(standing("AIG", 3, latest)) == (1, 1)


def test_the_last_print_stands_beside_the_quote_and_the_one_before_is_returned() -> None:
    latest = Latest()
    pass_batch(batch(trade(1, 10, 100), quote(2, 1, 10, 11)), latest)
    later = batch(trade(3, 10.5, 200), trade(4, 10.25, 300))
    assert pass_batch(later, latest).traded == Print(at(1), 10, 100)
    assert pass_batch(later, latest).traded == Print(at(1), 10, 100)
    assert standing("AIG", 0, latest).traded == Print(at(4), 10.25, 300)
    pass_batch(batch(quote(5, 2, 10, 11)), latest)
    assert standing("AIG", 0, latest).traded == Print(at(4), 10.25, 300)


def test_what_was_read_is_told_as_evidence() -> None:
    latest = Latest()
    pass_batch(batch(quote(1, 1, 10, 11)), latest)
    latest.take_evidence()
    standing("AIG", 0, latest)
    assert [type(seen).__name__ for seen in latest.take_evidence()] == ["StandingQuote"]
