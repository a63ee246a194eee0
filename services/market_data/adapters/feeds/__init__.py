"""One file for each source of ticks; `FEEDS` names them."""

from __future__ import annotations

from collections.abc import Callable

from services.market_data.adapters.feeds import replay, synthetic
from services.market_data.core.calendar import Calendar
from services.market_data.ports import Feed
from services.market_data.settings import MarketDataSettings
from shared.instruments import Instrument
from shared.types import Time

MakeFeed = Callable[[MarketDataSettings, str, dict[str, Instrument], Calendar, Time | None], Feed]

FEEDS: dict[str, MakeFeed] = {"replay": replay.make, "synthetic": synthetic.make}


class FeedUnknown(Exception):
    """No feed has that name."""


def make_feed(
    settings: MarketDataSettings,
    instruments: dict[str, Instrument],
    calendar: Calendar,
    resume_at: Time | None,
) -> Feed:
    """The feed that the settings name, as `name` or `name:argument`; it goes on at `resume_at`."""
    name, _, argument = settings.feed.partition(":")
    if name not in FEEDS:
        raise FeedUnknown(f"feed {settings.feed!r}: known are {', '.join(sorted(FEEDS))}")
    return FEEDS[name](settings, argument, instruments, calendar, resume_at)
