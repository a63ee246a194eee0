"""Which session a market time lies in, as far as the clock has told."""

from __future__ import annotations

from services.venue.core.rows import PaperClockRow, PaperOrderRow
from shared.events.market import ClockAdvanced
from shared.types import OrderType, Time, TimeInForce

CLOCK = "clock"
_LIMIT = OrderType.LIMIT
FOR_A_SESSION = frozenset({TimeInForce.DAY, TimeInForce.OPG})


def session_start(clock: PaperClockRow | None, at: int) -> Time | None:
    """The beginning of the session that `at` lies in; None outside. Without a clock always open."""
    if clock is None:
        return Time(0)
    if clock.is_open:
        return clock.opened_at if clock.opened_at <= at < clock.next_close else None
    return clock.next_open if clock.next_open <= at < clock.next_close else None


def ticked(clock: PaperClockRow | None, message: ClockAdvanced) -> PaperClockRow:
    """The clock's row after a message."""
    opened_at = Time(0) if clock is None else clock.opened_at
    if message.is_open and clock is not None:
        began = clock.opened_at if clock.is_open else clock.next_open
        rolled = clock.is_open and message.market_time >= clock.next_close
        opened_at = clock.next_open if rolled else began
    return PaperClockRow(
        name=CLOCK,
        is_open=message.is_open,
        session=message.session,
        opened_at=opened_at,
        next_open=message.next_open,
        next_close=message.next_close,
    )


def matches_at(order: PaperOrderRow, clock: PaperClockRow | None, now: int) -> int | None:
    """The market time at which a waiting order meets the market, seen at `now`; None outside."""
    if is_extended(order) or session_start(clock, order.arrived_at) is not None:
        return order.arrived_at
    start = session_start(clock, now)
    return None if start is None else max(order.arrived_at, start)


def is_extended(order: PaperOrderRow) -> bool:
    """Whether the order trades outside sessions too."""
    return order.extended_hours and order.type is _LIMIT


def may_trade(order: PaperOrderRow, clock: PaperClockRow | None, at: int) -> bool:
    """Whether an order in the book may trade at a market time."""
    if order.expires_at is not None and at >= order.expires_at:
        return False
    return is_extended(order) or session_start(clock, at) is not None


def expiry(tif: TimeInForce, clock: PaperClockRow | None, arrived_at: Time) -> Time | None:
    """The end of an order for one session that arrives then; None where none is known yet."""
    if tif not in FOR_A_SESSION or clock is None or arrived_at >= clock.next_close:
        return None
    return clock.next_close
