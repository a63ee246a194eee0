"""A handler of a real room raises: the account of that message waits, in order, and nobody else;
a person sees it, its orders can be cancelled, and once the room is mended everything is fed again.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from plimsoll.embedded import attach
from plimsoll.embedded.options import Options
from plimsoll.embedded.paths import State
from tests.integration import history
from tests.stack import Stack, wait_for

FIRM = "one-firm"  # one shard, one poll


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    state = State(tmp_path / "state")
    state.create()
    (state.root / "poison").touch()
    running = Stack(state.root)
    try:
        attach.start_detached(state, Options(seed=11), print, "tests.integration.toy_poisoned")
        running.wait_until_ready()
        yield running
    finally:
        running.down()


def order(side: str, quantity: int, **more: str) -> dict[str, str]:
    """An order in our own format."""
    common = {"symbol": "MSFT", "side": side, "quantity": str(quantity), "type": "market"}
    return {**common, "time_in_force": "day", **more}


def post(client: httpx.Client, body: dict[str, str]) -> str:
    """The id of the order that was posted."""
    answer = client.post("/api/v1/orders", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["order_id"])


def far_below(client: httpx.Client) -> str:
    """A price at which nobody sells: a fifth below the bid, in whole dollars."""
    quote = client.get("/v2/stocks/MSFT/quotes/latest").json()["quote"]
    return str(int(quote["bp"] * 0.8))


def status(client: httpx.Client, order_id: str) -> str:
    """What has become of an order."""
    return str(client.get(f"/api/v1/orders/{order_id}").json()["status"])


def all_in_one_poll(stack: Stack, posts: list[tuple[httpx.Client, dict[str, str]]]) -> list[str]:
    """Post while OMS is stopped for a moment, so that it finds everything at once."""
    pid = stack.pids()["oms"] or 0
    os.kill(pid, signal.SIGSTOP)
    try:
        return [post(client, body) for client, body in posts]
    finally:
        os.kill(pid, signal.SIGCONT)


def said_of(stack: Stack, order_ids: list[str]) -> list[tuple[str, str]]:
    """(type, order id) of the first events of these orders on oms.orders, in order."""
    records = asyncio.run(history.read_topics(stack.told()["kafka"]))["oms.orders"]
    events = [event for part in records for event in part]
    found = [(e["type"], _order_of(e)) for e in sorted(events, key=lambda e: e["seq"])]
    return [one for one in found if one[0] == "OrderSubmitted" and one[1] in order_ids]


def _order_of(event: dict[str, Any]) -> str:
    return str((event.get("state") or event).get("order", {}).get("order_id"))


@pytest.mark.timeout(400)
def test_a_message_whose_handler_raises_sets_its_account_aside_until_a_person_releases_it(
    stack: Stack,
) -> None:
    held, free = (stack.account(name, firm=FIRM) for name in ("held", "free"))
    account = held["account_id"]
    with stack.client(held) as one, stack.client(free) as other, stack.client(admin(stack)) as desk:
        resting = post(one, order("buy", 5, type="limit", limit_price=far_below(one)))
        wait_for(lambda: status(one, resting), lambda now: now == "new")
        ids = all_in_one_poll(
            stack,
            [
                (other, order("buy", 1)),
                (one, order("buy", 2, strategy="poison")),
                (other, order("buy", 3)),
                (one, order("buy", 4)),
            ],
        )
        poison, later = ids[1], ids[3]
        for order_id in (ids[0], ids[2]):  # what else was in the poll went on
            wait_for(lambda order_id=order_id: status(other, order_id), lambda s: s == "filled")
        (row,) = desk.get("/api/v1/quarantine").json()
        assert (row["room"], row["account"], row["messages"]) == ("oms", account, 2)
        assert row["error"] == "ValueError('poison')"
        assert "set aside" in (stack.state / "log" / "oms.log").read_text()
        assert set_aside(stack) == [account, account]

        assert one.delete(f"/api/v1/orders/{resting}").status_code in (200, 204)
        with stack.admin() as database:
            wait_for(lambda: paper_status(database, resting), lambda now: now == "canceled")
        newest = post(one, order("buy", 6))
        wait_for(
            lambda: desk.get("/api/v1/quarantine").json()[0]["messages"], lambda count: count == 4
        )
        assert [status(one, order_id) for order_id in (poison, later, newest)] == [
            "pending_new"
        ] * 3

        mend(stack)
        assert desk.get("/api/v1/quarantine").json()[0]["messages"] == 4
        again = post(other, order("buy", 7))
        wait_for(lambda: status(other, again), lambda now: now == "filled")
        assert status(one, poison) == "pending_new"

        released = json.loads(stack.cli("release", account, "--json"))
        assert released == {
            "account": account,
            "rooms": [{"room": "oms", "fed": 4, "held": 0}],
        }
        for order_id in (poison, later, newest):
            wait_for(lambda order_id=order_id: status(one, order_id), lambda s: s == "filled")
        wait_for(lambda: status(one, resting), lambda now: now == "canceled")
        assert desk.get("/api/v1/quarantine").json() == []
    mine = [poison, later, newest]
    assert said_of(stack, mine) == [("OrderSubmitted", order_id) for order_id in mine]
    with stack.admin() as database:
        kafka = stack.told()["kafka"]
        assert history.wait_until_read(database, kafka) is None
        assert history.faults(kafka, database, []) == []
    told = stack.cli("verify", "oms", "--json", timeout_s=120)
    assert [line for line in map(json.loads, told.splitlines()) if line["differences"]] == []


def admin(stack: Stack) -> dict[str, str]:
    """The administrator's key."""
    return stack.key("admin.key")


def set_aside(stack: Stack) -> list[str]:
    """The accounts in OMS' own table, in the order in which their messages came."""
    with stack.admin() as database:
        rows = database.execute("SELECT account_id FROM oms.quarantine ORDER BY place")
        return [row[0] for row in rows]


def paper_status(database: Any, order_id: str) -> str | None:
    """What the exchange says of an order."""
    text = "SELECT status FROM venue.paper_orders WHERE order_id = %s"
    row = database.execute(text, (order_id,)).fetchone()
    return None if row is None else str(row[0])


def mend(stack: Stack) -> None:
    """The room is started again as it should be."""
    before = stack.pids()["oms"] or 0
    (stack.state / "poison").unlink()
    os.kill(before, signal.SIGKILL)
    wait_for(stack.pids, lambda now: now["oms"] not in (None, before), 30)
    time.sleep(3.1)  # by then a dead room is told as silent
    stack.wait_until_ready()
