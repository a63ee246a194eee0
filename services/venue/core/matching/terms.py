"""The terms of the paper exchange: its settings, as one observation.

A process tells its terms once, when it begins. What a decision read of them is in the journal like
every observation, so a log decided again is decided by the terms that were in force then.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import msgspec

from shared.messages import Observation
from shared.types import SECOND_US, Time


class QueueModel(StrEnum):
    """How much of the displayed size is ahead of a resting order; see `queue`."""

    CONSERVATIVE = "conservative"
    OPTIMISTIC = "optimistic"
    PROBABILISTIC = "probabilistic"


class FeeSchedule(StrEnum):
    """What an order costs; see `fees`."""

    ZERO = "zero"
    IB_FIXED = "ib_fixed"
    IB_TIERED = "ib_tiered"


EVERY_SYMBOL = "*"


class ExchangeTerms(Observation, frozen=True, kw_only=True, tag=True):
    """Times are microseconds of market time.

    latency_us, latency_jitter_us, latency_seed: how long an order is on its way (see `latency`);
    quote_age_us_max: an older quote is none (None: never too old); borrow: symbol (or `*` for all
    others) -> units that a firm may be short, without limit where none is named; auction_us: how
    long after the opening an order for it waits for a print; faults: what goes wrong (see
    `faults.plan`), nothing where it is empty.
    """

    at: Time = Time(0)
    market_at: Time = Time(0)
    queue_model: QueueModel = QueueModel.CONSERVATIVE
    fees: FeeSchedule = FeeSchedule.ZERO
    latency_us: int = 0
    latency_jitter_us: int = 0
    latency_seed: int = 0
    quote_age_us_max: int | None = None
    auction_us: int = 60 * SECOND_US
    borrow: dict[str, Decimal] = msgspec.field(default_factory=dict)
    faults: str = ""
