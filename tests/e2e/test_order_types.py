"""Every type of order over HTTP on a running stack, one test each: placed, shown, and what becomes
of it; the log makes the same tables and says the same bytes afterwards.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from shared.types import Time
from tests.stack import Stack, wait_for

SYMBOL = "MSFT"
KEPT, AT_VENUE = True, False


class Desk:
    """An account of its own, and the gateway's own format."""

    def __init__(self, stack: Stack) -> None:
        self.stack, told = stack, stack.told()
        self.key = stack.account(f"types-{uuid.uuid4().hex[:8]}")
        headers = {"APCA-API-KEY-ID": self.key["key"], "APCA-API-SECRET-KEY": self.key["secret"]}
        self.http = httpx.Client(base_url=told["gateway"], headers=headers, timeout=20)

    def place(self, **body: Any) -> dict[str, Any]:
        """POST /api/v1/orders, as soon as the gate is open."""
        made = wait_for(
            lambda: self.http.post(
                "/api/v1/orders", json={"symbol": SYMBOL, "side": "buy", "quantity": "4", **body}
            ),
            lambda answer: answer.status_code != 503,
        )
        assert made.status_code == 200, made.text
        return made.json()  # type: ignore[no-any-return]

    def order(self, order_id: str) -> dict[str, Any]:
        """GET /api/v1/orders/{id}; one that replaces another is there once the venue has it."""
        found = wait_for(
            lambda: self.http.get(f"/api/v1/orders/{order_id}"),
            lambda answer: answer.status_code == 200,
        )
        return found.json()  # type: ignore[no-any-return]

    def until(self, order_id: str, status: str) -> dict[str, Any]:
        """The order, once it has that status."""
        return wait_for(lambda: self.order(order_id), lambda one: one["status"] == status, 30)

    def cancel(self, order_id: str) -> None:
        """DELETE, and wait for its end."""
        assert self.http.delete(f"/api/v1/orders/{order_id}").status_code < 300
        self.until(order_id, "canceled")

    def price(self) -> Decimal:
        """The last bid."""
        with self.stack.admin() as admin:
            row = admin.execute(
                "SELECT bid FROM views.market_data WHERE symbol = %s", (SYMBOL,)
            ).fetchone()
        assert row is not None
        return Decimal(str(row[0])).quantize(Decimal("0.01"))


@pytest.fixture(scope="module")
def desk(stack: Stack) -> Iterator[Desk]:
    made = Desk(stack)
    yield made
    made.http.close()


FAR = {
    "limit": ({"limit_price": "1"}, AT_VENUE),
    "stop": ({"stop_price": "9000"}, KEPT),
    "stop_limit": ({"stop_price": "9000", "limit_price": "9001"}, KEPT),
    "market_if_touched": ({"stop_price": "1"}, KEPT),
    "limit_if_touched": ({"stop_price": "1", "limit_price": "1"}, KEPT),
    "trailing_stop": ({"trail_percent": "50"}, KEPT),
}


@pytest.mark.parametrize("kind", FAR)
def test_a_type_that_waits_is_shown_and_canceled(desk: Desk, kind: str) -> None:
    prices, is_kept = FAR[kind]
    made = desk.place(type=kind, **prices)
    found = desk.until(made["order_id"], "new")
    assert (found["type"], found["held"]) == (kind, is_kept)
    desk.cancel(made["order_id"])


@pytest.mark.parametrize("tif", ["day", "gtc", "ioc", "fok"])
def test_a_market_order_of_each_time_in_force_fills(desk: Desk, tif: str) -> None:
    made = desk.place(type="market", time_in_force=tif)
    assert desk.until(made["order_id"], "filled")["cum_quantity"] == "4"


def test_gtd_post_only_and_iceberg_orders_rest_until_they_are_canceled(desk: Desk) -> None:
    ends = later(desk.stack.status()["market_time"], 3600)
    bodies: list[dict[str, Any]] = [
        {"time_in_force": "gtd", "expires_at": ends},
        {"post_only": True},
        {"display_quantity": "2"},
        {"time_in_force": "cls"},
    ]
    for body in bodies:
        made = desk.place(type="limit", limit_price="1", **body)
        desk.until(made["order_id"], "new")
        desk.cancel(made["order_id"])


def test_a_stop_within_reach_triggers_and_fills(desk: Desk) -> None:
    touched = desk.place(type="market_if_touched", stop_price=str(desk.price() + 5))
    found = desk.until(touched["order_id"], "filled")
    assert not found["held"] and found["triggered_at"] is not None


