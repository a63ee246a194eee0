"""A halted symbol does not trade: its orders stay where they are until it resumes."""

from __future__ import annotations

from services.venue.core.rows import HaltRow
from shared.events.market import SymbolHalted
from shared.types import Time


def is_halted(halt: HaltRow | None, at: int) -> bool:
    """Whether the symbol is halted at a market time."""
    if halt is None or at < halt.halted_at:
        return False
    return halt.resumed_at is None or at < halt.resumed_at


def free_from(halt: HaltRow | None, at: int) -> int | None:
    """The first market time from `at` on at which the symbol trades; None while nobody knows."""
    if halt is None or not is_halted(halt, at):
        return at
    return halt.resumed_at


def told(halt: HaltRow | None, message: SymbolHalted) -> HaltRow | None:
    """The row after a message; the same one where it says nothing new (None: never halted)."""
    if not message.is_halted:
        if halt is None or halt.resumed_at is not None:
            return halt
        return HaltRow(
            symbol=halt.symbol, halted_at=halt.halted_at, resumed_at=Time(message.market_at)
        )
    if halt is not None and halt.resumed_at is None:
        return halt
    return HaltRow(symbol=message.symbol, halted_at=Time(message.market_at))
