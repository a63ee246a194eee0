"""Tells the exchange its terms, so that the journal has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.venue.core.matching.terms import ExchangeTerms
from shared.clock import wall_now
from shared.messages import Observation
from shared.types import Time


class TermsSense:
    """Tells the terms once, when the process begins; `terms` makes them of the wall time."""

    def __init__(
        self, terms: Callable[[Time], ExchangeTerms], now: Callable[[], Time] = wall_now
    ) -> None:
        self._terms, self._now, self._told = terms, now, False

    def look(self) -> Sequence[Observation]:
        """The terms, the first time."""
        if self._told:
            return ()
        self._told = True
        return (self._terms(self._now()),)
