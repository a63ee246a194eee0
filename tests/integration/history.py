"""An independent check of what a stack did: client answers, Kafka topics and PostgreSQL tables
must agree.

It shares no code with the product: topics are read as plain JSON, tables with plain SQL. Run it
by hand with
`python -m tests.integration.history STATE ANSWERS.json`, where ANSWERS is a list of [order id,
HTTP status].
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.integration.history_book import check_cash
from tests.integration.history_commands import check_commands

EVENTS = (
    "risk.decisions",
    "risk.events",
    "oms.orders",
    "venue.paper.reports",
    "portfolio.positions",
    "risk.journal",
    "oms.journal",
    "venue.paper.journal",
    "portfolio.journal",
)
INBOXES = ("risk.inbox", "oms.inbox", "portfolio.inbox")
PARTITIONS = 8
READ_S_MAX = 60
ROOMS = {"risk": "risk", "oms": "oms", "venue": "venue.paper", "portfolio": "portfolio"}
ENDS = ("filled", "canceled", "expired", "rejected", "replaced", "denied")


class History:
    """Everything a stack has said, and the faults found in it."""

    def __init__(self, topics: dict[str, list[list[dict[str, Any]]]]) -> None:
        self.faults: list[str] = []
        self.said = {name: self._numbered(name, topics[name]) for name in EVENTS}
        self.asked: dict[str, dict[str, Any]] = {}
        for command in (one for name in INBOXES for part in topics[name] for one in part):
            self.asked.setdefault(command["command_id"], command)

    def _numbered(self, topic: str, parts: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
        """The messages of a topic as a reader accepts them; what comes twice must be the same."""
        accepted: list[dict[str, Any]] = []
        for number, messages in enumerate(parts):
            seen: dict[int, dict[str, Any]] = {}
            for message in messages:
                seq = message["seq"]
                if seq in seen and seen[seq] != message:
                    self.faults.append(f"{topic}/{number}: number {seq} was said in two ways")
                seen.setdefault(seq, message)
            if sorted(seen) != list(range(1, len(seen) + 1)):
                self.faults.append(f"{topic}/{number}: numbers have gaps")
            accepted += [seen[seq] for seq in sorted(seen)]
        return accepted

    def expect(self, condition: bool, fault: str) -> None:
        """Note a fault."""
        if not condition:
            self.faults.append(fault)

    def of(self, topic: str, *kinds: str) -> list[dict[str, Any]]:
        """The accepted messages of these types."""
        return [m for m in self.said[topic] if m["type"] in kinds]


async def read_topics(servers: str) -> dict[str, list[list[dict[str, Any]]]]:
    """Every record of the event topics and inboxes, per partition."""
    topics = (*EVENTS, *INBOXES)
    found = {topic: [[] for _ in range(PARTITIONS)] for topic in topics}
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False)
    await consumer.start()
    try:
        names = [TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)]
        ends = await consumer.end_offsets(names)
        left = {name for name in names if ends[name] > 0}
        consumer.assign(names)
        for name in names:
            consumer.seek(name, 0)
        while left:
            for name, records in (await consumer.getmany(timeout_ms=500)).items():
                found[name.topic][name.partition] += [json.loads(one.value) for one in records]
            left = {name for name in left if await consumer.position(name) < ends[name]}
    finally:
        await consumer.stop()
    return found


def check_orders(history: History, answers: list[tuple[str, int]]) -> None:
    """Every answered order is there once, and no order is there that nobody asked for."""
    submitted = [
        m["state"]["order"]["order_id"] for m in history.of("oms.orders", "OrderSubmitted")
    ]
    denied = [m["order"]["order_id"] for m in history.of("oms.orders", "OrderDenied")]
    history.expect(len(submitted) == len(set(submitted)), "an order was submitted twice")
    history.expect(not set(submitted) & set(denied), "an order was submitted and denied")
    unsent = {m["state"]["order"]["order_id"] for m in history.of("oms.orders", "OrderCanceled")}
    known = {*submitted, *denied, *unsent}  # a cancel may overtake an order that was promised
    for order_id, status in answers:
        if status == 200:
            history.expect(order_id in known, f"order {order_id} was answered 200 and is nowhere")
    approved = {m["order"]["order_id"] for m in history.of("risk.decisions", "OrderApproved")}
    history.expect(set(submitted) <= approved, "an order was submitted without an approval")


def check_fills(history: History) -> None:
    """Quantities add up over a chain of replaces, and no execution was booked twice."""
    fills = history.of("oms.orders", "OrderFilled")
    ids = [m["execution"]["execution_id"] for m in fills]
    history.expect(len(ids) == len(set(ids)), "an execution was booked twice")
    total: dict[str, Decimal] = defaultdict(Decimal)
    for fill in fills:
        state = fill["state"]
        chain = state["order"]["chain_id"]
        total[chain] += Decimal(fill["execution"]["quantity"])
        quantity = Decimal(state["order"]["quantity"])
        cum, leaves = Decimal(state["cum_quantity"]), Decimal(state["leaves_quantity"])
        order_id = state["order"]["order_id"]
        history.expect(cum == total[chain], f"order {order_id}: cum {cum} is not its fills")
        if state["status"] not in ENDS:
            history.expect(cum + leaves == quantity, f"order {order_id}: cum + leaves != quantity")
    reports = history.of("venue.paper.reports", "VenueReport")
    told = {m["execution"]["execution_id"] for m in reports if m["kind"] == "filled"}
    history.expect(told == set(ids), f"venue told {len(told)} fills, OMS booked {len(set(ids))}")


def check_tables(history: History, admin: psycopg.Connection[Any]) -> None:
    """Tables agree with topics: executions, positions, ledger, outboxes, offsets."""
    fills = history.of("oms.orders", "OrderFilled")
    stored = {row[0] for row in admin.execute("SELECT execution_id FROM oms.executions")}
    history.expect(stored == {m["execution"]["execution_id"] for m in fills}, "oms.executions")
    wanted: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for fill in fills:
        execution = fill["execution"]
        sign = 1 if execution["side"] == "buy" else -1
        key = (execution["account_id"], execution["symbol"])
        wanted[key] += sign * Decimal(execution["quantity"])
    held = admin.execute("SELECT account_id, symbol, quantity FROM portfolio.positions").fetchall()
    actual = {(account, symbol): quantity for account, symbol, quantity in held if quantity}
    nonzero = {key: quantity for key, quantity in wanted.items() if quantity}
    history.expect(actual == nonzero, "portfolio.positions is not the sum of the fills")
    risk = admin.execute("SELECT account_id, symbol, quantity FROM risk.positions").fetchall()
    own = {(account, symbol): quantity for account, symbol, quantity in risk if quantity}
    history.expect(own == nonzero, "risk.positions is not the sum of the fills")
    unbalanced = admin.execute(
        "SELECT count(*) FROM (SELECT journal_id FROM portfolio.journal_lines"
        " GROUP BY journal_id, currency HAVING sum(amount) <> 0) t"
    ).fetchone()
    history.expect(unbalanced == (0,), f"{unbalanced} journal entries do not sum to zero")


def wait_until_read(
    admin: psycopg.Connection[Any], servers: str, timeout_s: float = 10
) -> str | None:
    """Wait until every outbox is empty and every input read; returns what is not, or None."""
    until = time.monotonic() + timeout_s
    while True:
        late = _late(admin, asyncio.run(_ends(servers)))
        if late is None or time.monotonic() > until:
            return late
        time.sleep(0.2)


def _late(admin: psycopg.Connection[Any], ends: dict[tuple[str, int], int]) -> str | None:
    for schema in ROOMS:
        row = admin.execute(f"SELECT count(*) FROM {schema}.outbox").fetchone()
        if row != (0,):
            return f"{schema}.outbox holds {row}"
        for shard, following in admin.execute(f"SELECT shard, next FROM {schema}.shard"):
            for topic, offset in following.items():
                if topic != "market.clock" and offset < ends.get((topic, shard), 0):
                    return (
                        f"{schema} shard {shard} read {topic} to {offset} of {ends[topic, shard]}"
                    )
    return None


async def _ends(servers: str) -> dict[tuple[str, int], int]:
    topics = [t for t in (*EVENTS, *INBOXES) if not t.endswith("journal")]
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False)
    await consumer.start()
    try:
        names = [TopicPartition(topic, n) for topic in topics for n in range(PARTITIONS)]
        ends = await consumer.end_offsets(names)
        return {(name.topic, name.partition): offset for name, offset in ends.items()}
    finally:
        await consumer.stop()


def admin_url(state: Path) -> str:
    """The superuser's URL of a stack, from its private files."""
    stack = json.loads((state / "stack.json").read_text())
    secret = json.loads((state / "secrets.json").read_text())["postgres"]["postgres"]
    where = stack["postgres"].rsplit("@", 1)[1]
    return f"postgresql://postgres:{secret}@{where}"


def faults(
    servers: str, admin: psycopg.Connection[Any], answers: list[tuple[str, int]]
) -> list[str]:
    """Everything that does not agree."""
    history = read(servers)
    check(history, admin, answers)
    return history.faults


def read(servers: str) -> History:
    """What a stack has said until now."""
    return History(asyncio.run(asyncio.wait_for(read_topics(servers), READ_S_MAX)))


def check(history: History, admin: psycopg.Connection[Any], answers: list[tuple[str, int]]) -> None:
    """Everything that must hold whatever the load was."""
    check_orders(history, answers)
    check_fills(history)
    check_tables(history, admin)
    check_commands(history)
    check_cash(history, admin)


def main(state: str, answers: str) -> int:
    """Print what does not agree; 1 if anything."""
    stack = json.loads((Path(state) / "stack.json").read_text())
    given = [(order_id, status) for order_id, status in json.loads(Path(answers).read_text())]
    with psycopg.connect(admin_url(Path(state)), autocommit=True) as admin:
        found = faults(stack["kafka"], admin, given)
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
