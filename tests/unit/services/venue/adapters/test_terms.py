"""The exchange's terms are told once."""

from __future__ import annotations

from services.venue.adapters.terms import TermsSense
from services.venue.core.matching.terms import ExchangeTerms
from tests.builders import NOON


def test_the_terms_are_told_when_the_process_begins_and_not_again() -> None:
    sense = TermsSense(lambda at: ExchangeTerms(at=at, latency_us=5), lambda: NOON)
    assert sense.look() == (ExchangeTerms(at=NOON, latency_us=5),)
    assert sense.look() == ()
