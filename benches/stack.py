"""A stack of a bench's own: real servers, every room, the synthetic market, accounts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from plimsoll.client import Client, Key
from plimsoll.embedded import attach, stackfile
from plimsoll.embedded.options import Options
from plimsoll.embedded.paths import State, read_json
from plimsoll.embedded.rooms import ROOMS
from shared.bus.kafka import KafkaWriter

SEED = 7
CASH = "1000000000"
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
ALL_REPLICAS = -1


@dataclass(frozen=True)
class Account:
    """An account and the key that trades it."""

    account_id: str
    firm_id: str
    key: str
    secret: str


@dataclass(frozen=True)
class OwnStack:
    """Where the stack of a bench is reached."""

    state: State
    gateway: str
    kafka: str
    postgres: str
    partitions: int = 8

    def open_accounts(self, count: int) -> list[Account]:
        """Accounts of as many firms, so that they spread over the shards."""
        with Client(self.gateway, Key.read(self.state.admin_key)) as client:
            made = [
                client.open_account({"name": f"bench-{n}", "cash": CASH, "type": "margin"})
                for n in range(count)
            ]
        names = ("account_id", "firm_id", "key", "secret")
        return [Account(**{name: one[name] for name in names}) for one in made]

    def room_pids(self) -> dict[str, int]:
        """The process of each room."""
        rows = (stackfile.running(self.state) or {})["processes"]
        names = {room.name for room in ROOMS}
        return {row["name"]: row["pid"] for row in rows if row["name"] in names}

    def trades(self) -> int:
        """How many executions the public view shows."""
        with psycopg.connect(self.postgres) as reader:
            row = reader.execute("SELECT count(*) FROM trades").fetchone()
        return 0 if row is None else int(row[0])


@contextmanager
def own_stack(state: Path, processes: dict[str, int] | None = None) -> Iterator[OwnStack]:
    """Start one, prove that it is durable, and leave nothing running. `processes`: how many rooms
    have, where that is not one.
    """
    place = State(state / "stack")
    options = Options(feed="synthetic", seed=SEED, processes=processes)
    attach.start_detached(place, options, tell)
    try:
        yield running(place)
    finally:
        stackfile.stop_running(place)


def running(place: State) -> OwnStack:
    """The stack that runs on a state directory."""
    said = read_json(place.stack) or {}
    stack = OwnStack(place, said["gateway"], said["kafka"], said["postgres"])
    check_database(stack.postgres)
    return stack


def check_database(url: str) -> None:
    """A commit must be on disk when it is answered."""
    with psycopg.connect(url) as reader:
        for name, wanted in DURABLE.items():
            row: Any = reader.execute(f"SHOW {name}").fetchone()
            if row[0] != wanted:
                raise RuntimeError(f"PostgreSQL runs with {name}={row[0]}: no number would count")


async def check_producer(servers: str) -> None:
    """A message must be with all replicas when it is acknowledged."""
    writer = await KafkaWriter.connect(servers)
    try:
        sender = writer._producer._sender
        if sender._acks != ALL_REPLICAS or sender._txn_manager is None:
            raise RuntimeError("the rooms' producer is not idempotent with acks=all")
    finally:
        await writer.close()


def tell(text: str) -> None:
    """Progress, beside the results."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
