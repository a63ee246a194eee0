"""Sessions of the New York Stock Exchange, from exchange_calendars (regular hours)."""

from __future__ import annotations

from datetime import timedelta

import exchange_calendars
import pandas as pd

from services.market_data.core.calendar import Calendar, Session
from shared.types import Time

DAYS_BEFORE, DAYS_AFTER = 15, 420


def nyse(around: list[Time]) -> Calendar:
    """The sessions from two weeks before the earliest of these times until a year after the
    latest.
    """
    start = min(around).moment.date() - timedelta(days=DAYS_BEFORE)
    end = max(around).moment.date() + timedelta(days=DAYS_AFTER)
    schedule = exchange_calendars.get_calendar("XNYS", start=start, end=end).schedule
    return Calendar(
        [
            Session(str(date.date()), _microseconds(row["open"]), _microseconds(row["close"]))
            for date, row in schedule.iterrows()
        ]
    )


def _microseconds(moment: pd.Timestamp) -> int:
    return int(Time.of(moment.to_pydatetime()))
