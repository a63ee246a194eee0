"""What the link sees outside the log. The loop keeps the newest and records what was read."""

from __future__ import annotations

from services.venue.core.matching.quote import Print, Quote
from shared.messages import Observation
from shared.types import Scope, Time


class KillFlag(Observation, frozen=True, kw_only=True, tag=True):
    """The flag that a halt sets beside the log. While a scope is in it, only cancels and verified
    exits of that scope pass.
    """

    scopes: tuple[Scope, ...] = ()


class LinkOpened(Observation, frozen=True, kw_only=True, tag=True):
    """A process has opened its session with the broker; `process` says which."""

    process: str


class StandingQuote(Observation, frozen=True, kw_only=True, tag=True):
    """The last quote of a symbol, and how far its ticks are complete (`market_at`).

    The shards of a process handle every batch one after another. So that the later ones still
    know what stood before it, the quote and the print before the newest batch are kept beside the
    last ones; `last_time` and `last_row` name that batch, and `before_through` says how far ticks
    were complete before it.
    """

    symbol: str
    quote: Quote | None
    before: Quote | None
    before_through: Time
    last_time: int
    last_row: int
    traded: Print | None = None
    traded_before: Print | None = None
