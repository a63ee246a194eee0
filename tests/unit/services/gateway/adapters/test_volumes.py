"""Past volumes from InfluxDB: what is asked, and what an answer means."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest

from services.gateway.adapters.volumes import InfluxVolumes, bars_in, statement
from services.gateway.core.curves import Window
from services.gateway.ports import Unavailable
from shared.types import Time

START = Time.parse("2013-10-08T16:00:00Z")
WINDOW = Window(day=date(2013, 10, 8), starts_at=START, ends_at=START.plus(60_000_000))
EMPTY = Window(day=date(2013, 10, 7), starts_at=Time(0), ends_at=Time(1))
SERIES = {"name": "bars_1m", "columns": ["time", "volume"], "values": [[int(START) * 1000, 12.5]]}


class Influx(HTTPServer):
    """Answers the results it was given, and keeps the queries."""

    def __init__(self, status: int, results: object) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.results, self.asked = status, results, list[dict[str, list[str]]]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Influx

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.append(parse_qs(raw.decode()))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(json.dumps({"results": self.server.results}).encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def influx() -> Iterator[Influx]:
    server = Influx(200, [{"statement_id": 0, "series": [SERIES]}, {"statement_id": 1}])
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_statement_asks_for_the_minutes_of_a_window_and_quotes_the_symbol() -> None:
    window = Window(day=date(1970, 1, 1), starts_at=Time(1), ends_at=Time(2))
    assert statement("O'X", window) == (
        """SELECT "volume" FROM "bars_1m" WHERE "symbol" = 'O\\'X' AND"""
        " time >= 1000 AND time < 2000"
    )


def test_the_bars_of_all_series_are_taken_as_exact_numbers() -> None:
    result = json.loads(json.dumps({"series": [SERIES, SERIES]}), parse_float=Decimal)
    assert bars_in(result) == [(START, Decimal("12.5"))] * 2
    assert bars_in({}) == []


def test_windows_without_bars_are_left_out(influx: Influx) -> None:
    found = asyncio.run(InfluxVolumes(influx.url).minutes("AIG", [WINDOW, EMPTY]))
    assert found == {date(2013, 10, 8): [(START, Decimal("12.5"))]}
    (asked,) = influx.asked
    assert asked["db"] == ["plimsoll"] and asked["epoch"] == ["ns"]
    assert asked["q"] == [f"{statement('AIG', WINDOW)}; {statement('AIG', EMPTY)}"]


def test_without_an_address_there_is_no_history() -> None:
    assert asyncio.run(InfluxVolumes("").minutes("AIG", [WINDOW])) == {}


def test_a_history_that_is_away_or_refuses_is_unavailable(influx: Influx) -> None:
    influx.status = 503
    for url in (influx.url, "http://127.0.0.1:1"):
        with pytest.raises(Unavailable):
            asyncio.run(InfluxVolumes(url).minutes("AIG", [WINDOW]))