def test_a_bracket_fills_and_its_stop_ends_with_its_take_profit(desk: Desk) -> None:
    price = desk.price()
    made = desk.place(
        type="market",
        order_class="bracket",
        take_profit={"limit_price": str(price + 20)},
        stop_loss={"stop_price": str(price - 20)},
    )
    take_profit, stop = (leg["order_id"] for leg in made["legs"])
    desk.until(made["order_id"], "filled")
    wait_for(lambda: desk.order(take_profit), lambda one: one["held"] is False)
    assert desk.order(stop)["held"] is True
    low = desk.http.patch(f"/api/v1/orders/{take_profit}", json={"limit_price": str(price - 10)})
    assert low.status_code == 200, low.text
    desk.until(low.json()["order_id"], "filled")
    desk.until(stop, "canceled")


def test_an_oco_sells_what_is_held_once(desk: Desk) -> None:
    desk.until(desk.place(type="market")["order_id"], "filled")
    price = desk.price()
    made = desk.place(
        side="sell",
        type="limit",
        limit_price=str(price + 20),
        order_class="oco",
        stop_loss={"stop_price": str(price - 20)},
    )
    desk.until(made["order_id"], "new")
    desk.cancel(made["order_id"])
    desk.until(made["legs"][0]["order_id"], "canceled")


@pytest.mark.parametrize("name", ["twap", "vwap", "pov"])
def test_an_algorithm_works_a_parent_through_the_gate(desk: Desk, name: str) -> None:
    market_time = desk.stack.status()["market_time"]
    plan: dict[str, Any] = {"name": name, "ends_at": later(market_time, 20)}
    plan |= {"rate": "0.5"} if name == "pov" else {"bins": 4}
    plan |= {"curve": ["3", "1", "1", "3"]} if name == "vwap" else {}
    made = desk.place(type="market", quantity="8", algorithm=plan)
    found = wait_for(
        lambda: desk.order(made["order_id"]),
        lambda one: one["status"] in ("filled", "expired"),
        60,
    )
    children = desk.http.get("/api/v1/orders", params={"parent": made["order_id"], "status": "all"})
    filled = sum(Decimal(one["cum_quantity"]) for one in children.json())
    assert filled == Decimal(found["cum_quantity"])
    assert found["status"] == "filled" or name == "pov"


def test_a_vwap_without_a_curve_spreads_as_volume_did_at_this_time_of_the_days_before(
    desk: Desk,
) -> None:
    url = wait_for(lambda: desk.stack.told()["influx"], bool, 240)
    begins = Time.parse(desk.stack.status()["market_time"]).plus(60_000_000)
    days = {0: (900, 1, 1, 1), 1: (100, 100, 100, 100), 2: (100, 200, 50, 50)}  # how long ago
    lines = [
        f"bars_1m,symbol={SYMBOL},source=test,run=vwap volume={volume} {minute}"
        for back, volumes in days.items()
        for minute, volume in zip(minutes(begins, back), volumes, strict=True)
    ]
    wrote = httpx.post(f"{url}/write", params={"db": "plimsoll"}, content="\n".join(lines))
    assert wrote.status_code == 204, wrote.text
    ends = str(begins.plus(240_000_000))
    plan = {"name": "vwap", "starts_at": str(begins), "ends_at": ends, "bins": 2}
    made = desk.place(type="market", quantity="8", algorithm=plan)
    shares = [Decimal(one) for one in made["algorithm"]["curve"]]
    # Of 400 units 200 and 200 on one day, 300 and 100 on the other; today is not read.
    assert shares == [Decimal("0.625"), Decimal("0.375")]
    desk.cancel(made["order_id"])


def minutes(begins: Time, back: int) -> list[int]:
    """Four minutes from that time of day in New York, so many weekdays before, in nanoseconds."""
    moment = begins.moment.astimezone(ZoneInfo("America/New_York"))
    day = moment.date()
    for _ in range(back):
        day -= timedelta(days=3 if day.weekday() == 0 else 1)
    first = datetime.combine(day, moment.time(), moment.tzinfo)
    return [int(Time.of(first).plus(60_000_000 * n)) * 1000 for n in range(4)]


def later(time: str, seconds: int) -> str:
    """A time so many seconds later."""
    return str(Time.parse(time).plus(seconds * 1_000_000))


def test_the_log_says_all_of_it_again(desk: Desk) -> None:
    verified = desk.stack.cli("verify", "--json", timeout_s=120).splitlines()
    assert [one for one in map(json.loads, verified) if one["differences"]] == []
    tables = desk.stack.cli("rebuild", "--json", timeout_s=120, check=False).splitlines()
    assert [one for one in map(json.loads, tables) if not one["same"]] == []
