"""The link killed before a send, after it and inside a batch of fills, at an exchange that loses,
delays, repeats, takes back and contradicts what it says: after the next session its orders,
executions, positions and cash are ours, and every unknown is resolved or was told to a person.

The exchange's tables are what a person at the broker would see; they are compared by SQL with those
of OMS and portfolio.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.integration import history
from tests.integration.test_kill_matrix import Point, Trial
from tests.stack import Stack, wait_for

POINTS = ("B1", "B2", "B3")
TIMES = (1, 2, 17) if os.environ.get("PLIMSOLL_DEEP") else (1,)
PLAN = "seed:7"
SETTLED_S_MAX = 60

ENDED = "('filled', 'canceled', 'expired', 'rejected', 'replaced', 'denied')"
OPEN_THERE = """
    SELECT order_id, cum_quantity FROM venue.paper_orders
        WHERE status IN ('waiting', 'taking', 'resting')
"""
OPEN_HERE = f"SELECT order_id, cum_quantity FROM oms.orders WHERE status NOT IN {ENDED}"
FILLED_THERE = """
    SELECT order_id, cum_quantity FROM venue.paper_orders WHERE status <> 'replaced'
"""
FILLED_HERE = """
    SELECT order_id, cum_quantity FROM oms.orders WHERE order_id IN (
        SELECT order_id FROM venue.paper_orders WHERE status <> 'replaced')
"""
TRADED_THERE = """
    SELECT execution_id, quantity, price FROM venue.paper_executions
        WHERE execution_id NOT IN (SELECT execution_ref FROM venue.paper_amendments)
    UNION ALL
    SELECT execution_id, quantity, price FROM venue.paper_amendments WHERE kind = 'correction'
"""
TRADED_HERE = """
    SELECT execution_id, quantity, price FROM oms.executions WHERE kind <> 'bust'
        AND execution_id NOT IN (SELECT execution_id FROM oms.amendments)
"""
HELD_THERE = "SELECT account_id, symbol, quantity FROM venue.paper_positions WHERE quantity <> 0"
HELD_HERE = "SELECT account_id, symbol, quantity FROM portfolio.positions WHERE quantity <> 0"
PAID_THERE = """
    SELECT account_id, trim_scale(sum(CASE side WHEN 'buy' THEN -1 ELSE 1 END
            * coalesce(a.quantity * a.price, e.quantity * e.price)
            - CASE a.kind WHEN 'bust' THEN 0 ELSE e.fee END)) AS paid
    FROM venue.paper_executions e
        LEFT JOIN venue.paper_amendments a ON a.execution_ref = e.execution_id
    GROUP BY account_id
"""
PAID_HERE = """
    SELECT l.account_id, trim_scale(sum(l.amount)) FROM portfolio.journal_lines l
        JOIN portfolio.journal_entries e USING (shard, journal_id)
    WHERE l.ledger_account = 'cash' AND e.kind IN ('fill', 'bust')
    GROUP BY l.account_id
"""
UNKNOWN = """
    SELECT order_id, status FROM oms.orders WHERE status IN
        ('pending_new', 'pending_cancel', 'pending_replace') AND NOT (state ->> 'held')::boolean
"""
PAIRS = {
    "open orders": (OPEN_THERE, OPEN_HERE),
    "filled quantities": (FILLED_THERE, FILLED_HERE),
    "executions": (TRADED_THERE, TRADED_HERE),
    "positions": (HELD_THERE, HELD_HERE),
    "cash": (PAID_THERE, PAID_HERE),
}


@pytest.mark.timeout(600)
def test_after_the_next_session_the_exchange_and_we_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLIMSOLL_VENUE_FAULTS", PLAN)
    monkeypatch.setenv("PLIMSOLL_FEES", "ib_fixed")
    stack = Stack(tmp_path, "--seed", "11")
    try:
        stack.up()
        trial = Trial(stack)
        for nth in TIMES:
            for point in POINTS:
                line = asyncio.run(trial.run(Point("venue.paper", point, nth)))
                with capsys.disabled():
                    print(f"\n{line}", end="", flush=True)
        with stack.admin() as admin:
            expect_faults(admin)
            settle(stack, admin)
            for name, (theirs, ours) in PAIRS.items():
                there, here = rows(admin, theirs), rows(admin, ours)
                assert there == here, f"{name}: only there {there - here}, here {here - there}"
            assert rows(admin, UNKNOWN) == set()
        for verb in ("verify", "rebuild"):
            told = stack.cli(verb, "--json", timeout_s=240, check=False).splitlines()
            wrong = [one for one in map(json.loads, told) if not one.get("same", True)]
            assert wrong == [] and not any(json.loads(one).get("differences") for one in told)
    finally:
        stack.down()


def rows(admin: psycopg.Connection[Any], query: str) -> set[Any]:
    """What a query finds."""
    return set(admin.execute(query).fetchall())


def expect_faults(admin: psycopg.Connection[Any]) -> None:
    """The exchange did misbehave: something was amended, much was not told in time."""
    kinds = {kind for (kind,) in rows(admin, "SELECT kind FROM venue.paper_amendments")}
    assert kinds == {"bust", "correction"}
    untold = admin.execute("SELECT sum(untold) FROM venue.sessions").fetchone()
    assert untold is not None and untold[0] > 20


def settle(stack: Stack, admin: psycopg.Connection[Any]) -> None:
    """The load has ended. The link is killed once more, so that there is a session after all of it,
    and everybody reads what there is.
    """
    pid = stack.pids()["venue-paper"]
    assert pid is not None
    numbers = "SELECT min(number) FROM venue.sessions"
    (before,) = admin.execute(numbers).fetchone() or (0,)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: (admin.execute(numbers).fetchone() or (0,))[0], lambda n: n > before, 60)
    quiet = "SELECT (SELECT count(*) FROM venue.untold), (SELECT count(*) FROM oms.orders WHERE"
    quiet += " status IN ('pending_new', 'pending_cancel', 'pending_replace'))"
    wait_for(lambda: admin.execute(quiet).fetchone(), lambda left: left == (0, 0), SETTLED_S_MAX)
    late = history.wait_until_read(admin, stack.wait_until_ready()["kafka"], 30)
    assert late is None, late
