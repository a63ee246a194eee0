"""Sessions of an exchange: when it opens and closes, which session a moment belongs to. Times are
microseconds.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple


class Session(NamedTuple):
    """One trading day: its date (YYYY-MM-DD), open and close in microseconds since the epoch."""

    date: str
    open_us: int
    close_us: int


class Calendar:
    """Sessions in order. Raises ValueError outside the stretch it knows."""

    def __init__(self, sessions: list[Session]) -> None:
        self.sessions = sessions
        self._closes = [session.close_us for session in sessions]

    def current(self, time_us: int) -> Session:
        """The session that is open at this time, else the next one."""
        place = bisect_right(self._closes, time_us)
        if place >= len(self.sessions):
            raise ValueError(f"no session is known after {time_us}")
        return self.sessions[place]

    def is_open(self, time_us: int) -> bool:
        """Whether the exchange trades at this time."""
        return self.current(time_us).open_us <= time_us

    def next_open(self, time_us: int) -> int:
        """The next opening after this time."""
        session = self.current(time_us)
        return session.open_us if time_us < session.open_us else self.after(session).open_us

    def next_close(self, time_us: int) -> int:
        """The next close after this time."""
        return self.current(time_us).close_us

    def after(self, session: Session) -> Session:
        """The session after another."""
        return self.current(session.close_us)

    def last_finished(self, time_us: int) -> Session:
        """The last session that was over at this time."""
        place = bisect_right(self._closes, time_us) - 1
        if place < 0:
            raise ValueError(f"no session is known before {time_us}")
        return self.sessions[place]

    def boundaries(self, after_us: int, until_us: int) -> list[int]:
        """Openings and closes in (after, until], in order."""
        found: list[int] = []
        place = bisect_right(self._closes, after_us)
        for session in self.sessions[place:]:
            if session.open_us > until_us:
                break
            found += [t for t in (session.open_us, session.close_us) if after_us < t <= until_us]
        return found
