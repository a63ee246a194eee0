"""The four transactional rooms alone on real servers with one shard: what they are told, their
processes, their databases.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from plimsoll.cli.verify import JOURNALLED
from plimsoll.embedded import Servers
from plimsoll.embedded.bootstrap import create_topics
from plimsoll.embedded.paths import write_private
from plimsoll.embedded.postgres import program
from plimsoll.embedded.rooms import rebuilding, with_settings
from shared import codec
from shared.commands import CancelOrder, OpenAccount
from shared.events.market import ClockAdvanced
from shared.topics import MARKET_CLOCK, OMS_INBOX, PORTFOLIO_INBOX, TOPICS, is_own
from tests.builders import FIRM, NOON
from tests.stack import ROOT, wait_for

ROOMS = {"risk": "risk", "oms": "oms", "venue": "venue.paper", "portfolio": "portfolio"}
TRADING = [name for name in TOPICS if is_own(name)]
# A second that passes without effect is not told.
TOLD = [name for name in TRADING if TOPICS[name].kind != "observation" and name != MARKET_CLOCK]


class World:
    """Servers of one's own, the databases `plimsoll` and `earlier`, and what was said to rooms."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.second = folder, 0
        write_private(folder / "options.json", {"partitions": 1})
        self.servers = Servers(folder, ("postgres", "kafka"))

    def start(self) -> None:
        """The servers, on the ports they had."""
        self.servers.start()
        create_topics(self.servers.kafka, 1)

    def room(self, schema: str, database: str, kafka: str | None = None) -> subprocess.Popen[str]:
        """A room alone, as its own process."""
        settings = {
            "STATE": str(self.folder),
            "KAFKA": kafka or self.servers.kafka,
            "POSTGRES": self.servers.postgres_url(schema, database),
            "PARTITIONS": "1",
        }
        return subprocess.Popen(
            [sys.executable, "-m", f"services.{schema}"],
            env=with_settings(settings),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @contextmanager
    def rooms(self, database: str) -> Iterator[None]:
        """All four, while the body runs."""
        running = [self.room(schema, database) for schema in ROOMS]
        try:
            yield
            assert [room.poll() for room in running] == [None] * len(running)
        finally:
            for room in running:
                room.terminate()
            for room in running:
                room.communicate(timeout=20)

    def refusals(self, database: str, kafka: str | None = None) -> dict[str, str]:
        """What each room says when it does not start; all must end with exit code 1."""
        running = {schema: self.room(schema, database, kafka) for schema in ROOMS}
        said = {schema: room.communicate(timeout=120)[0] for schema, room in running.items()}
        assert {room.returncode for room in running.values()} == {1}, said
        return {schema: last_words(text) for schema, text in said.items()}

    def live(self, database: str) -> None:
        """An account is opened, an unknown order canceled; time passes until all rooms, which run,
        have told that they have read it.
        """
        asyncio.run(send(self.servers.kafka, commands(self.second)))
        with self.sql(database) as connection:
            wait_for(lambda: self._unread(connection), lambda left: not left, 120)

    def _unread(self, connection: psycopg.Connection[Any]) -> list[str]:
        """A second passes; what a room has not told as read."""
        self.second += 1
        asyncio.run(send(self.servers.kafka, [clock(self.second)]))
        ends = {
            topic: len(found) for topic, found in asyncio.run(records(self.servers.kafka)).items()
        }
        late = []
        for schema, room in ROOMS.items():
            row = connection.execute(f"SELECT next FROM {schema}.shard").fetchone()
            mine = [name for name in TOLD if room in TOPICS[name].readers]
            late += [
                f"{room} {name}" for name in mine if not row or row[0].get(name, 0) < ends[name]
            ]
        return late

    def dump(self, database: str) -> str:
        """A database as SQL, as it is now."""
        url = self.servers.postgres_url("postgres", database)
        done = subprocess.run([program("pg_dump"), url], capture_output=True, text=True, check=True)
        return done.stdout

    def restore(self, database: str, dump: str) -> None:
        """Another database from a dump."""
        self.execute(f"CREATE DATABASE {database}")
        url = self.servers.postgres_url("postgres", database)
        command = [program("psql"), "-q", "-v", "ON_ERROR_STOP=1", "-d", url]
        subprocess.run(command, input=dump, capture_output=True, text=True, check=True)

    def sql(self, database: str) -> psycopg.Connection[Any]:
        """The superuser there."""
        return psycopg.connect(self.servers.postgres_url("postgres", database), autocommit=True)

    def execute(self, *statements: str) -> None:
        """What is done to whole databases."""
        with psycopg.connect(self.servers.postgres_admin, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def rows(self, database: str) -> dict[str, list[str]]:
        """Every row of the rooms' tables as text, but for what waits to be sent."""
        with self.sql(database) as connection:
            names = connection.execute(
                "SELECT schemaname || '.' || tablename FROM pg_tables"
                " WHERE schemaname = ANY(%s) AND tablename <> 'outbox'",
                (list(ROOMS),),
            ).fetchall()
            return {
                name: sorted(row[0] for row in connection.execute(f"SELECT t::text FROM {name} t"))
                for (name,) in names
            }

    def rebuild(self) -> str:
        """`plimsoll rebuild --replace --yes` on the servers at rest."""
        self.servers.stop()
        command = [sys.executable, "-m", "plimsoll", "rebuild", "--replace", "--yes", "--state"]
        done = subprocess.run(
            [*command, str(self.folder)], cwd=ROOT, capture_output=True, text=True, timeout=200
        )
        self.start()
        assert done.returncode == 0, done.stderr
        return done.stdout


def put_in_place(servers: Servers, folder: Path) -> None:
    """What `plimsoll rebuild --replace` has each room do, without the servers' rest."""
    superuser = servers.postgres_url("postgres")
    for room in JOURNALLED.values():
        command = rebuilding(room, folder, servers.kafka, superuser, 1, replace=True)
        done = subprocess.run(
            command.arguments, env=command.environment, cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr


def last_words(log: str) -> str:
    """Why the room stops."""
    (error,) = [
        json.loads(line)["error"] for line in log.splitlines() if '"event": "room stops"' in line
    ]
    return str(error)


def clock(second: int) -> tuple[str, bytes]:
    """One second passes."""
    at = NOON.plus(second * 1_000_000)
    told = ClockAdvanced(
        at=at,
        market_at=at,
        seq=second,
        market_time=at,
        wall_time=at,
        is_open=True,
        session="2013-10-09",
        next_open=at,
        next_close=at,
    )
    return MARKET_CLOCK, codec.encode(told)


def commands(number: int) -> list[tuple[str, bytes]]:
    """An account is opened, and an order that nobody knows is canceled."""
    at, account = NOON.plus(number * 1_000_000), f"account-{number}"
    who: dict[str, Any] = {"at": at, "market_at": at, "actor": "ada", "account_id": account}
    opened = OpenAccount(
        **who, firm_id=FIRM, command_id=f"open-{number}", name="a", cash=Decimal(1000)
    )
    cancel = CancelOrder(**who, firm_id=FIRM, command_id=f"cancel-{number}", order_id="nothing")
    return [(PORTFOLIO_INBOX, codec.encode(opened)), (OMS_INBOX, codec.encode(cancel))]


async def send(kafka: str, records: list[tuple[str, bytes]]) -> None:
    """Append records."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")
    await producer.start()
    for topic, raw in records:
        await producer.send_and_wait(topic, raw, partition=0)
    await producer.stop()


async def records(kafka: str) -> dict[str, list[bytes]]:
    """All that the trading topics hold."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
    await consumer.start()
    names = [TopicPartition(topic, 0) for topic in TRADING]
    found: dict[str, list[bytes]] = {topic: [] for topic in TRADING}
    try:
        ends = await consumer.end_offsets(names)
        consumer.assign(names)
        for name in names:
            consumer.seek(name, 0)
        while [name for name in names if len(found[name.topic]) < ends[name]]:
            for name, some in (await consumer.getmany(timeout_ms=200)).items():
                found[name.topic] += [record.value for record in some]
    finally:
        await consumer.stop()
    return found
