"""Real ticks in, an order out: AIG on 2013-10-09, checked against the file and not against our
tables.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.stack import ROOT, Stack, wait_for

TICKS = ROOT.parent / "shared" / "data" / "us_ticks"
FROM = "2013-10-09T13:59:58Z"

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    options = ("--feed", f"replay:{TICKS}", "--from", FROM, "--speed", "1")
    running = Stack(tmp_path_factory.mktemp("replay"), *options)
    try:
        running.up()
        yield running
    finally:
        running.down()


def rows(name: str) -> Iterator[dict[str, str]]:
    with gzip.open(TICKS / name, "rt") as lines:
        yield from csv.DictReader(lines)


def quote_in_force(at: datetime) -> dict[str, str]:
    """The last row of the file whose time is not after `at`."""
    last: dict[str, str] = {}
    for row in rows("aig_2013-10-09_nbbo.csv.gz"):
        if moment(row["ts"]) > at:
            break
        last = row
    return last


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_a_market_buy_is_filled_at_the_ask_in_force_at_its_market_time(replay: Stack) -> None:
    with replay.client() as client:
        body = {
            "symbol": "AIG",
            "qty": "100",
            "side": "buy",
            "type": "market",
            "time_in_force": "day",
        }
        for _ in range(5):
            posted = client.post("/v2/orders", json=body)
            assert posted.status_code == 200, posted.text
            order = wait_filled(client, posted.json()["id"])
            quote = quote_in_force(moment(order["filled_at"]))
            assert Decimal(order["filled_qty"]) == 100
            if Decimal(quote["ask_size"]) >= 100:
                assert Decimal(order["filled_avg_price"]) == Decimal(quote["ask"])
            assert moment(order["filled_at"]) >= moment(order["submitted_at"])


def wait_filled(client: httpx.Client, order_id: str) -> dict[str, Any]:
    found: dict[str, Any] = wait_for(
        lambda: client.get(f"/v2/orders/{order_id}").json(), lambda o: o["status"] == "filled", 20
    )
    return found


def test_every_fill_names_the_row_of_the_file_it_traded_against(replay: Stack) -> None:
    wanted = {}
    with replay.admin() as admin:
        for price, size, at, row in admin.execute(
            "SELECT price, quantity, quote_at, quote_row FROM oms.executions WHERE side = 'buy'"
        ):
            wanted[row] = (price, size, at)
    assert wanted
    for number, row in enumerate(rows("aig_2013-10-09_nbbo.csv.gz")):
        if number in wanted:
            price, size, at = wanted.pop(number)
            assert price == Decimal(row["ask"])
            assert size <= Decimal(row["ask_size"])
            assert at == moment(row["ts"])
    assert wanted == {}


def test_the_journal_balances(replay: Stack) -> None:
    with replay.admin() as admin:
        entries = admin.execute(
            "SELECT journal_id, currency, sum(amount) FROM portfolio.journal_lines GROUP BY 1, 2"
        ).fetchall()
    assert entries
    assert all(total == 0 for _, _, total in entries)


def influx(replay: Stack, query: str) -> list[list[Any]]:
    url = wait_for(lambda: replay.told()["influx"], bool, 240)
    asked = httpx.get(f"{url}/query", params={"db": "plimsoll", "q": query}, timeout=30)
    results = asked.json()["results"][0]
    return list(results["series"][0]["values"]) if "series" in results else []


def stored(replay: Stack, query: str, wanted: int) -> int:
    """The count a query answers, as soon as it is the wanted one."""

    def count() -> int:
        found = influx(replay, query)
        return int(found[0][1]) if found else 0

    return wait_for(count, lambda number: number == wanted, 30)


@pytest.mark.timeout(420)
def test_influxdb_holds_as_many_points_per_symbol_and_second_as_the_file_has_ticks(
    replay: Stack,
) -> None:
    seconds = [f"2013-10-09T14:00:{n:02d}" for n in range(2, 8)]
    in_file: dict[str, Counter[str]] = {"quotes": Counter(), "trades": Counter()}
    for name, measurement in (
        ("aig_2013-10-09_nbbo.csv.gz", "quotes"),
        ("aig_2013-10-09_trades.csv.gz", "trades"),
    ):
        for row in rows(name):
            in_file[measurement][row["ts"][:19]] += 1
    for measurement, counts in in_file.items():
        field = "bid" if measurement == "quotes" else "price"
        for second in seconds:
            query = (
                f"SELECT count({field}) FROM {measurement} WHERE symbol = 'AIG'"
                f" AND time >= '{second}Z' AND time < '{second}Z' + 1s"
            )
            assert stored(replay, query, counts[second]) == counts[second], (measurement, second)


def test_a_denial_is_told_on_the_risk_topic(replay: Stack) -> None:
    with replay.client() as client:
        body = {
            "symbol": "AIG",
            "qty": "10000000",
            "side": "buy",
            "type": "market",
            "time_in_force": "day",
        }
        denied = client.post("/v2/orders", json=body)
        assert denied.status_code == 403
        assert denied.json()["code"] == 40310000
        assert denied.json()["violations"]
    heard = replay.cli("watch", "risk.events", "--from-start", "--json", "--for", "3")
    messages = [json.loads(line) for line in heard.splitlines() if line.startswith("{")]
    (told,) = [m for m in messages if m["type"] == "OrderDenied"]
    assert told["order"]["quantity"] == "10000000"
    assert Path(TICKS).exists()
