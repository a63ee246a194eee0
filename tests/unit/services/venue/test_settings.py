"""The settings of the paper link, from the environment to the terms of its exchange."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from plimsoll.embedded.rooms import EXCHANGE_SETTINGS
from services.venue.core.matching.terms import ExchangeTerms, FeeSchedule, QueueModel
from services.venue.settings import VenueSettings
from shared.settings import Settings
from tests.builders import NOON


def test_without_any_setting_the_terms_are_the_default_ones() -> None:
    assert VenueSettings().terms(NOON) == ExchangeTerms(at=NOON)


def test_each_setting_is_a_name_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "QUEUE_MODEL": "probabilistic",
        "FEES": "ib_fixed",
        "LATENCY_US": "300",
        "LATENCY_JITTER_US": "200",
        "LATENCY_SEED": "7",
        "QUOTE_AGE_MS_MAX": "1500",
        "AUCTION_MS": "500",
        "BORROW": '{"IBM": "20.50", "AIG": 100}',
    }
    for name, value in given.items():
        monkeypatch.setenv(f"PLIMSOLL_{name}", value)
    assert VenueSettings().terms(NOON) == ExchangeTerms(
        at=NOON,
        queue_model=QueueModel.PROBABILISTIC,
        fees=FeeSchedule.IB_FIXED,
        latency_us=300,
        latency_jitter_us=200,
        latency_seed=7,
        quote_age_us_max=1_500_000,
        auction_us=500_000,
        borrow={"AIG": Decimal(100), "IBM": Decimal("20.5")},
    )


def test_a_stack_hands_on_every_setting_that_the_link_has_of_its_own() -> None:
    own = set(VenueSettings.model_fields) - set(Settings.model_fields)
    assert {name.upper() for name in own} == set(EXCHANGE_SETTINGS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("queue_model", "fifo"),
        ("fees", "free"),
        ("latency_us", -1),
        ("auction_ms", 0),
        ("borrow", {"AIG": "-1"}),
        ("borrow", {"AIG": "NaN"}),
        ("latency", 5),
    ],
)
def test_what_means_nothing_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValidationError):
        VenueSettings(**{name: value})
