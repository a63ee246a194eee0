"""The gate cannot decide without its neighbours: with market_data, portfolio or OMS dead it denies
new risk within three seconds, and it opens again when they are back.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.stack import Stack, wait_for

SILENCE_S = 3.0  # room_silence_ms_max, valuation_age_ms_max and quote_age_ms_max of every class
DEAD_S, OPENS_S_MAX = 5.0, 15.0
CLOSED = {
    "market_data": {"REFERENCE_PRICE_STALE", "VALUATION_STALE", "ROOM_SILENT"},
    "portfolio": {"VALUATION_STALE", "ROOM_SILENT"},
    "oms": {"ROOM_SILENT"},
}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("closes"), "--seed", "5")
    try:
        running.up()
        yield running
    finally:
        running.down()


class Dead:
    """A room that is killed as often as it is started again. `since` is when it died first."""

    def __init__(self, stack: Stack, room: str) -> None:
        self._stack, self._room, self._stop = stack, room, threading.Event()
        self._thread = threading.Thread(target=self._kill, daemon=True)

    def __enter__(self) -> Dead:
        os.kill(self._stack.pids()[self._room] or 0, signal.SIGKILL)
        self.since = time.time()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _kill(self) -> None:
        while not self._stop.wait(0.05):
            pid = self._stack.pids().get(self._room)
            if pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def post(client: Any) -> tuple[str, float]:
    """A buy of one share; its client order id, and when it was posted."""
    name, at = f"gate-{uuid.uuid4()}", time.time()
    body = {"symbol": "MSFT", "qty": "1", "side": "buy", "type": "market", "time_in_force": "day"}
    client.post("/v2/orders", json={**body, "client_order_id": name})
    return name, at


def decisions(stack: Stack) -> dict[str, list[str]]:
    """Client order id -> the codes of its denial (none: approved), as risk has decided."""
    with stack.admin() as admin:
        rows = admin.execute(
            "SELECT body->>'client_order_id', jsonb_path_query_array(violations, '$[*].code')"
            " FROM risk.decisions WHERE kind = 'order'"
        ).fetchall()
    return dict(rows)


def verdict(stack: Stack, client: Any) -> list[str] | None:
    """What risk says to an order that is posted now; None where it has not said anything yet."""
    name, _ = post(client)
    return decisions(stack).get(name)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("room", sorted(CLOSED))
def test_market_data_portfolio_and_oms_killed_in_turn_the_gate_closes_in_time_and_opens_again(
    stack: Stack, room: str
) -> None:
    key = stack.account(f"gate-{room}")
    with stack.client(key) as client:
        first, _ = post(client)
        posted = []
        with Dead(stack, room) as dead:
            while time.time() < dead.since + DEAD_S:
                posted.append(post(client))
                time.sleep(0.2)
        wait_for(stack.is_ready, bool, 60)
        late = [name for name, at in posted if at > dead.since + SILENCE_S]
        known = wait_for(lambda: decisions(stack), lambda told: set(late) <= set(told), OPENS_S_MAX)
        assert known[first] == []
        assert len(late) >= 3
        for name in late:
            assert set(known[name]) & CLOSED[room], (name, known[name])
        wait_for(lambda: verdict(stack, client), lambda codes: codes == [], OPENS_S_MAX)
