"""From a file of real ticks to `market.ticks` and InfluxDB, as fast as it goes, all rooms up.

The file is AIG's 2013-10-09 (764,014 quotes and trades), once more under the names of other
symbols, so that every partition has work. Counted is from the moment that every room is ready and
InfluxDB answers until both have the last tick; afterwards both are counted against the files.
"""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import uvloop

from benches.result import Result, at_least, at_most, told
from benches.stack import OwnStack, check_producer, running, tell
from plimsoll.embedded import attach, stackfile
from plimsoll.embedded.options import Options
from plimsoll.embedded.paths import State, read_json
from shared import codec
from shared.bus.kafka import KafkaReader
from shared.bus.ports import Partition
from shared.events.market import FeedReported, FeedState, TickBatch
from shared.topics import MARKET_STATUS, MARKET_TICKS, partition_count

DATA = Path(__file__).parents[2] / "shared" / "data" / "us_ticks"
NAMES = ("aig_2013-10-09_nbbo.csv.gz", "aig_2013-10-09_trades.csv.gz")
SYMBOLS = ("AIG", "AAPL", "IBM", "SPY", "MSFT", "BAC", "KO", "GE")
TICKS_PER_S_MIN = 100_000
SILENCE_S_MAX = 60.0
QUIET_S = 0.2


class Sight(NamedTuple):
    """How many ticks the feed had told at a time (seconds of the wall clock)."""

    ticks: int
    at_s: float


def write_files(folder: Path) -> int:
    """The ticks under each name; how many there are."""
    folder.mkdir()
    total = 0
    for source in NAMES:
        if not (DATA / source).exists():
            raise RuntimeError(f"bench ticks reads {DATA}, which is absent")
        text = gzip.decompress((DATA / source).read_bytes())
        total += (text.count(b"\n") - 1) * len(SYMBOLS)
        for symbol in SYMBOLS:
            renamed = text.replace(b"\nAIG,", b"\n" + symbol.encode() + b",")
            path = folder / source.replace("aig", symbol.lower())
            path.write_bytes(gzip.compress(renamed, compresslevel=1))
    return total


class Reports:
    """What the feed says of itself."""

    def __init__(self, reader: KafkaReader) -> None:
        self._reader = reader

    async def next(self) -> FeedReported:
        """The next report. Raises RuntimeError when none comes."""
        until = time.monotonic() + SILENCE_S_MAX
        while time.monotonic() < until:
            for record in (await self._reader.poll(1.0))[-1:]:
                message = codec.decode(MARKET_STATUS, record.raw)
                assert isinstance(message, FeedReported)
                return message
        raise RuntimeError("the feed says nothing")


async def first_sight(reports: Reports) -> Sight:
    """Where the feed is, now that all is up."""
    report = await reports.next()
    if report.state is FeedState.STOPPED:
        raise RuntimeError("all ticks were told before the stack was ready: use more symbols")
    return Sight(report.ticks, int(report.at) / 1e6)


async def told_all(reports: Reports) -> Sight:
    """When `market.ticks` had the last tick."""
    while True:
        report = await reports.next()
        if report.state is FeedState.STOPPED:
            return Sight(report.ticks, int(report.at) / 1e6)


async def recorded_all(url: str, total: int) -> tuple[int, float]:
    """How many points InfluxDB has, and when it had them all (or took no more)."""
    count, changed_s = 0, time.time()
    async with httpx.AsyncClient(timeout=60) as client:
        while count < total and time.time() - changed_s < SILENCE_S_MAX / 4:
            asked_s, found = time.time(), await points(client, url)
            if found != count:
                count, changed_s = found, asked_s
            await asyncio.sleep(QUIET_S)
    return count, changed_s


async def points(client: httpx.AsyncClient, url: str) -> int:
    """Quotes and trades that InfluxDB holds."""
    query = "SELECT count(bid) FROM quotes; SELECT count(price) FROM trades"
    answer = await client.get(f"{url}/query", params={"db": "plimsoll", "q": query})
    series = [one["series"][0] for one in answer.json()["results"] if "series" in one]
    return sum(int(one["values"][0][1]) for one in series)


async def in_log(stack: OwnStack) -> int:
    """Ticks in all batches of `market.ticks`."""
    reader = await KafkaReader.connect(stack.kafka)
    count = partition_count(MARKET_TICKS, stack.partitions)
    places = [Partition(MARKET_TICKS, number) for number in range(count)]
    await reader.assign(dict.fromkeys(places, "start"))
    found = 0
    while records := await reader.poll(2.0):
        for record in records:
            message = codec.decode(MARKET_TICKS, record.raw)
            found += len(message.time_us) if isinstance(message, TickBatch) else 0
    await reader.close()
    return found


async def influx_url(state: State) -> str:
    """Where InfluxDB is reached, as soon as it is."""
    until = time.monotonic() + SILENCE_S_MAX
    while time.monotonic() < until:
        url = (read_json(state.stack) or {}).get("influx")
        if url:
            return str(url)
        await asyncio.sleep(QUIET_S)
    raise RuntimeError("InfluxDB is not there: `plimsoll up` builds it once")


async def measure(stack: OwnStack, total: int) -> list[Result]:
    """Both ends, and whether they hold every tick."""
    await check_producer(stack.kafka)
    reader = await KafkaReader.connect(stack.kafka)
    await reader.assign({Partition(MARKET_STATUS, 0): "end"})
    reports = Reports(reader)
    url = await influx_url(stack.state)
    began = await first_sight(reports)
    tell(f"ticks: all rooms up after {began.ticks} of {total} ticks")
    logged = await told_all(reports)
    recorded, recorded_s = await recorded_all(url, total)
    await reader.close()
    rest = total - began.ticks
    both = rest - (total - recorded)
    return [
        at_least("ticks", both / (recorded_s - began.at_s), "ticks/s", TICKS_PER_S_MIN),
        told("ticks.to_log", rest / (logged.at_s - began.at_s), "ticks/s"),
        told("ticks.measured", rest, "ticks"),
        at_most("ticks.not_in_log", abs(total - await in_log(stack)), "ticks", 0),
        at_most("ticks.not_in_influx", abs(total - recorded), "ticks", 0),
    ]


def run(state: Path) -> Iterator[Result]:
    """File to log and InfluxDB, on a stack whose feed is those files."""
    folder, place = state / "ticks", State(state / "stack")
    total = write_files(folder)
    attach.start_detached(place, Options(feed=f"replay:{folder}", speed=0.0), tell)
    try:
        yield from uvloop.run(measure(running(place), total))
    finally:
        stackfile.stop_running(place)
