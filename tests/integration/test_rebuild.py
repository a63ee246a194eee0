"""The log makes the tables again: beside a running stack, after kills under load, and in the place
of a database that is lost.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from plimsoll.embedded.stackfile import await_gone
from tests.integration import history
from tests.integration.load import Load
from tests.stack import ROOT, Stack, wait_for

pytestmark = pytest.mark.timeout(400)
SCHEMAS = {"risk": "risk", "oms": "oms", "venue.paper": "venue", "portfolio": "portfolio"}
RUNNING = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'plimsoll rebuild%'"
SCHEMAS_LEFT = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'rebuild%'"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    running = Stack(tmp_path_factory.mktemp("rebuild"), "--seed", "12")
    try:
        running.up()
        yield running
    finally:
        running.down()


def rebuilt(stack: Stack, *words: str) -> dict[str, dict[str, Any]]:
    """What `rebuild --json` says of each table, by schema.table."""
    said = stack.cli("rebuild", *words, "--json", timeout_s=240, check=False)
    lines = [json.loads(line) for line in said.splitlines()]
    return {f"{SCHEMAS[line['room']]}.{line['table']}": line for line in lines}


def tables(admin: psycopg.Connection[Any]) -> set[str]:
    """Every table of the four rooms but what waits to be sent."""
    found = admin.execute(
        "SELECT schemaname || '.' || tablename FROM pg_tables"
        " WHERE schemaname = ANY(%s) AND tablename <> 'outbox'",
        (list(SCHEMAS.values()),),
    )
    return {name for (name,) in found}


def loaded(stack: Stack, seconds: float, victim: str) -> Load:
    """Orders of two accounts for some seconds, while a room dies; still under way."""
    accounts = [stack.account(f"rebuild-{victim}-{number}") for number in range(2)]
    load = Load(stack.told()["gateway"], accounts, per_second=30).__enter__()
    time.sleep(seconds / 2)
    os.kill(stack.pids()[victim] or 0, signal.SIGKILL)
    time.sleep(seconds / 2)
    return load


def test_every_table_is_what_the_log_makes_while_orders_go_on_after_a_kill(stack: Stack) -> None:
    load = loaded(stack, 5, "oms")
    try:
        found = rebuilt(stack)
    finally:
        load.__exit__()
    with stack.admin() as admin:
        assert set(found) == tables(admin)
        assert admin.execute(SCHEMAS_LEFT).fetchone() == (0,)
    assert [name for name, table in found.items() if not table["same"]] == []
    assert found["oms.shard"]["rows"] == 8
    assert found["oms.orders"]["rows"] > 80, (load.statuses, load.unanswered)
    assert found["oms.executions"]["rows"] > 40
    assert found["portfolio.journal_lines"]["rows"] > 100


def test_rows_changed_by_hand_are_told_with_their_keys(stack: Stack) -> None:
    with stack.admin() as admin:
        admin.execute("SET session_replication_role = replica")
        changed = admin.execute(
            "UPDATE oms.orders SET symbol = 'NONE' WHERE order_id ="
            " (SELECT min(order_id) FROM oms.orders WHERE status = 'filled')"
            " RETURNING order_id, shard"
        ).fetchone()
        gone = admin.execute(
            "DELETE FROM oms.executions WHERE execution_id ="
            " (SELECT max(execution_id) FROM oms.executions) RETURNING execution_id, shard"
        ).fetchone()
        admin.execute("INSERT INTO oms.remembered_cancels VALUES (3, 'a', 'b', 'c', now())")
    assert changed is not None and gone is not None
    found = rebuilt(stack, "oms")
    assert {name: table["differences"] for name, table in found.items() if not table["same"]} == {
        "oms.orders": [f"{changed[0]}/{changed[1]}: the log makes another row"],
        "oms.executions": [f"{gone[0]}/{gone[1]}: the table lacks it"],
        "oms.remembered_cancels": ["3/a/b: the log does not make it"],
    }


def test_one_that_is_killed_leaves_nothing_and_does_not_hold_up_another(stack: Stack) -> None:
    command = [sys.executable, "-m", "plimsoll", "rebuild", "risk", "--state", str(stack.state)]
    with (
        stack.admin() as admin,
        subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as killed,
        subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as other,
    ):
        wait_for(lambda: admin.execute(RUNNING).fetchone(), lambda found: found != (0,), 60)
        killed.kill()
        assert other.wait(120) == 0
        wait_for(lambda: admin.execute(RUNNING).fetchone(), lambda found: found == (0,), 30)
        assert admin.execute(SCHEMAS_LEFT).fetchone() == (0,)


def test_tables_are_not_replaced_under_running_rooms(stack: Stack) -> None:
    command = [sys.executable, "-m", "plimsoll", "rebuild", "--replace", "--yes"]
    done = subprocess.run(
        [*command, "--state", str(stack.state)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.endswith("`plimsoll down` stops it first\n")


@pytest.mark.deep
def test_a_database_lost_in_the_middle_of_a_crash_comes_back_from_the_log(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    stack = Stack(tmp_path_factory.mktemp("lost"), "--seed", "13")
    try:
        stack.up()
        load = loaded(stack, 15, "risk")
        told = stack.told()
        os.kill(told["supervisor"]["pid"], signal.SIGKILL)  # the kernel ends all that it started
        load.__exit__()
        assert await_gone(told["children"], 60) == []
        answers = list(load.answers)
        shutil.rmtree(stack.state / "postgres")
        replaced = rebuilt(stack, "--replace", "--yes")
        assert replaced["oms.orders"]["rows"] == 0 and replaced["oms.orders"]["made"] > 100
        said = stack.up()
        with stack.admin() as admin:
            late = history.wait_until_read(admin, said["kafka"])
            assert late is None, late
            assert history.faults(said["kafka"], admin, answers) == []
        told_again = stack.cli("verify", "--json", timeout_s=240).splitlines()
        verified = [json.loads(line) for line in told_again]
        assert [shard for shard in verified if shard["differences"]] == []
        found = rebuilt(stack)
        assert [name for name, table in found.items() if not table["same"]] == []
        assert found["oms.orders"]["rows"] > 100
    finally:
        stack.down()
