"""Sessions of the New York Stock Exchange, computed by a process of its own.

The library and what it needs are large and slow to load: here they cost the orders that are being
answered nothing, neither time nor memory. Run as a module this prints the sessions as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import date

from services.gateway.ports import Unavailable

EXCHANGE, NEW_YORK = "XNYS", "America/New_York"
FIRST = "1990-01-01"
COMPUTED_S_MAX = 60.0

Session = dict[str, str]


class NyseCalendar:
    """All sessions since 1990, computed at the first question."""

    def __init__(self) -> None:
        self._sessions: list[Session] = []
        self._lock = asyncio.Lock()

    async def sessions(self, start: date, end: date) -> list[Session]:
        """The sessions from start to end, both included, with their hours in New York."""
        async with self._lock:
            if not self._sessions:
                self._sessions = await _computed()
        first, last = start.isoformat(), end.isoformat()
        return [one for one in self._sessions if first <= one["date"] <= last]


async def _computed() -> list[Session]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.gateway.adapters.calendar",
        stdout=asyncio.subprocess.PIPE,
        stdin=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(COMPUTED_S_MAX):
            output, _ = await process.communicate()
        sessions: list[Session] = json.loads(output)
    except (TimeoutError, ValueError) as error:
        raise Unavailable("the calendar could not be computed") from error
    finally:
        if process.returncode is None:
            process.kill()
    return sessions


def computed() -> list[Session]:
    """Every session since FIRST that the library knows."""
    import exchange_calendars  # in this process only

    hours = exchange_calendars.get_calendar(EXCHANGE, start=FIRST).schedule
    opens = hours["open"].dt.tz_convert(NEW_YORK).dt.strftime("%H:%M")
    closes = hours["close"].dt.tz_convert(NEW_YORK).dt.strftime("%H:%M")
    return [
        {"date": session.date().isoformat(), "open": opens[session], "close": closes[session]}
        for session in hours.index
    ]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(computed()))
