"""What the gateway hears: it wakes who waits for an answer, and keeps the newest of what it shows.

A request subscribes before it publishes: the answer is the first event with its command's id as
`cause` on the voice of the room that decides. Events are taken once and in order, by their numbers;
a relay that starts again repeats what was missed, so a number that is too high is dropped too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from services.gateway.core.readiness import Readiness
from shared.clock import monotonic_s
from shared.events.market import BarClosed, ClockAdvanced, FeedReported, QuoteUpdated
from shared.events.risk import CommandRefused
from shared.events.runtime import RoomAlive
from shared.logs import log
from shared.messages import Event, Message
from shared.topics import OMS_ORDERS
from shared.types import Time

GAP_S_MAX = 10.0
MINUTE_S = 60

Wants = Callable[[str, Event], bool]
"""wants(topic, event): whether this event is the answer."""

Listener = Callable[[str, Event], None]


class Hub:
    """One for the process, on one event loop."""

    def __init__(self, partitions: int, now_s: Callable[[], float] = monotonic_s) -> None:
        self._now_s = now_s
        self.listening = False
        self.readiness = Readiness(partitions)
        self.clock: ClockAdvanced | None = None
        self.quotes: dict[str, QuoteUpdated] = {}
        self.minute_bars: dict[str, BarClosed] = {}
        self.feed: FeedReported | None = None
        self.listeners: list[Listener] = []
        self.promised: set[str] = set()
        self.gaps = 0
        self._market_at = Time(0)
        self._waiting: dict[str, list[tuple[Wants, asyncio.Future[Event]]]] = {}
        self._seq: dict[tuple[str, int], int] = {}
        self._gap_since: dict[tuple[str, int], float] = {}

    @property
    def market_at(self) -> Time:
        """The market time: the largest heard of clock and quotes."""
        return self._market_at

    @contextmanager
    def expect(self, cause: str, wants: Wants) -> Iterator[asyncio.Future[Event]]:
        """A future that ends with the first event of that cause that is wanted; a refused command
        always is.
        """
        future: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        entry = (wants, future)
        self._waiting.setdefault(cause, []).append(entry)
        try:
            yield future
        finally:
            left = [one for one in self._waiting[cause] if one is not entry]
            if left:
                self._waiting[cause] = left
            else:
                del self._waiting[cause]

    def hear(self, topic: str, partition: int, message: Message) -> None:
        """Take up one message."""
        if isinstance(message, Event):
            if self._is_next(topic, partition, message):
                self._on_event(topic, message)
        elif isinstance(message, QuoteUpdated):
            self._on_quote(message)
        elif isinstance(message, RoomAlive):
            self.readiness.on_alive(message)
        elif isinstance(message, FeedReported):
            self.feed = message
            self.readiness.feed = message.source
        elif isinstance(message, BarClosed) and message.seconds == MINUTE_S:
            self.minute_bars[message.symbol] = message

    def _is_next(self, topic: str, partition: int, event: Event) -> bool:
        key, last = (topic, partition), self._seq.get((topic, partition))
        if last is not None and event.seq <= last:
            return False
        if last is not None and event.seq > last + 1:
            since = self._gap_since.setdefault(key, self._now_s())
            if self._now_s() - since <= GAP_S_MAX:
                return False
            self.gaps += 1
            log().error("numbers are missing", topic=topic, partition=partition, after=last)
        self._gap_since.pop(key, None)
        self._seq[key] = event.seq
        return True

    def _on_event(self, topic: str, event: Event) -> None:
        if isinstance(event, ClockAdvanced):
            self._on_clock(event)
            return
        if event.cause is not None:
            for wants, future in self._waiting.get(event.cause, ()):
                wanted = isinstance(event, CommandRefused) or wants(topic, event)
                if wanted and not future.done():
                    future.set_result(event)
        for listener in self.listeners:
            listener(topic, event)
        if event.cause is not None and topic == OMS_ORDERS:
            self.promised.discard(event.cause)

    def _on_clock(self, clock: ClockAdvanced) -> None:
        if self.clock is None or clock.market_time >= self.clock.market_time:
            self.clock = clock
        self._market_at = max(self._market_at, clock.market_time)
        self.readiness.on_clock(clock.wall_time)

    def _on_quote(self, quote: QuoteUpdated) -> None:
        old = self.quotes.get(quote.symbol)
        if old is None or (quote.at, quote.market_at) >= (old.at, old.market_at):
            self.quotes[quote.symbol] = quote
        self._market_at = max(self._market_at, quote.market_at)
        if self.readiness.feed is None:
            self.readiness.feed = quote.source


def one_of(*kinds: type[Event]) -> Wants:
    """Wants the first event of these types."""
    return lambda _, event: isinstance(event, kinds)


def on(topic: str) -> Wants:
    """Wants the first event on a topic."""
    return lambda where, _: where == topic
