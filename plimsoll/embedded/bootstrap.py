"""What must be there before a room starts: topics in Kafka, roles and tables in PostgreSQL.

Everything here may be repeated; a second start finds it done.
"""

import asyncio
import logging
import time
from importlib import import_module
from pathlib import Path

import psycopg
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from psycopg import sql

from plimsoll.embedded import credentials
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.postgres import DATABASE, Postgres

TOPIC_TIMEOUT_MS = 30_000


def create_topics(bootstrap: str, trading_partitions: int) -> None:
    """Create the topics of `shared.topics` that are missing; refuse another partition count."""
    asyncio.run(create_missing_topics(bootstrap, trading_partitions))


async def create_missing_topics(bootstrap: str, trading_partitions: int) -> None:
    """As `create_topics`."""
    from shared import topics

    wanted = {
        topic.name: NewTopic(
            name=topic.name,
            num_partitions=topics.partition_count(topic.name, trading_partitions),
            replication_factor=1,
            topic_configs=topics.topic_config(topic),
        )
        for topic in topics.TOPICS.values()
    }
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=TOPIC_TIMEOUT_MS)
    await client.start()
    try:
        present = set(await client.list_topics())
        missing = [topic for name, topic in wanted.items() if name not in present]
        if missing:
            answer = await client.create_topics(missing, timeout_ms=TOPIC_TIMEOUT_MS)
            check_created(answer.topic_errors)
        check_partitions(await settled_partitions(client, list(wanted)), wanted)
    finally:
        await client.close()


async def settled_partitions(client: AIOKafkaAdminClient, names: list[str]) -> dict[str, int]:
    """Partition counts, once every partition has a leader: a new topic takes a moment."""
    deadline = time.monotonic() + TOPIC_TIMEOUT_MS / 1000
    while time.monotonic() < deadline:
        found = {
            topic["topic"]: topic["partitions"] for topic in await client.describe_topics(names)
        }
        leaders = [part["leader"] for parts in found.values() for part in parts]
        if all(found.get(name) for name in names) and all(leader >= 0 for leader in leaders):
            return {name: len(parts) for name, parts in found.items()}
        await asyncio.sleep(0.05)
    raise EmbeddedError("Kafka has made topics without leaders (see its log)")


def check_created(errors: list[tuple[str, int, str | None]]) -> None:
    """Raise when Kafka refused a topic."""
    refused = [f"{name}: {text or code}" for name, code, text in errors if code != 0]
    if refused:
        raise EmbeddedError(f"Kafka refused topics: {', '.join(refused)}")


def check_partitions(found: dict[str, int], wanted: dict[str, NewTopic]) -> None:
    """The partition count of a topic is frozen when it is made; a firm's orders depend on it."""
    for name, topic in wanted.items():
        if found[name] != topic.num_partitions:
            raise EmbeddedError(
                f"topic {name} has {found[name]} partitions, not {topic.num_partitions}: "
                "their number is frozen when a stack is made (PLIMSOLL_PARTITIONS)"
            )


def create_database(server: Postgres) -> None:
    """Roles with their passwords, the database, and its tables."""
    passwords = {role: server.password(role) for role in credentials.ROLES[1:]}
    create_roles(server.role_url(credentials.SUPERUSER, "postgres"), passwords)
    migrate(server.role_url(credentials.OWNER))


def create_roles(superuser_url: str, passwords: dict[str, str]) -> None:
    """The owner may manage the rooms' roles but not act as them: one that writes a schema is one.

    Passwords are set at every start, for where they are kept is what counts.
    """
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        present = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role, password in passwords.items():
            verb = "ALTER" if role in present else "CREATE"
            connection.execute(
                sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(password)
                )
            )
        create_owned_database(connection)


def create_owned_database(connection: psycopg.Connection) -> None:
    """The database and what its owner may do."""
    owner = sql.Identifier(credentials.OWNER)
    connection.execute(sql.SQL("ALTER ROLE {} CREATEROLE").format(owner))
    for role in (*credentials.ROOM_ROLES, credentials.READER):
        grant = sql.SQL("GRANT {} TO {} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")
        connection.execute(grant.format(sql.Identifier(role), owner))
    name = sql.Identifier(DATABASE)
    known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
    if known.fetchone() is None:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    for role in (*credentials.ROOM_ROLES, credentials.READER):
        grant = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}")
        connection.execute(grant.format(name, sql.Identifier(role)))


def migrate(owner_url: str) -> None:
    """Bring the tables to the newest migration, as the owner role."""
    from alembic import command
    from alembic.config import Config

    migrations = Path(str(import_module("deploy").__file__)).parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.attributes["url"] = owner_url
    logging.getLogger("alembic").setLevel(logging.WARNING)
    command.upgrade(config, "head")
