"""A stack that nobody uses writes next to nothing: what it writes is measured and told.

Must be written: the clock (each second, to every partition), each shard's sign of life after it,
and a valuation of each account. Rooms commit nothing, for nothing has changed: no row, no journal
entry. Apart stand the market data of the synthetic feed, which never rests, and market_data's table
of last quotes. An account that holds something is worth something else each second, and that is
written.

TEST_IDLE_S is how long to wait; ten minutes where `make test-deep` runs.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.integration.history import EVENTS, INBOXES, PARTITIONS
from tests.stack import Stack, wait_for

DEEP = "PLIMSOLL_DEEP" in os.environ
IDLE_S = float(os.environ.get("TEST_IDLE_S", "600" if DEEP else "20"))
HELD_S = min(IDLE_S / 2, 60.0)
CALM_S = 5.0
ROLES = ("risk", "oms", "venue", "portfolio")
TRADING = (*EVENTS, *INBOXES)
SPREAD = {"market.clock": PARTITIONS, "room.status": 1, "portfolio.valuations": PARTITIONS}
# Bytes of log that a record of each may take, compressed and with its share of the batch.
BYTES_MAX = {"market.clock": 400, "room.status": 60, "portfolio.valuations": 600}
FEED = ("market.ticks", "market.quotes", "market.bars", "market.status")


class Written(NamedTuple):
    """What had been written at a moment (`at`, monotonic): bytes of WAL by database role, changed
    rows by table, records and bytes by topic.
    """

    at: float
    wal: dict[str, int]
    rows: dict[str, int]
    records: dict[str, int]
    log_bytes: dict[str, int]

    @classmethod
    def now(cls, stack: Stack) -> Written:
        """Read it all."""
        records = asyncio.run(ends(stack.told()["kafka"]))
        with stack.admin() as admin:
            return cls(time.monotonic(), wal(admin), rows(admin), records, log_bytes(stack.state))

    def since(self, before: Written) -> Written:
        """What came to it; `at` is the seconds that it took."""
        return Written(
            self.at - before.at,
            *(
                {name: now[name] - then.get(name, 0) for name in now if now[name] != then.get(name)}
                for now, then in zip(self[1:], before[1:], strict=True)
            ),
        )


def wal(admin: psycopg.Connection[Any]) -> dict[str, int]:
    """Bytes of the write-ahead log by role; `all` is everybody's, the server's own included."""
    found = admin.execute(
        "SELECT usename, sum((pg_stat_get_backend_wal(pid)).wal_bytes) FROM pg_stat_activity"
        " WHERE usename IS NOT NULL GROUP BY usename"
    ).fetchall()
    whole = admin.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchall()
    return {role: int(count) for role, count in (*found, ("all", whole[0][0]))}


def rows(admin: psycopg.Connection[Any]) -> dict[str, int]:
    """Rows inserted, updated and deleted by table."""
    found = admin.execute(
        "SELECT schemaname || '.' || relname, n_tup_ins + n_tup_upd + n_tup_del"
        " FROM pg_stat_user_tables"
    )
    return {table: int(count) for table, count in found}


async def ends(servers: str) -> dict[str, int]:
    """Records by topic."""
    spread = {**dict.fromkeys(TRADING, PARTITIONS), **SPREAD}
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False)
    await consumer.start()
    try:
        names = [TopicPartition(topic, n) for topic, count in spread.items() for n in range(count)]
        found: dict[str, int] = defaultdict(int)
        for name, end in (await consumer.end_offsets(names)).items():
            found[name.topic] += end
        return found
    finally:
        await consumer.stop()


def log_bytes(state: Path) -> dict[str, int]:
    """Bytes of Kafka's log by topic."""
    found: dict[str, int] = defaultdict(int)
    for segment in state.glob("kafka/**/*.log"):
        topic, _, number = segment.parent.name.rpartition("-")
        if number.isdecimal():
            found[topic] += segment.stat().st_size
    return found


def story(name: str, written: Written) -> str:
    """A few lines: what was written each second."""
    lines = [f"{name}, {written.at:.0f} s:"]
    for what, counts in zip(
        ("wal bytes", "rows", "records", "log bytes"), written[1:], strict=True
    ):
        shown = (f"{key} {count / written.at:.1f}" for key, count in sorted(counts.items()))
        lines.append(f"  {what}/s: {', '.join(shown) or 'none'}")
    kept = sum(count for topic, count in written.log_bytes.items() if topic not in FEED)
    lines.append(f"  without the feed: {kept / written.at:.0f} bytes of log a second")
    return "\n".join(lines)


def trade(stack: Stack, key: dict[str, str], side: str, held: str) -> None:
    """A market order of one share, until the position shows it."""
    with stack.client(key) as client:
        body = {"symbol": "AIG", "qty": "1", "side": side, "type": "market"}
        said = client.post("/v2/orders", json={**body, "time_in_force": "day"})
        assert said.status_code == 200, said.text
        wait_for(
            lambda: [one["qty"] for one in client.get("/v2/positions").json()],
            lambda quantities: quantities == ([held] if held else []),
            20,
        )


def measured(stack: Stack, seconds: float) -> Written:
    """What is written in so many seconds, once all is calm."""
    time.sleep(CALM_S)
    before = Written.now(stack)
    time.sleep(seconds)
    return Written.now(stack).since(before)


@pytest.mark.timeout(IDLE_S + HELD_S + 180)
def test_an_idle_stack_writes_the_clock_and_signs_of_life_and_commits_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = Stack(tmp_path, "--seed", "11")
    try:
        stack.up()
        key = stack.account("idle")
        trade(stack, key, "buy", "1")
        held = measured(stack, HELD_S)
        trade(stack, key, "sell", "")
        idle = measured(stack, IDLE_S)
    finally:
        stack.down()
    with capsys.disabled():
        print(f"\n{story('one position held', held)}\n{story('idle', idle)}")
    assert {role: count for role, count in idle.wal.items() if role in ROLES} == {}
    assert {table for table in idle.rows if table.split(".")[0] in ROLES} == set()
    assert {topic for topic in idle.records if topic in TRADING} == set()
    seconds = idle.at + 2  # a second that begins is a whole one, at both ends
    clocks = seconds + seconds / 60 + 1  # the clock is told at each minute of the market too
    assert idle.records["market.clock"] <= PARTITIONS * clocks
    assert idle.records["room.status"] <= (len(ROLES) * PARTITIONS + 1) * clocks  # market_data: 1
    assert idle.records["portfolio.valuations"] <= 2 * clocks
    for topic, most in BYTES_MAX.items():
        assert idle.log_bytes[topic] <= most * idle.records[topic], topic
    # One account that holds something: portfolio alone commits, once a second.
    assert {topic for topic in held.records if topic in TRADING} == {"portfolio.journal"}
    assert held.records["portfolio.journal"] <= held.at + 2
