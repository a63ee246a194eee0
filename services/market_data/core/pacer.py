"""Which market time it is: wall time since the beginning, times speed, without the closed hours.

Where nothing happens between the end of a day and the next tick, market time leaps there: at once
for a feed that has
hours without ticks (replay), from close to open for one that is always open (synthetic).
"""

from __future__ import annotations

from services.market_data.core.calendar import Calendar

QUIET_US_MAX = 60_000_000


class Pacer:
    """Maps a steady clock (microseconds) to market time. It never goes back."""

    def __init__(self, begins_us: int, speed: float, calendar: Calendar, always_open: bool) -> None:
        self.market_us = begins_us
        self._speed, self._calendar, self._always_open = speed, calendar, always_open
        self._steady_us: int | None = None

    def advance(self, steady_us: int, next_tick_us: int | None) -> int:
        """Market time now; `next_tick_us` is the time of the next tick (None: no more)."""
        passed = 0 if self._steady_us is None else steady_us - self._steady_us
        self._steady_us = steady_us
        return self.move_to(self.market_us + int(passed * self._speed), next_tick_us)

    def move_to(self, wanted_us: int, next_tick_us: int | None) -> int:
        """Go to a market time, over closed hours."""
        if self._always_open:
            self.market_us = max(self.market_us, self._into_session(wanted_us))
        elif next_tick_us is not None and self._is_quiet(wanted_us, next_tick_us):
            self.market_us = max(self.market_us, next_tick_us)
        else:
            self.market_us = max(self.market_us, wanted_us)
        return self.market_us

    def _into_session(self, time_us: int) -> int:
        session = self._calendar.current(time_us)
        return max(time_us, session.open_us)

    def _is_quiet(self, wanted_us: int, next_tick_us: int) -> bool:
        closed = not self._calendar.is_open(wanted_us)
        return closed and next_tick_us - wanted_us > QUIET_US_MAX
