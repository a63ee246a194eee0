"""The live orders of one symbol while a stretch of ticks is played: which ticks can touch them.

Almost every tick touches nothing; that must be seen with a comparison of floats or two. The bounds
are wider than the limits by a hair, so that rounding hides no order; the rules decide exactly.
"""

from __future__ import annotations

from math import inf

from services.venue.core.matching.hours import CLOCK, matches_at
from services.venue.core.matching.quote import Quote
from services.venue.core.rows import TAKING, WAITING, PaperOrderRow
from services.venue.core.state import VenueState
from shared.types import Side

_NEVER = 1 << 62
_HAIR = 1.0001


class Book:
    """`waiting_from` is the earliest market time at which a waiting order meets the market, of
    those that do so up to `through`.
    """

    def __init__(self, state: VenueState, symbol: str, through: int) -> None:
        self._state, self.symbol, self._through = state, symbol, through
        self._clock = state.paper_clock.get(CLOCK)
        self.refresh()

    def refresh(self) -> None:
        """Look again after orders have changed."""
        self._orders = self._state.paper_orders.by("symbol", self.symbol)
        self.is_live = bool(self._orders)
        self.waiting_from, self._is_taking = _NEVER, False
        self._buy, self._sell = -inf, inf
        for order in self._orders:
            if order.status == WAITING:
                when = matches_at(order, self._clock, self._through)
                self.waiting_from = min(self.waiting_from, _NEVER if when is None else when)
            elif order.status == TAKING or order.limit_price is None:
                self._is_taking = True
            elif order.side is Side.BUY:
                limit = float(order.limit_price)  # tidy: a bound, not money
                self._buy = max(self._buy, limit * _HAIR)
            else:
                limit = float(order.limit_price)  # tidy: a bound, not money
                self._sell = min(self._sell, limit / _HAIR)

    def waiting(self) -> list[PaperOrderRow]:
        """Orders that have not met the market."""
        return [order for order in self._orders if order.status == WAITING]

    def working(self) -> list[PaperOrderRow]:
        """Orders that take or rest."""
        return [order for order in self._orders if order.status != WAITING]

    def is_touched_by_print(self, price: float, size: float) -> bool:
        """Whether a print may trade with a resting order."""
        if not (0.0 < price < inf and 0.0 < size < inf):
            return False
        return price <= self._buy or price >= self._sell

    def is_touched_by_quote(self, quote: Quote) -> bool:
        """Whether a quote may trade with an order."""
        if not quote.is_tradable():
            return False
        return self._is_taking or quote.ask <= self._buy or quote.bid >= self._sell
