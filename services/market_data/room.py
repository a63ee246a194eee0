"""The room's loop: take what the feed has up to market time, tell it, record it, say what time it
is.
"""

from __future__ import annotations

import asyncio

from services.market_data.adapters.last_prices import LastPrices, SymbolRow
from services.market_data.adapters.publisher import Publisher
from services.market_data.adapters.ticks_influx import TickRecorder
from services.market_data.core.bars import Bar, BarBuilder
from services.market_data.core.batches import SymbolTicks, by_symbol, tick_batch, trades
from services.market_data.core.block import Block
from services.market_data.core.calendar import Calendar
from services.market_data.core.pacer import Pacer
from services.market_data.core.quality import flags
from services.market_data.ports import Feed
from services.market_data.settings import MarketDataSettings
from shared.clock import monotonic_s, wall_now
from shared.events.market import (
    BarClosed,
    ClockAdvanced,
    FeedReported,
    FeedState,
    QuoteUpdated,
)
from shared.events.runtime import RoomAlive
from shared.metrics import MESSAGES
from shared.types import SECOND_US, Time

MINUTE_US = 60 * SECOND_US
TICKS_PER_STEP = 20_000
BREATH_S = 0.02
ROOM = "market_data"


class MarketData:
    """One feed, one market time, one voice."""

    def __init__(
        self,
        settings: MarketDataSettings,
        feed: Feed,
        calendar: Calendar,
        publisher: Publisher,
        recorder: TickRecorder,
        last: LastPrices,
    ) -> None:
        self._settings, self._feed, self._calendar = settings, feed, calendar
        self._publisher, self._recorder, self._last = publisher, recorder, last
        self._pacer = Pacer(int(feed.begins_at), settings.speed, calendar, feed.simulated)
        self.run_name = f"{feed.source}-{feed.begins_at.moment:%Y%m%dT%H%M%S}"
        self._bars = (BarBuilder(1), BarBuilder(60))
        self._rows: dict[str, SymbolRow] = {}
        self._waiting_quotes: dict[str, QuoteUpdated] = {}
        self._quoted_s: dict[str, float] = {}
        self._changed: set[str] = set()
        self._told_us, self._second, self._ticks, self._ticks_before = int(feed.begins_at), 0, 0, 0
        self._is_over, self._last_tick_at = False, wall_now()
        self._telling: asyncio.Task[None] | None = None
        self.stopping = False

    async def run(self) -> None:
        """Turn until told to stop."""
        await self._begin()
        while not self.stopping:
            began = monotonic_s()
            await self._turn()
            await self._rest(self._settings.flush_ms / 1000 - (monotonic_s() - began))
        await self._publisher.settle()

    async def _rest(self, seconds: float) -> None:
        """Until the next flush; as fast as it goes there is none, but InfluxDB is waited for."""
        if self._settings.speed or self._is_over:
            await asyncio.sleep(max(seconds, 0))
        else:
            await asyncio.sleep(BREATH_S if self._recorder.is_behind else 0)

    async def _begin(self) -> None:
        standing = self._feed.standing()
        await self._tell(standing, self._feed.begins_at, bars=False)
        await self._flush_quotes(everything=True)
        await self._say_time(self._pacer.market_us)
        await self._report()

    async def _turn(self) -> None:
        before = self._pacer.market_us
        now = self._market_time()
        for boundary in self._boundaries(before, now):
            await self._step(boundary)
            await self._say_time(boundary)
        await self._step(now)
        second = int(wall_now()) // SECOND_US
        if second != self._second:
            self._second = second
            await self._say_time(now)
            await self._report()

    def _market_time(self) -> int:
        following = self._feed.next_time()
        if self._is_over or following is None:
            self._is_over = True
            return self._pacer.market_us
        if self._settings.speed:
            return self._pacer.advance(int(monotonic_s() * SECOND_US), following)
        if self._recorder.is_behind:
            return self._pacer.market_us
        return self._pacer.move_to(int(self._feed.reach(TICKS_PER_STEP)), None)

    def _boundaries(self, before_us: int, now_us: int) -> list[int]:
        """Minutes and openings and closes passed on the way; after a leap only the last minute."""
        first = max(before_us - before_us % MINUTE_US + MINUTE_US, now_us - 5 * MINUTE_US)
        first -= first % MINUTE_US
        minutes = [t for t in range(first, now_us + 1, MINUTE_US) if before_us < t <= now_us]
        return sorted({*minutes, *self._calendar.boundaries(before_us, now_us)})

    async def _step(self, until_us: int) -> None:
        """Tell every tick up to a market time."""
        if self._is_over:
            return
        await self._tell(self._feed.take(Time(until_us)), Time(until_us), bars=True)
        await self._flush_quotes(everything=False)

    async def _tell(self, block: Block, through: Time, *, bars: bool) -> None:
        at = wall_now()
        for one in by_symbol(block, self._feed.symbols):
            await self._tell_symbol(one, at, through, bars)
        if block.size:
            self._ticks += block.size
            self._last_tick_at = at
            MESSAGES.labels(ROOM).inc(block.size)
        for bar in (bar for builder in self._bars for bar in builder.advance(int(through))):
            await self._tell_bar(bar, at)
        await self._publisher.settle()
        await self._publisher.through(self._feed.source, at, through)

    async def _tell_symbol(self, one: SymbolTicks, at: Time, through: Time, bars: bool) -> None:
        batch = tick_batch(one, self._feed.source, self.run_name, at, through)
        await self._publisher.ticks(batch)
        row = self._row(one.symbol, at)
        if bars:
            self._recorder.add(batch)
        place = batch.kind.rfind("q")
        if place >= 0:
            self._waiting_quotes[one.symbol] = QuoteUpdated(
                at=at,
                market_at=Time(batch.time_us[place]),
                symbol=one.symbol,
                bid=batch.bid[place],
                bid_size=batch.bid_size[place],
                ask=batch.ask[place],
                ask_size=batch.ask_size[place],
                row=batch.row[place],
                source=self._feed.source,
                flags=flags(batch.bid[place], batch.ask[place], 0, self._settings.stale_ms * 1000),
            )
        if bars and "t" in batch.kind:
            await self._tell_trades(one, row, at)
        self._changed.add(one.symbol)

    async def _tell_trades(self, one: SymbolTicks, row: SymbolRow, at: Time) -> None:
        for trade in trades(one):
            row.traded(trade, self._calendar.current(trade.time_us).date, at)
            for builder in self._bars:
                for bar in builder.add(*trade):
                    await self._tell_bar(bar, at)

    async def _tell_bar(self, bar: Bar, at: Time) -> None:
        start_us = bar.start_us
        closed = BarClosed(
            at=at,
            market_at=Time(start_us + bar.seconds * SECOND_US),
            symbol=bar.symbol,
            start=Time(start_us),
            seconds=bar.seconds,
            open=bar.open,
            high=bar.high,
            low=bar.low,
            close=bar.close,
            volume=bar.volume,
            trades=bar.trades,
            source=self._feed.source,
            vwap=bar.vwap,
        )
        await self._publisher.bar(closed)
        self._recorder.add_bar(closed, self.run_name)

    async def _flush_quotes(self, *, everything: bool) -> None:
        """Publish the newest quote of each symbol, not more often than the settings allow."""
        now, pause = monotonic_s(), 1 / self._settings.quotes_per_second_max
        for symbol, quote in list(self._waiting_quotes.items()):
            if everything or now - self._quoted_s.get(symbol, 0) >= pause:
                self._quoted_s[symbol] = now
                del self._waiting_quotes[symbol]
                self._row(symbol, quote.at).quoted(quote)
                await self._publisher.quote(quote)

    def _row(self, symbol: str, at: Time) -> SymbolRow:
        if symbol not in self._rows:
            self._rows[symbol] = SymbolRow(
                symbol=symbol, source=self._feed.source, simulated=self._feed.simulated, at=at
            )
        return self._rows[symbol]

    async def _say_time(self, market_us: int) -> None:
        self._told_us = max(self._told_us, market_us)
        wall, market = wall_now(), self._told_us
        session = self._calendar.current(market)
        await self._publisher.clock(
            ClockAdvanced(
                at=wall,
                market_at=Time(market),
                market_time=Time(market),
                wall_time=wall,
                is_open=self._calendar.is_open(market),
                session=session.date,
                next_open=Time(self._calendar.next_open(market)),
                next_close=Time(self._calendar.next_close(market)),
            )
        )

    async def _report(self) -> None:
        """Each wall second: how the feed is, that the room is alive, the last prices, a `service`
        point.
        """
        wall, market = wall_now(), Time(self._told_us)
        rate, self._ticks_before = self._ticks - self._ticks_before, self._ticks
        state = FeedState.STOPPED if self._is_over else FeedState.LIVE
        report = FeedReported(
            at=self._last_tick_at if self._is_over else wall,
            market_at=market,
            source=self._feed.source,
            run=self.run_name,
            state=state,
            symbols=self._feed.symbols,
            simulated=self._feed.simulated,
            ticks=self._ticks,
            ticks_per_second=float(rate),
        )
        alive = RoomAlive(
            at=wall, market_at=market, room=ROOM, process=self._settings.process, partition=0
        )
        await self._publisher.status(report, alive)
        age_ms = (int(wall) - int(self._last_tick_at)) // 1000
        tags = f"service,room={ROOM},process={self._settings.process}"
        self._recorder.add_line(f"{tags} ticks={rate}i,feed_age_ms={age_ms}i {int(wall) * 1000}")
        self._tell_last_prices()

    def _tell_last_prices(self) -> None:
        if self._telling is not None and not self._telling.done():
            return
        changed = [self._rows[symbol] for symbol in sorted(self._changed)]
        self._changed.clear()
        self._telling = asyncio.create_task(self._last.tell(changed))
