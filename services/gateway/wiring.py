"""Connects the gateway: Kafka, PostgreSQL, Redis and the kill flags to routes, and serves them."""

from __future__ import annotations

import asyncio
import gc
import json
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
import uvloop

from services.gateway.adapters.bus import KafkaBus
from services.gateway.adapters.cache import LastPrices
from services.gateway.adapters.calendar import NyseCalendar
from services.gateway.adapters.database import Database, watch
from services.gateway.adapters.ear import KafkaEar
from services.gateway.adapters.kill_flags import FileKillFlags
from services.gateway.adapters.own import PostgresOwn
from services.gateway.adapters.rates import SharedRates, shared_counts
from services.gateway.adapters.reads import PostgresReads
from services.gateway.adapters.volumes import InfluxVolumes
from services.gateway.application import application
from services.gateway.asking import Asking
from services.gateway.governing import Governing
from services.gateway.hub import Hub
from services.gateway.keyring import Keyring
from services.gateway.opening import Opening
from services.gateway.ports import (
    Bus,
    Calendar,
    KillFlags,
    MarketReads,
    Own,
    Reads,
    Unavailable,
    Volumes,
)
from services.gateway.releasing import Releasing
from services.gateway.services import Services
from services.gateway.settings import GatewaySettings
from services.gateway.streams.updates import TradeUpdates
from services.gateway.trading import Trading
from shared.instruments import load
from shared.logs import configure, log
from shared.metrics import serve as serve_metrics

RETRY_S = 0.3
SHUTDOWN_S = 1
KEEP_ALIVE_S = 75


@dataclass(frozen=True, kw_only=True)
class Doors:
    """Every port: real ones here, doubles in tests."""

    bus: Bus
    reads: Reads
    own: Own
    market: MarketReads
    calendar: Calendar
    flags: KillFlags
    volumes: Volumes


def assemble(doors: Doors, hub: Hub, settings: GatewaySettings) -> Services:
    """The services over these ports."""
    asking = Asking(doors.bus, hub, doors.reads, doors.own, settings.answer_ms / 1000)
    keyring, updates = Keyring(doors.own), TradeUpdates(hub)
    keyring.on_revoked.append(updates.drop_key)
    instruments = load(settings.instruments)
    return Services(
        hub=hub,
        reads=doors.reads,
        asking=asking,
        keyring=keyring,
        trading=Trading(asking, instruments, doors.volumes),
        opening=Opening(asking, keyring, settings.limits_file),
        governing=Governing(asking, doors.flags),
        releasing=Releasing(asking),
        market=doors.market,
        calendar=doors.calendar,
        updates=updates,
        instruments=instruments,
    )


async def register_admin(keyring: Keyring, settings: GatewaySettings) -> None:
    """Know the administrator's key, as soon as the database answers."""
    if settings.admin_key_file is None:
        return
    said = json.loads(settings.admin_key_file.read_text())
    while True:
        try:
            await keyring.register(said["key"], said["secret"], said["owner"])
            return
        except Unavailable as error:
            log().warning("the administrator's key is not registered yet", error=str(error))
            await asyncio.sleep(RETRY_S)


@asynccontextmanager
async def running(tasks: list[Any]) -> AsyncIterator[asyncio.Future[Any]]:
    """Run coroutines beside; the future ends with the first of them that fails."""
    loop = asyncio.get_running_loop()
    failed: asyncio.Future[Any] = loop.create_future()

    def note(task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and task.exception() is not None and not failed.done():
            failed.set_exception(task.exception() or RuntimeError())

    running_tasks = [asyncio.create_task(one) for one in tasks]
    for task in running_tasks:
        task.add_done_callback(note)
    try:
        yield failed
    finally:
        for task in running_tasks:
            task.cancel()
        await asyncio.wait(running_tasks, timeout=SHUTDOWN_S)
        failed.cancel()


class Server(uvicorn.Server):
    """uvicorn, stopped by `should_exit` alone: its own handlers would end the process by the signal
    that stopped it.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The process has its own handlers."""
        yield

    def stop(self) -> None:
        """Serve what is under way, then end."""
        self.should_exit = True


async def run(settings: GatewaySettings) -> None:
    """Serve until SIGTERM. Raises what broke."""
    hub = Hub(settings.partitions)
    bus = KafkaBus(settings.kafka, settings.partitions)
    database = Database(settings.postgres, settings.database_connections)
    doors = Doors(
        bus=bus,
        reads=PostgresReads(database),
        own=PostgresOwn(database),
        market=LastPrices(settings.redis, database),
        calendar=NyseCalendar(),
        flags=FileKillFlags(settings.state),
        volumes=InfluxVolumes(settings.influx),
    )
    services = assemble(doors, hub, settings)
    rates = SharedRates(settings.rate_per_minute, shared_counts(settings.redis))

    def tell_alive(alive: bool) -> None:
        services.asking.database_alive = database.is_alive = alive

    beside = [
        bus.run(),
        KafkaEar(settings.kafka, hub, settings.partitions).run(),
        watch(database, tell_alive),
        rates.run(),
        register_admin(services.keyring, settings),
    ]
    async with running(beside) as failed:
        server = Server(config(application(services, rates), settings))
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, server.stop)
        serving = asyncio.create_task(server.serve())
        gc.freeze()
        await asyncio.wait([serving, failed], return_when=asyncio.FIRST_COMPLETED)
        server.stop()
        await serving
        if failed.done():
            failed.result()
    await database.close()


def config(app: Any, settings: GatewaySettings) -> uvicorn.Config:
    """How uvicorn serves."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=64 * 1024,
        ws_ping_interval=20,
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=SHUTDOWN_S,
    )


def main() -> None:
    """Run the gateway until SIGTERM. Whatever breaks ends it with exit code 1 and says why."""
    settings = GatewaySettings()
    configure(settings.process, settings.log_level)
    serve_metrics(settings.metrics_port)
    try:
        uvloop.run(run(settings))
    except Exception as error:
        log().critical("gateway stops", error=repr(error), exc_info=True)
        raise SystemExit(1) from error
