"""With portfolio stopped in its tracks, no loop of buys and fills passes a limit, and no withdrawal
takes what a buy needs; ids that were used stay used; a cancel that overtakes its order is kept.
"""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import httpx
import pytest

from tests.stack import Stack, wait_for

LIMIT = 50


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("limits"), "--seed", "5")
    try:
        running.up()
        yield running
    finally:
        running.down()


@contextmanager
def stopped(stack: Stack, room: str) -> Iterator[None]:
    """A room that neither runs nor dies; after four seconds it has lost its locks."""
    pid = stack.pids()[room] or 0
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def order(side: str, quantity: int, **more: str) -> dict[str, str]:
    body = {"symbol": "MSFT", "qty": str(quantity), "side": side, "type": "market"}
    return {**body, "time_in_force": "day", **more}


def held(client: httpx.Client) -> Decimal:
    return sum((Decimal(p["qty"]) for p in client.get("/v2/positions").json()), Decimal(0))


@pytest.mark.timeout(180)
def test_no_loop_of_buys_passes_the_position_limit_while_portfolio_is_paused(stack: Stack) -> None:
    key = stack.account("limited")
    account = key["account_id"]
    stack.cli(
        "limits", "set", "--account", account, f"position_quantity_max={LIMIT}", "--reason", "test"
    )
    statuses = []
    with stack.client(key) as client:
        with stopped(stack, "portfolio"):
            until = time.monotonic() + 6
            while time.monotonic() < until:
                statuses.append(client.post("/v2/orders", json=order("buy", 7)).status_code)
        wait_for(stack.is_ready, bool, 60)
        wait_for(lambda: held(client), lambda quantity: quantity == 49, 30)
    assert statuses.count(200) == 7
    assert set(statuses) == {200, 403}
    with stack.admin() as admin:
        bought = admin.execute(
            "SELECT sum(quantity) FROM oms.executions WHERE account_id = %s", (account,)
        ).fetchone()
    assert bought == (Decimal(49),)


@pytest.mark.timeout(180)
def test_a_withdrawal_and_a_buy_cannot_have_the_same_money(stack: Stack) -> None:
    wait_for(stack.is_ready, bool, 60)
    key = stack.account("cash", type="cash", cash="1000")
    with stack.client(key) as client:
        resting = order("buy", 9, type="limit", limit_price="100")
        assert client.post("/v2/orders", json=resting).status_code == 200
        with stack.client(stack.key("admin.key")) as admin:
            cash = {"account": key["account_id"], "amount": "500", "kind": "withdraw"}
            refused = admin.post("/api/v1/cash", json=cash)
        assert refused.status_code == 403, refused.text
        assert refused.json()["violations"]
        stack.cli("withdraw", "--account", key["account_id"], "100")
        again = client.post("/v2/orders", json=order("buy", 1, type="limit", limit_price="50"))
        assert again.status_code == 403
        assert again.json()["message"] == "insufficient buying power"


@pytest.mark.timeout(120)
def test_a_client_order_id_is_used_by_a_live_and_a_filled_order_but_not_by_a_denied_one(
    stack: Stack,
) -> None:
    wait_for(stack.is_ready, bool, 60)
    key = stack.account("ids")
    with stack.client(key) as client:
        live = order("buy", 1, type="limit", limit_price="1", client_order_id=uuid.uuid4().hex)
        denied = order("buy", 10_000_000, client_order_id=uuid.uuid4().hex)
        assert client.post("/v2/orders", json=live).status_code == 200
        assert client.post("/v2/orders", json=denied).status_code == 403
        mended = {**denied, "qty": "1"}
        filled = client.post("/v2/orders", json=mended)
        assert filled.status_code == 200, filled.text
        wait_for(lambda: held(client), lambda quantity: quantity == 1, 20)
        for body in (live, mended):
            repeated = client.post("/v2/orders", json=body)
            assert (repeated.status_code, repeated.json()["code"]) == (422, 40010001)
        count = len(client.get("/v2/orders", params={"status": "all"}).json())
    assert count == 2


@pytest.mark.timeout(120)
def test_of_concurrent_duplicates_exactly_one_becomes_an_order(stack: Stack) -> None:
    import asyncio

    key = stack.account("twins")
    body = order("buy", 1, client_order_id=uuid.uuid4().hex)
    headers = {"APCA-API-KEY-ID": key["key"], "APCA-API-SECRET-KEY": key["secret"]}

    async def post_all() -> list[int]:
        url = stack.told()["gateway"]
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=20) as client:
            posts = [client.post("/v2/orders", json=body) for _ in range(20)]
            return [answer.status_code for answer in await asyncio.gather(*posts)]

    statuses = asyncio.run(post_all())
    assert sorted(statuses) == [200] + [422] * 19


