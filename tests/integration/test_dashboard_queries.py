"""Every query of the Grafana dashboard, on a real InfluxDB, over points as the rooms write them."""

from __future__ import annotations

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from plimsoll.embedded import Servers
from services.oms.adapters import influx as oms
from services.portfolio.adapters import influx as portfolio
from services.risk.adapters import influx as risk
from shared.events.oms import OrderFilled
from shared.events.portfolio import AccountValued
from shared.events.risk import BreakerTripped, OrderDenied
from shared.messages import Message
from shared.pulse import Pulse
from shared.telemetry import Telemetry, tags
from shared.types import (
    Execution,
    OrderState,
    OrderStatus,
    Scope,
    ScopeKind,
    Side,
    Time,
    Violation,
)
from tests.builders import ACCOUNT, FIRM, order
from tests.integration.documented import documented_fields

GRAFANA = Path(__file__).parents[2] / "deploy" / "grafana"
DASHBOARD: dict[str, Any] = json.loads((GRAFANA / "dashboards" / "plimsoll.json").read_text())
TITLES = {
    "Orders per second", "Verdict latency", "Equity", "Denials by code", "Feed age",
    "Ticks per second",
}  # fmt: skip
MEASUREMENTS = {
    "quotes", "trades", "bars_1s", "bars_1m", "equity", "exposure", "limit_use", "execution",
    "risk_events", "service",
}  # fmt: skip
MACROS = {
    "$timeFilter": "time >= now() - 15m",
    "$__interval_ms": "1000",
    "$__interval": "1s",
    "$account": "(.*)",
}


def queries() -> list[tuple[str, str]]:
    """(where it stands, InfluxQL) of every query in the file."""
    found = [
        (f"{panel['title']} {target['refId']}", target["query"])
        for panel in DASHBOARD["panels"]
        for target in panel["targets"]
    ]
    found += [(one["name"], one["query"]) for one in DASHBOARD["templating"]["list"]]
    return found + [(one["name"], one["query"]) for one in DASHBOARD["annotations"]["list"]]


def interpolated(query: str) -> str:
    """The query as Grafana sends it."""
    for macro, value in MACROS.items():
        query = query.replace(macro, value)
    return query


def messages(at: Time) -> Iterator[Message]:
    """One of each message that becomes a point."""
    same: dict[str, Any] = {"at": at, "market_at": at}
    yield AccountValued(
        account_id=ACCOUNT, firm_id=FIRM, currency="USD", cash=Decimal(90), equity=Decimal(100),
        long_value=Decimal(10), short_value=Decimal(0), unrealised=Decimal(1), realised=Decimal(0),
        day_start_equity=Decimal(99), day_flows=Decimal(0), peak_equity=Decimal(101), oms_seq=1,
        day=at, **same,
    )  # fmt: skip
    scope = Scope(kind=ScopeKind.ACCOUNT, name=ACCOUNT)
    violations = (Violation(code="ORDER_QUANTITY_EXCEEDED", scope=scope.key),)
    yield OrderDenied(order=order(), violations=violations, seq=1, **same)
    yield BreakerTripped(
        breaker="daily_loss", scope=scope, limit=Decimal(1), value=Decimal(2), action="halt",
        seq=2, **same,
    )  # fmt: skip
    execution = Execution(
        execution_id="e", order_id="order-1", account_id=ACCOUNT, symbol="AIG", side=Side.BUY,
        quantity=Decimal(100), price=Decimal("49.61"), transact_at=at,
    )  # fmt: skip
    state = OrderState(
        order=order(), status=OrderStatus.FILLED, created_at=at, submitted_at=at, updated_at=at
    )
    yield OrderFilled(state=state, execution=execution, seq=3, **same)


