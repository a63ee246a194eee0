"""The price an order is judged by: its symbol's live quote, as decimals, made once a quote.

A market order is valued at the far side plus `MARKET_BUFFER`, so that leaving the price out
bypasses nothing. A short sale is valued at its limit or the ask: what buying it back costs.
What waits for a price and then is a market order is valued at that price, or the far side where
that is worse, with the same buffer: a stop at its stop, a trailing buy at the ask plus its trail (a
stop that only comes down), a buy that waits to be touched at its touch, for it is sent no sooner.
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
HUNDRED = Decimal(100)
_LIMIT, _MARKET = OrderType.LIMIT, OrderType.MARKET
_WITH_LIMIT = frozenset({_LIMIT, OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED})
_WITH_STOP = frozenset({OrderType.STOP, OrderType.MARKET_IF_TOUCHED})
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
        price, kind = order.limit_price, order.type
        if kind is _MARKET:
            return self.market_worst
        if price is None or kind is not _LIMIT:
            unit = self.price_worst(order, is_buy)
        else:
            unit = price if is_buy or price > self.ask else self.ask
        return unit if self.multiplier is None else unit * self.multiplier

    def price_worst(self, order: Order, is_buy: bool) -> Decimal:
        """The price behind `unit_worst`, without the multiplier."""
        price = order.limit_price
        if price is not None and order.type in _WITH_LIMIT:
            return price if is_buy else max(price, self.ask)
        return self._sent_at(order, is_buy) * MARKET_BUFFER

    def _sent_at(self, order: Order, is_buy: bool) -> Decimal:
        """The worst price at which it may become a market order."""
        kind, stop, ask = order.type, order.stop_price, self.ask
        if kind is OrderType.TRAILING_STOP and is_buy:
            percent = order.trail_percent
            trail = order.trail_price if percent is None else ask * percent / HUNDRED
            return ask if trail is None else ask + trail
        if stop is None or kind not in _WITH_STOP:
            return ask
        return stop if kind is OrderType.MARKET_IF_TOUCHED and is_buy else max(stop, ask)

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