def post_unjudged(client: httpx.Client) -> str:
    """The id of an order that is promised, for nobody is there to judge it."""
    posted = client.post("/v2/orders", json=order("buy", 1))
    assert (posted.status_code, posted.json()["status"]) == (200, "pending_new")
    return str(posted.json()["id"])


def status_of(client: httpx.Client, order_id: str) -> str:
    return str(client.get(f"/v2/orders/{order_id}").json().get("status"))


@pytest.mark.timeout(120)
def test_a_cancel_that_overtakes_the_approval_of_its_order_is_kept(stack: Stack) -> None:
    wait_for(stack.is_ready, bool, 60)
    with stack.client(stack.account("hasty")) as client:
        with stopped(stack, "risk"):
            order_id = post_unjudged(client)
            assert client.delete(f"/v2/orders/{order_id}").status_code == 204
        wait_for(lambda: status_of(client, order_id), lambda status: status == "canceled", 20)
        assert client.get("/v2/positions").json() == []
    with stack.admin() as admin:
        sent = admin.execute("SELECT 1 FROM venue.paper_orders WHERE order_id = %s", (order_id,))
        assert sent.fetchall() == []


@pytest.mark.timeout(120)
def test_an_order_posted_to_a_risk_room_that_stands_still_is_not_judged_late(stack: Stack) -> None:
    wait_for(stack.is_ready, bool, 60)
    with stack.client(stack.account("patient")) as client:
        with stopped(stack, "risk"):
            order_id = post_unjudged(client)
            time.sleep(3)  # longer than a command may be under way
        wait_for(lambda: status_of(client, order_id), lambda status: status != "pending_new", 20)
        assert status_of(client, order_id) == "rejected"
        assert client.get("/v2/positions").json() == []


@pytest.mark.timeout(180)
def test_replace_down_then_fill_leaves_exactly_what_the_limit_allows(stack: Stack) -> None:
    wait_for(stack.is_ready, bool, 60)
    key = stack.account("replaced")
    account = key["account_id"]
    stack.cli(
        "limits", "set", "--account", account, "position_quantity_max=100", "--reason", "test"
    )
    with stack.client(key) as client:
        first = client.post("/v2/orders", json=limited(100)).json()
        assert client.post("/v2/orders", json=limited(1)).status_code == 403
        smaller = replace(client, first["id"], qty="60")
        second = client.post("/v2/orders", json=limited(40)).json()
        assert client.post("/v2/orders", json=limited(1)).status_code == 403
        replace(client, smaller, limit_price=f"{ask(stack) * Decimal('1.1'):.2f}")
        wait_for(lambda: held(client), lambda quantity: quantity == 60, 20)
        assert client.post("/v2/orders", json=limited(1)).status_code == 403
        assert client.delete(f"/v2/orders/{second['id']}").status_code == 204
        wait_for(
            lambda: client.get(f"/v2/orders/{second['id']}").json()["status"],
            lambda status: status == "canceled",
        )
        wait_for(lambda: post_status(client, 41), lambda status: status == 403)
        assert client.post("/v2/orders", json=limited(40)).status_code == 200


def limited(quantity: int) -> dict[str, str]:
    """A buy far below the market: it works and does not fill."""
    return order("buy", quantity, type="limit", limit_price="1.00")


def post_status(client: httpx.Client, quantity: int) -> int:
    """What a buy is answered with."""
    return client.post("/v2/orders", json=limited(quantity)).status_code


def replace(client: httpx.Client, order_id: str, **changes: str) -> str:
    """Replace an order and wait until the new one stands (or has filled); its id."""
    answer = client.patch(f"/v2/orders/{order_id}", json=changes)
    assert answer.status_code == 200, answer.text
    wait_for(
        lambda: client.get(f"/v2/orders/{order_id}").json()["status"],
        lambda status: status == "replaced",
    )
    new_id: str = client.get(f"/v2/orders/{order_id}").json()["replaced_by"]
    return new_id


def ask(stack: Stack) -> Decimal:
    """The far side of the last decision about MSFT."""
    with stack.admin() as admin:
        (price,) = admin.execute(
            "SELECT evidence->>'ask' FROM risk.decisions WHERE symbol = 'MSFT'"
            " AND evidence->>'ask' IS NOT NULL ORDER BY at DESC LIMIT 1"
        ).fetchone() or (None,)
    return Decimal(price)
