"""The price an order is judged by: its symbol's live quote, as decimals, made once a quote.

A market order is valued at the far side plus `MARKET_BUFFER`, so that leaving the price out
bypasses nothing. A short sale is valued at its limit or the ask: what buying it back costs.
"""

from __future__ import annotations

import math
from decimal import Decimal

from services.risk.core.codes import (
    REFERENCE_PRICE_CROSSED,
    REFERENCE_PRICE_INVALID,
    REFERENCE_PRICE_MISSING,
    REFERENCE_PRICE_STALE,
)
from services.risk.core.sights import quote_of
from shared.events.market import FeedReported, QuoteFlag, QuoteUpdated
from shared.instruments import Instrument
from shared.table import Latest
from shared.types import ZERO, Order, OrderType, Time

MARKET_BUFFER = Decimal("1.02")
ONE = Decimal(1)
_LIMIT = OrderType.LIMIT
_FLAGGED = {
    QuoteFlag.ZERO: REFERENCE_PRICE_INVALID,
    QuoteFlag.CROSSED: REFERENCE_PRICE_CROSSED,
    QuoteFlag.STALE: REFERENCE_PRICE_STALE,
}


class Reference:
    """An instrument and its last quote. `fault` is what is wrong with the quote's numbers;
    `is_priced` says that both sides can be used to reckon with. `market_worst` and `unit_ask` are
    of one unit, multiplier included. `traded_in` is the currency, empty where it is not tradable.
    """

    __slots__ = (
        "ask",
        "bid",
        "fault",
        "instrument",
        "is_priced",
        "lot",
        "market_worst",
        "multiplier",
        "quote",
        "sight",
        "tick",
        "traded_in",
        "unit_ask",
    )

    def __init__(self, instrument: Instrument) -> None:
        self.instrument = instrument
        self.multiplier = None if instrument.multiplier == ONE else instrument.multiplier
        self.lot, self.tick = instrument.lot, instrument.tick
        self.traded_in = instrument.currency if instrument.tradable else ""
        self.sight = quote_of(instrument.symbol)
        self.quote: QuoteUpdated | None = None
        self.bid = self.ask = self.market_worst = self.unit_ask = ZERO
        self.fault: str | None = REFERENCE_PRICE_MISSING
        self.is_priced = False

    def update(self, quote: QuoteUpdated) -> None:
        """Take up another quote."""
        self.quote = quote
        self.is_priced = _is_positive(quote.bid) and _is_positive(quote.ask)
        self.bid = self.instrument.price(quote.bid) if self.is_priced else ZERO
        self.ask = self.instrument.price(quote.ask) if self.is_priced else ZERO
        self.is_priced = self.is_priced and self.bid > 0 and self.ask > 0
        self.unit_ask = self.ask * self.instrument.multiplier
        self.market_worst = self.unit_ask * MARKET_BUFFER
        self.fault = self._fault(quote)

    def unit_worst(self, order: Order, is_buy: bool) -> Decimal:
        """What a unit of the order is worth at most; its numbers must be sound."""
        price = order.limit_price
        if price is None or order.type is not _LIMIT:
            return self.market_worst
        unit = price if is_buy or price > self.ask else self.ask
        return unit if self.multiplier is None else unit * self.multiplier

    def _fault(self, quote: QuoteUpdated) -> str | None:
        if not self.is_priced:
            return REFERENCE_PRICE_INVALID
        if quote.bid > quote.ask:
            return REFERENCE_PRICE_CROSSED
        faults = [_FLAGGED[flag] for flag in quote.flags if flag in _FLAGGED]
        return faults[0] if faults else None


def _is_positive(published: float) -> bool:
    return math.isfinite(published) and published > 0


def seen_at(quote: QuoteUpdated, latest: Latest) -> Time:
    """When the quote was last known to hold: its own time, or its feed's last sign of life where
    that carries the symbol.
    """
    report = latest.read(FeedReported, quote.source)
    if report is None or quote.symbol not in report.symbols:
        return quote.at
    return max(report.at, quote.at)
