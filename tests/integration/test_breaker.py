"""The daily-loss breaker on a whole stack: it trips, survives a restart, lets exits out, and
needs a person.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.stack import Stack, wait_for


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("breaker"), "--seed", "3")
    try:
        running.up()
        yield running
    finally:
        running.down()


def order(side: str, quantity: str) -> dict[str, str]:
    return {
        "symbol": "AIG",
        "qty": quantity,
        "side": side,
        "type": "market",
        "time_in_force": "day",
    }


def breaker(stack: Stack, account: str) -> dict[str, str]:
    listed = json.loads(stack.cli("breakers", "--account", account, "--json"))
    return next(b for b in listed if b["name"] == "daily_loss")


@pytest.mark.timeout(240)
def test_a_tripped_breaker_survives_a_restart_lets_exits_pass_and_needs_a_person(
    stack: Stack,
) -> None:
    key = stack.account("loser")
    account = key["account_id"]
    with stack.client(key) as client:
        bought = client.post("/v2/orders", json=order("buy", "500"))
        assert bought.status_code == 200, bought.text
        wait_for(
            lambda: client.get("/v2/positions").json(),
            lambda held: bool(held) and Decimal(held[0]["qty"]) == 500,
            20,
        )
    # A marketable buy pays the spread, so the marked loss is above one cent at once.
    stack.cli("limits", "set", "--account", account, "daily_loss_max=0.01", "--reason", "test")
    wait_for(lambda: breaker(stack, account), lambda b: b["state"] == "tripped", 30)
    stack.down()
    stack.up()
    assert breaker(stack, account)["state"] == "tripped"
    with stack.client(key) as client:
        denied = client.post("/v2/orders", json=order("buy", "1"))
        assert denied.status_code == 403
        assert any(v["code"].startswith("TRADING_STATE") for v in denied.json()["violations"])
        left = client.post("/v2/orders", json=order("sell", "500"))
        assert left.status_code == 200, left.text
        wait_for(lambda: client.get("/v2/positions").json(), lambda held: held == [], 20)
    stack.cli("limits", "set", "--account", account, "daily_loss_max=off", "--reason", "test")
    said = stack.cli("rearm", "daily_loss", "--account", account, "--reason", "seen", "--json")
    token = json.loads(said)["token"]
    assert breaker(stack, account)["state"] == "tripped"
    stack.cli("rearm", "daily_loss", "--account", account, "--confirm", token)
    wait_for(lambda: breaker(stack, account), lambda b: b["state"] == "armed", 10)
    with stack.client(key) as client:
        assert client.post("/v2/orders", json=order("buy", "1")).status_code == 200
