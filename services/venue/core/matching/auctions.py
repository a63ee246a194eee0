"""Orders for the opening (opg) and for the close (cls): when they trade, and who comes too late.

The exchange has no auction book, only the tape. An opg order trades at the price of the first print
at or after the opening; without one for `auction_us` it takes the far side of the quote then in
force, or of the first valid one after that. A cls order trades at the official close: the last
print of the session before its end. Each up to the size of that print or quote, within its limit;
what is left expires.
"""

from __future__ import annotations

from services.venue.core.matching.quote import Print
from services.venue.core.rows import TAKING, PaperClockRow, PaperOrderRow
from shared.types import Time, TimeInForce

AUCTIONS = frozenset({TimeInForce.OPG, TimeInForce.CLS})


def auction_at(tif: TimeInForce, clock: PaperClockRow | None, at: int) -> Time | None:
    """The opening or close that an order of market time `at` is for; None where it has none."""
    if clock is None or tif not in AUCTIONS:
        return None
    if tif is TimeInForce.OPG:
        is_between = at >= clock.next_close if clock.is_open else True
        return clock.next_open if is_between and at < clock.next_open else None
    is_its_day = clock.is_open or _date(at) == _date(clock.next_close)
    return clock.next_close if is_its_day and at < clock.next_close else None


def _date(at: int) -> str:
    """YYYY-MM-DD in UTC, which is the session's date at its close."""
    return str(Time(at))[:10]


def refusal(tif: TimeInForce, clock: PaperClockRow | None, at: int) -> str | None:
    """Why an order of that time in force cannot be taken at `at`, or None."""
    if tif not in AUCTIONS or auction_at(tif, clock, at) is not None:
        return None
    if clock is None:
        return f"{tif}: no session is known yet"
    if tif is TimeInForce.OPG:
        return "opg: the session has opened"
    return "cls: the session has closed"


def wakes_after(order: PaperOrderRow, auction_us: int) -> int | None:
    """The last market time before something happens to an order that has an auction."""
    if order.auction_at is None:
        return None
    is_in_it = order.status == TAKING
    return order.auction_at + (auction_us if is_in_it else 0) - 1


def is_official(close: Print | None, clock: PaperClockRow | None, at: int) -> bool:
    """Whether a print can be the official close of the session that ends at `at`."""
    if close is None or clock is None or close.time_us >= at:
        return False
    is_to_come = not clock.is_open and clock.next_close == at
    return close.time_us >= (clock.next_open if is_to_come else clock.opened_at)
