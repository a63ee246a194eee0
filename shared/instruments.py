"""What can be traded, and the only way from published floats to decimals of trading."""

from __future__ import annotations

import math
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from functools import lru_cache

import msgspec

from shared.types import ZERO, normal


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """One instrument. `tick` is the smallest step of its price, `lot` of its quantity; `sector` is
    as of `sector_date` (YYYY-MM-DD).
    """

    symbol: str
    name: str = ""
    exchange: str = ""
    asset_class: str = "us_equity"
    currency: str = "USD"
    multiplier: Decimal = Decimal(1)
    tick: Decimal = Decimal("0.01")
    lot: Decimal = Decimal(1)
    sector: str = ""
    sector_date: str = ""
    margin_class: str = "standard"
    shortable: bool = True
    fractionable: bool = False
    tradable: bool = True

    def price(self, published: float) -> Decimal:
        """A published price as a decimal, on the instrument's tick (half even). Raises ValueError
        for what is no finite number.
        """
        return _on_step(published, self.tick, ROUND_HALF_EVEN)

    def size(self, published: float) -> Decimal:
        """A published size as a decimal: whole lots, rounded down."""
        return _on_step(published, self.lot, ROUND_DOWN)


@lru_cache(maxsize=65_536)
def _on_step(published: float, step: Decimal, rounding: str) -> Decimal:
    if not math.isfinite(published):
        raise ValueError(f"no finite number: {published}")
    steps = (Decimal(repr(published)) / step).quantize(Decimal(1), rounding=rounding)
    return normal(steps * step) if steps else ZERO
