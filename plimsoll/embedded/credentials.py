"""Passwords of one stack: made at its first start, kept in `secrets.json`, never on a command line.

Every room has a database role of its own; `plimsoll` owns the objects and runs the migrations;
`postgres` is the superuser; `reader` is for people and dashboards.
"""

import base64
import secrets
import uuid
from dataclasses import dataclass

from plimsoll.embedded.paths import State, read_json, write_private

SUPERUSER = "postgres"
OWNER = "plimsoll"
READER = "reader"
ROOM_ROLES = ("market_data", "risk", "oms", "venue", "portfolio", "gateway")
ROLES = (SUPERUSER, OWNER, *ROOM_ROLES, READER)


@dataclass(frozen=True)
class Credentials:
    """The secrets of one stack."""

    postgres: dict[str, str]
    kafka_cluster_id: str


def load_or_create(state: State) -> Credentials:
    """Read `secrets.json`; what it lacks is made and added."""
    known = read_json(state.secrets) or {}
    passwords = {
        role: known.get("postgres", {}).get(role) or secrets.token_urlsafe(24) for role in ROLES
    }
    cluster_id = known.get("kafka_cluster_id") or new_cluster_id()
    complete = {"postgres": passwords, "kafka_cluster_id": cluster_id}
    if complete != known:
        write_private(state.secrets, complete)
    return Credentials(passwords, cluster_id)


def new_cluster_id() -> str:
    """A random id as Kafka writes them: 16 bytes in URL-safe base64, not like an option."""
    text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return text if not text.startswith("-") else new_cluster_id()