def lines(at: Time) -> Iterator[str]:
    """The points of one second, from the functions by which the rooms make them."""
    for message in messages(at):
        for points in (portfolio.points, risk.points, oms.points):
            yield from points(message)
    for room in ("risk", "oms", "venue.paper", "portfolio"):
        pulse = Pulse(room, room)
        pulse.committed(0.002, 7)
        yield pulse.line(at, 0)
    nanoseconds = int(at) * 1000
    gateway, market = tags("service", room="gateway"), tags("service", room="market_data")
    yield f"{gateway} orders=20i,verdict_ms=9.5,verdict_ms_max=21.5 {nanoseconds}"
    yield f"{market} ticks=1200i,feed_age_ms=130 {nanoseconds}"


@pytest.fixture(scope="module")
def influx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An InfluxDB with ten seconds of points."""
    with Servers(tmp_path_factory.mktemp("influx"), ("influx",)) as servers:
        telemetry = Telemetry(servers.influx)
        now_us = int(time.time() * 1_000_000)
        for second in range(10):
            for line in lines(Time(now_us - second * 1_000_000)):
                telemetry.add(line)
        telemetry.close(30)
        assert telemetry.dropped == 0
        yield servers.influx


def ask(url: str, query: str) -> dict[str, Any]:
    """The result of one InfluxQL statement."""
    body = urllib.parse.urlencode({"db": "plimsoll", "q": query}).encode()
    with urllib.request.urlopen(f"{url}/query", data=body, timeout=10) as answer:
        (result,) = json.loads(answer.read())["results"]
    assert "error" not in result, f"{query}: {result['error']}"
    found: dict[str, Any] = result
    return found


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("name", "query"), queries(), ids=[name for name, _ in queries()])
def test_a_query_of_the_dashboard_finds_values(influx: str, name: str, query: str) -> None:
    series = ask(influx, interpolated(query)).get("series", [])
    values = [value for one in series for row in one["values"] for value in row[1:]]
    assert [value for value in values if value is not None], f"{name} finds nothing: {query}"


@pytest.mark.timeout(300)
def test_the_numbers_of_the_dashboard_are_those_of_the_points(influx: str) -> None:
    asked = {name: interpolated(query) for name, query in queries()}

    def last(name: str) -> float:
        rows = ask(influx, asked[name])["series"][0]["values"]
        return [float(row[1]) for row in rows if row[1] is not None][-1]

    assert (last("Equity A"), last("Verdict latency B")) == (100, 21.5)
    assert (last("Profit of the day and drawdown A"), last("Exposure A")) == (1, 10)
    assert last("Profit of the day and drawdown B") == -1
    denials = ask(influx, asked["Denials by code A"])["series"]
    assert [one["tags"]["code"] for one in denials] == ["ORDER_QUANTITY_EXCEEDED"]
    assert sum(row[1] or 0 for row in denials[0]["values"]) == 10


@pytest.mark.timeout(300)
def test_the_points_have_the_tags_and_fields_that_are_documented(influx: str) -> None:
    present: dict[str, set[str]] = {}
    for kind in ("TAG", "FIELD"):
        for one in ask(influx, f"SHOW {kind} KEYS").get("series", []):
            present.setdefault(one["name"], set()).update(row[0] for row in one["values"])
    documented = {name: set(fields) for name, fields in documented_fields().items()}
    assert {name: fields for name, fields in documented.items() if name in present} == present
    assert documented.keys() <= MEASUREMENTS


def test_the_dashboard_shows_what_was_promised_and_reads_only_public_measurements() -> None:
    assert {panel["title"] for panel in DASHBOARD["panels"]} >= TITLES
    read = {part.split('"')[1] for _, query in queries() for part in query.split(" FROM ")[1:]}
    assert read <= MEASUREMENTS


def test_every_query_goes_to_the_data_source_that_is_provisioned() -> None:
    provisioned = (GRAFANA / "provisioning" / "datasources" / "plimsoll.yaml").read_text()
    targets = [target for panel in DASHBOARD["panels"] for target in panel["targets"]]
    assert {target["datasource"]["uid"] for target in targets} == {"plimsoll"}
    assert "uid: plimsoll" in provisioned and "dbName: plimsoll" in provisioned
    assert all(target["rawQuery"] and target["resultFormat"] for target in targets)
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
