"""The settings of the exchange as the journal keeps them."""

from __future__ import annotations

from decimal import Decimal

from services.venue.core.matching.terms import ExchangeTerms, FeeSchedule, QueueModel
from shared import codec
from tests.unit.services.venue.floor import Floor


def test_terms_reach_the_journal_and_come_back() -> None:
    terms = ExchangeTerms(
        queue_model=QueueModel.PROBABILISTIC,
        fees=FeeSchedule.IB_TIERED,
        latency_us=1,
        quote_age_us_max=5,
        borrow={"AIG": Decimal("100.5")},
    )
    assert codec.decoder(ExchangeTerms).decode(codec.encode(terms)) == terms


def test_what_a_decision_read_of_the_terms_is_evidence() -> None:
    floor = Floor()
    floor.terms(latency_us=7)
    floor.submit()
    seen = [type(one).__name__ for one in floor.state.latest.take_evidence()]
    assert "ExchangeTerms" in seen
