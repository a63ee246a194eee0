"""Single ticks out of a batch's columns."""

from __future__ import annotations

from services.venue.core.matching.quote import Print, Quote
from shared.events.market import TickBatch


def quote_at(batch: TickBatch, index: int) -> Quote:
    """The quote at a place of a batch."""
    return Quote(
        batch.time_us[index],
        batch.row[index],
        batch.bid[index],
        batch.bid_size[index],
        batch.ask[index],
        batch.ask_size[index],
    )


def print_at(batch: TickBatch, index: int) -> Print:
    """The print at a place of a batch."""
    return Print(batch.time_us[index], batch.bid[index], batch.bid_size[index])


def print_before(batch: TickBatch, index: int, earlier: Print | None) -> Print | None:
    """The last print before a place; `earlier` was the last one before the batch."""
    place = batch.kind.rfind("t", 0, index)
    return earlier if place < 0 else print_at(batch, place)
