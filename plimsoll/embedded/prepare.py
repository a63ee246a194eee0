"""Prepare servers that somebody else runs: a container, a managed Kafka, a managed PostgreSQL.

`python -m plimsoll.embedded.prepare servers` makes topics, roles and tables, as `up` does for its
own servers; `python -m plimsoll.embedded.prepare account` waits for the gateway and opens the first
account. All comes from the environment: PLIMSOLL_KAFKA, PLIMSOLL_POSTGRES (the superuser's URL of
the database `postgres`), PLIMSOLL_STATE, PLIMSOLL_PARTITIONS, GATEWAY_URL, and for each role its
password, as in RISK_PASSWORD.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from aiokafka.errors import KafkaError

from plimsoll.embedded import bootstrap, credentials, gateway
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.paths import State
from plimsoll.embedded.postgres import DATABASE

WAIT_S_MAX = 120.0
ASK_AGAIN_S = 1.0


def prepare_servers() -> None:
    """Topics, roles, tables and the admin key; may be repeated."""
    partitions = int(os.environ.get("PLIMSOLL_PARTITIONS", "8"))
    superuser_url = os.environ["PLIMSOLL_POSTGRES"]
    passwords = {role: password_of(role) for role in credentials.ROLES[1:]}
    patiently(lambda: bootstrap.create_roles(superuser_url, passwords), psycopg.OperationalError)
    bootstrap.migrate(
        as_role(superuser_url, credentials.OWNER, passwords[credentials.OWNER], DATABASE)
    )
    patiently(lambda: bootstrap.create_topics(os.environ["PLIMSOLL_KAFKA"], partitions), KafkaError)
    state = State(Path(os.environ["PLIMSOLL_STATE"]))
    state.create()
    gateway.make_admin_key(state)


def prepare_account() -> None:
    """Open the first account once the gateway is ready, and say where its key lies."""
    state, url = State(Path(os.environ["PLIMSOLL_STATE"])), os.environ["GATEWAY_URL"]
    deadline = time.monotonic() + WAIT_S_MAX
    while not gateway.health(url).get("ready"):
        if time.monotonic() > deadline:
            raise EmbeddedError(f"the gateway at {url} was not ready in {WAIT_S_MAX:.0f} s")
        time.sleep(ASK_AGAIN_S)
    gateway.open_first_account(state, url)
    print(f"paper account: its key lies in {state.account_key}")


def patiently(work: Callable[[], None], not_there: type[Exception]) -> None:
    """Do it as soon as the server is there."""
    deadline = time.monotonic() + WAIT_S_MAX
    while True:
        try:
            return work()
        except not_there:
            if time.monotonic() > deadline:
                raise
        time.sleep(ASK_AGAIN_S)


def password_of(role: str) -> str:
    """A role's password from the environment."""
    name = f"{role.upper()}_PASSWORD"
    password = os.environ.get(name)
    if not password:
        raise EmbeddedError(f"{name} is not set")
    return password


def as_role(url: str, role: str, password: str, database: str) -> str:
    """The same server for another role and database."""
    parts = urlsplit(url)
    where = parts.netloc.rpartition("@")[2]
    netloc = f"{quote(role, safe='')}:{quote(password, safe='')}@{where}"
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{database}"))


WORK = {"servers": prepare_servers, "account": prepare_account}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in WORK:
        sys.exit(f"usage: python -m plimsoll.embedded.prepare {'|'.join(WORK)}")
    try:
        WORK[sys.argv[1]]()
    except EmbeddedError as failure:
        sys.exit(f"prepare: {failure}")
