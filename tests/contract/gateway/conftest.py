"""A gateway over doubles, served by uvicorn on a free port of loopback."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn
from alpaca.trading.client import TradingClient

from services.gateway.application import application
from services.gateway.settings import GatewaySettings
from services.gateway.wiring import config
from shared.events.market import ClockAdvanced, QuoteUpdated
from shared.topics import MARKET_CLOCK, MARKET_QUOTES
from shared.types import Time
from tests.builders import NOON
from tests.fakes.gateway import FakeRates, World
from tests.fakes.gateway_rows import ADMIN_KEY, SECRET, TRADER_KEY
from tests.fakes.gateway_world import lively

STARTED_S_MAX = 10.0


class Served:
    """A running server and the doubles behind it."""

    def __init__(self, world: World, rates: FakeRates) -> None:
        self.world = world
        app = application(world.services, rates)
        self._server = uvicorn.Server(config(app, GatewaySettings(port=0)))
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        asyncio.run(self._server.serve())

    def start(self) -> None:
        self._thread.start()
        until = time.monotonic() + STARTED_S_MAX
        while not self._server.started and time.monotonic() < until:
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(STARTED_S_MAX)

    @property
    def url(self) -> str:
        """Where it serves."""
        host, port = self._server.servers[0].sockets[0].getsockname()[:2]
        return f"http://{host}:{port}"

    def client(self, key: str = TRADER_KEY, secret: str = SECRET) -> httpx.Client:
        """A plain client with a key."""
        headers = {"APCA-API-KEY-ID": key, "APCA-API-SECRET-KEY": secret}
        return httpx.Client(base_url=self.url, headers=headers, timeout=5)


def market_known(world: World) -> None:
    """Market time and a quote of AIG have been heard."""
    clock = ClockAdvanced(
        market_time=NOON,
        wall_time=NOON,
        is_open=True,
        session="2013-10-09",
        next_open=Time.parse("2013-10-10T13:30:00Z"),
        next_close=Time.parse("2013-10-09T20:00:00Z"),
        seq=1,
    )
    world.hub.hear(MARKET_CLOCK, 0, clock)
    quote = QuoteUpdated(
        at=NOON,
        market_at=NOON,
        symbol="AIG",
        bid=49.6,
        bid_size=300,
        ask=49.61,
        ask_size=200,
        row=7,
        source="replay",
    )
    world.hub.hear(MARKET_QUOTES, 0, quote)


@pytest.fixture
def served() -> Iterator[Served]:
    """A lively gateway."""
    running = Served(lively(), FakeRates())
    market_known(running.world)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def trader(served: Served) -> Iterator[httpx.Client]:
    """A client with the key of the test account."""
    with served.client() as client:
        yield client


@pytest.fixture
def admin(served: Served) -> Iterator[httpx.Client]:
    """A client with the administrator's key."""
    with served.client(ADMIN_KEY) as client:
        yield client


@pytest.fixture
def alpaca(served: Served) -> TradingClient:
    """Unmodified alpaca-py."""
    return TradingClient(TRADER_KEY, SECRET, paper=True, url_override=served.url)
