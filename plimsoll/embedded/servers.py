"""Start and stop the embedded servers; the way in for tests and tools.

with Servers(tmp_path) as servers:                      # PostgreSQL, Kafka and Redis
    servers.kafka, servers.postgres_admin, servers.redis
    servers.kill("kafka"); servers.start("kafka")
with Servers(tmp_path, ("influx",)) as servers:         # builds InfluxDB first if need be
    servers.influx
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

from plimsoll.embedded import credentials, ports
from plimsoll.embedded.child import Child
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.influx import Influx
from plimsoll.embedded.kafka import Kafka
from plimsoll.embedded.paths import State, read_json, write_private
from plimsoll.embedded.postgres import Postgres
from plimsoll.embedded.redis import Redis
from plimsoll.embedded.server import Server

TRADING = ("postgres", "kafka", "redis")
READY_S_MAX = 60.0
POLL_S = 0.05
STARTS_MAX = 3


class Servers:
    """Some of the four servers on one state directory.

    `usual_ports` prefers the well-known ports. Use it from the thread that lives longest: the
    kernel ends a server when the thread that started it ends.
    """

    def __init__(
        self,
        state: Path,
        names: Sequence[str] = TRADING,
        usual_ports: bool = False,
        progress: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.state = State(Path(state).absolute())
        self.usual_ports = usual_ports
        made: dict[str, Server] = {
            "postgres": Postgres(self.state),
            "kafka": Kafka(self.state, progress),
            "redis": Redis(self.state),
            "influx": Influx(self.state),
        }
        self.servers = {name: made[name] for name in names}
        self.children: dict[str, Child] = {}

    def __enter__(self) -> "Servers":
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def kafka(self) -> str:
        """Kafka's bootstrap address, host:port."""
        return self.servers["kafka"].url()

    @property
    def redis(self) -> str:
        """The URL of Redis."""
        return self.servers["redis"].url()

    @property
    def influx(self) -> str:
        """The URL of InfluxDB; its database is `plimsoll`."""
        return self.servers["influx"].url()

    @property
    def postgres_admin(self) -> str:
        """The superuser's URL of the database `postgres`, the one that is always there."""
        return self.postgres_url(credentials.SUPERUSER, "postgres")

    def postgres_url(self, role: str, database: str = "plimsoll") -> str:
        """The URL of a role; roles and the database `plimsoll` are made by `bootstrap`."""
        server = self.servers["postgres"]
        assert isinstance(server, Postgres)
        return server.role_url(role, database)

    def start(self, *names: str) -> None:
        """Start servers, in parallel, and wait until each serves; all of them by default."""
        wanted = [self.servers[name] for name in names or self.servers]
        self.prepare(wanted)
        for server in wanted:
            self.launch(server)
        deadline = time.monotonic() + READY_S_MAX
        with ThreadPoolExecutor(len(wanted)) as pool:
            pending = {server.name: 1 for server in wanted}
            while pending:
                self._advance(pending, pool, deadline)

    def _advance(self, pending: dict[str, int], pool: ThreadPoolExecutor, deadline: float) -> None:
        """One look at all servers that do not serve yet; `pending` counts their starts."""
        waiting = [self.servers[name] for name in pending]
        answers = list(pool.map(lambda server: server.is_ready(), waiting))
        for server, ready in zip(waiting, answers, strict=True):
            if ready and self.children[server.name].exit_code() is None:
                del pending[server.name]
            elif self.children[server.name].exit_code() is not None:
                self._start_again(server, pending)
            elif time.monotonic() > deadline:
                raise EmbeddedError(self.failure(server, f"did not serve in {READY_S_MAX:.0f} s"))
        time.sleep(POLL_S)

    def _start_again(self, server: Server, pending: dict[str, int]) -> None:
        """Somebody else may have taken the port since we looked: then take another."""
        pending[server.name] += 1
        if pending[server.name] > STARTS_MAX or ports.is_free(server.port):
            raise EmbeddedError(self.failure(server, "ended at once"))
        self.prepare([server])
        self.launch(server)

    def prepare(self, servers: Sequence[Server]) -> None:
        """Choose ports, then make what the servers need on disk, in parallel."""
        self.state.create()
        credentials.load_or_create(self.state)
        last = read_json(self.state.ports) or {}
        for server in servers:
            last |= server.choose_ports(last, self.usual_ports)
        write_private(self.state.ports, last)
        with ThreadPoolExecutor(len(servers)) as pool:
            list(pool.map(lambda server: server.prepare(), servers))

    def launch(self, server: Server) -> None:
        """Start one prepared server; does not wait."""
        log = self.state.log(server.name)
        self.children[server.name] = Child(server.name, server.command(), log)

    def failure(self, server: Server, what: str) -> str:
        """A message with the end of the server's log."""
        child = self.children[server.name]
        return f"{server.name} {what} (port {server.port}, see {child.log}):\n{child.tail()}"

    def kill(self, name: str) -> None:
        """End a server as a crash would."""
        self.children[name].kill()

    def stop(self, *names: str) -> None:
        """Stop servers and wait until they are gone; all of them by default."""
        children = [self.children.pop(name) for name in names or tuple(self.children)]
        for child in children:
            child.signal_stop()
        deadline = time.monotonic() + max(server.stop_s_max for server in self.servers.values())
        for child in children:
            child.await_exit(deadline)
