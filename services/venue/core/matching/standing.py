"""Which quote stands, and how far the ticks of a symbol are complete: what is kept of the market.

All of it lives in `latest`, so the journal records what a decision used. A batch that touches no
order costs one lookup and, in the first shard that sees it, one new observation.
"""

from __future__ import annotations

import msgspec

from services.venue.core.matching.batch import print_at, quote_at
from services.venue.core.matching.quote import Print, Quote
from services.venue.core.observations import StandingQuote
from shared.events.market import TickBatch, TicksThrough
from shared.table import Latest
from shared.types import Time


class Standing(msgspec.Struct, frozen=True):
    """A quote in force, the market time that all ticks up to are handled, and the last print."""

    quote: Quote | None
    through: int
    traded: Print | None = None


UNKNOWN = Standing(None, 0)


def pass_batch(batch: TickBatch, latest: Latest) -> Standing:
    """What stood before a batch; from now on its last quote stands."""
    seen = latest.read(StandingQuote, batch.symbol)
    if seen is not None and _is_end_of(seen, batch):
        return Standing(seen.before, seen.before_through, seen.traded_before)
    before = UNKNOWN if seen is None else Standing(seen.quote, seen.market_at, seen.traded)
    place, trade = batch.kind.rfind("q"), batch.kind.rfind("t")
    latest.set(
        batch.symbol,
        StandingQuote(
            at=batch.at,
            market_at=batch.market_at,
            symbol=batch.symbol,
            quote=before.quote if place < 0 else quote_at(batch, place),
            before=before.quote,
            before_through=Time(before.through),
            last_time=batch.time_us[-1] if batch.time_us else 0,
            last_row=batch.row[-1] if batch.row else 0,
            traded=before.traded if trade < 0 else print_at(batch, trade),
            traded_before=before.traded,
        ),
    )
    return before


def _is_end_of(seen: StandingQuote, batch: TickBatch) -> bool:
    if seen.market_at != batch.market_at or seen.at != batch.at:
        return False
    if not batch.time_us:
        return seen.last_time == 0
    return seen.last_time == batch.time_us[-1] and seen.last_row == batch.row[-1]


def last_batch(symbol: str, latest: Latest) -> Standing:
    """What has stood since the last batch of a symbol."""
    seen = latest.read(StandingQuote, symbol)
    return UNKNOWN if seen is None else Standing(seen.quote, seen.market_at, seen.traded)


def standing(symbol: str, partition: int, latest: Latest) -> Standing:
    """What stands now; `partition` is the one of market.ticks that the symbol is in."""
    through = latest.read(TicksThrough, str(partition))
    known = last_batch(symbol, latest)
    if through is not None and through.market_at > known.through:
        return Standing(known.quote, through.market_at, known.traded)
    return known
