"""Connects market data: the feed, the calendar, Kafka, InfluxDB, Redis and PostgreSQL."""

from __future__ import annotations

import asyncio
import gc
import signal

import uvloop

from services.market_data.adapters.calendar import nyse
from services.market_data.adapters.feeds import make_feed
from services.market_data.adapters.last_prices import LastPrices
from services.market_data.adapters.publisher import Publisher, last_clock
from services.market_data.adapters.ticks_influx import TickRecorder
from services.market_data.room import MarketData
from services.market_data.settings import MarketDataSettings
from shared.bus.kafka import KafkaWriter
from shared.clock import wall_now
from shared.instruments import load
from shared.logs import configure, log
from shared.metrics import serve
from shared.types import Time

REPLAY_EARLIEST = Time.parse("1998-01-02T00:00:00Z")


async def _serve(settings: MarketDataSettings) -> None:
    clock = await last_clock(settings.kafka, settings.partitions)
    around = [t for t in (settings.begin, clock.market_time, wall_now()) if t is not None]
    if settings.begin is None and settings.feed.startswith("replay"):
        around.append(REPLAY_EARLIEST)
    calendar = nyse(around)
    feed = make_feed(settings, load(settings.instruments), calendar, clock.market_time)
    writer = await KafkaWriter.connect(settings.kafka)
    recorder = TickRecorder(settings.influx, settings.backlog_lines_max)
    last = LastPrices(settings.redis, settings.postgres)
    publisher = Publisher(writer, settings.partitions, clock)
    room = MarketData(settings, feed, calendar, publisher, recorder, last)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, setattr, room, "stopping", True)
    log().info("room begins", room="market_data", feed=feed.source, market_time=str(feed.begins_at))
    gc.freeze()
    await room.run()
    await writer.close()
    await last.close()
    recorder.close()


def main() -> None:
    """Run the market data process until SIGTERM. Whatever breaks ends it with exit code 1 and
    says why.
    """
    settings = MarketDataSettings()
    configure(settings.process, settings.log_level)
    serve(settings.metrics_port)
    try:
        uvloop.run(_serve(settings))
    except Exception as error:
        log().critical("room stops", room="market_data", error=str(error), exc_info=True)
        raise SystemExit(1) from error
