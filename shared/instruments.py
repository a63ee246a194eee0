"""What can be traded, and the only way from published floats to decimals of trading."""

from __future__ import annotations

import math
import tomllib
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from shared.types import ZERO, normal


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """One instrument. `tick` is the smallest step of its price, `lot` of its quantity; `sector` is
    as of `sector_date` (YYYY-MM-DD). negative_prices: it may trade below zero, as spreads and some
    commodities do.
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
    negative_prices: bool = False

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


def load(path: Path) -> dict[str, Instrument]:
    """The instruments of a TOML file, by symbol: one table a symbol, named by it, with the fields
    of `Instrument`; a table `defaults` holds what the others leave out. Unknown fields are refused.
    """
    tables = tomllib.loads(path.read_text(), parse_float=Decimal)
    defaults = tables.pop("defaults", {})
    return {symbol: _instrument(symbol, {**defaults, **tables[symbol]}) for symbol in tables}


def _instrument(symbol: str, fields: dict[str, Any]) -> Instrument:
    unknown = set(fields) - set(Instrument.__struct_fields__)
    if unknown:
        raise ValueError(f"instrument {symbol}: unknown {', '.join(sorted(unknown))}")
    plain = {key: value.isoformat() if isinstance(value, date) else value
             for key, value in fields.items()}  # fmt: skip
    return msgspec.convert({"symbol": symbol, **plain}, Instrument)
