"""Settings of the paper link, PLIMSOLL_* like those of every process: the terms of its exchange."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field, field_validator

from services.venue.core.faults.plan import read
from services.venue.core.matching.terms import ExchangeTerms, FeeSchedule, QueueModel
from shared.settings import Settings
from shared.types import Time, normal


class VenueSettings(Settings):
    """Times are market time.

    queue_model: what is ahead of a resting order; fees: the schedule that executions carry;
    latency_us, latency_jitter_us, latency_seed: how long orders are on their way; quote_age_ms_max:
    an older quote is none (0: never too old); auction_ms: how long an order for the opening waits
    for a print; borrow: units that a firm may be short, `{"AIG": "1000", "*": "0"}`, `*` for all
    symbols not named; venue_faults: what the exchange does wrong (docs/fault-mode.md).
    """

    process: str = "venue-paper"
    queue_model: QueueModel = QueueModel.CONSERVATIVE
    fees: FeeSchedule = FeeSchedule.ZERO
    latency_us: int = Field(default=0, ge=0)
    latency_jitter_us: int = Field(default=0, ge=0)
    latency_seed: int = 0
    quote_age_ms_max: int = Field(default=0, ge=0)
    auction_ms: int = Field(default=60_000, ge=1)
    borrow: dict[str, Decimal] = Field(default_factory=dict)
    venue_faults: str = ""

    @field_validator("borrow")
    @classmethod
    def _are_quantities(cls, pools: dict[str, Decimal]) -> dict[str, Decimal]:
        wrong = [name for name, units in pools.items() if not (units.is_finite() and units >= 0)]
        if wrong:
            raise ValueError(f"no quantity of units to borrow: {', '.join(sorted(wrong))}")
        return {name: normal(pools[name]) for name in sorted(pools)}

    @field_validator("venue_faults")
    @classmethod
    def _is_a_plan(cls, text: str) -> str:
        read(text)
        return text

    def terms(self, at: Time) -> ExchangeTerms:
        """The terms of the exchange as they are told at a wall time."""
        age_ms = self.quote_age_ms_max
        return ExchangeTerms(
            at=at,
            queue_model=self.queue_model,
            fees=self.fees,
            latency_us=self.latency_us,
            latency_jitter_us=self.latency_jitter_us,
            latency_seed=self.latency_seed,
            quote_age_us_max=age_ms * 1000 if age_ms else None,
            auction_us=self.auction_ms * 1000,
            borrow=self.borrow,
            faults=self.venue_faults,
        )
