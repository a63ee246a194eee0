"""Start and stop the embedded servers; the way in for tests and tools.

    with Servers(tmp_path) as servers:                      # PostgreSQL, Kafka and Redis
        servers.kafka, servers.postgres_admin, servers.redis
        servers.kill("kafka"); servers.start("kafka")
    with Servers(tmp_path, ("influx",)) as servers:         # builds InfluxDB first if need be
        servers.influx

The servers of one `start` come up side by side: each is a generator that yields what is to be done
off the main thread (prepare, ask whether it serves, make its tables) and launches the program in
between, on the main thread, for the kernel ends a program when the thread that started it ends.
"""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

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
POLL_S = 0.03
STARTS_MAX = 3

Work = Callable[[], Any]


class Servers:
    """Some of the four servers on one state directory.

    `usual_ports` prefers the well-known ports. Use it from the thread that lives longest.
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
    def postgres(self) -> Postgres:
        """The database server."""
        server = self.servers["postgres"]
        assert isinstance(server, Postgres)
        return server

    @property
    def postgres_admin(self) -> str:
        """The superuser's URL of the database `postgres`, the one that is always there."""
        return self.postgres_url(credentials.SUPERUSER, "postgres")

    def postgres_url(self, role: str, database: str = "plimsoll") -> str:
        """The URL of a role; roles and the database `plimsoll` are made by `bootstrap`."""
        return self.postgres.role_url(role, database)

    def start(
        self,
        *names: str,
        after: Mapping[str, Work] | None = None,
        interrupted: Callable[[], bool] = lambda: False,
    ) -> None:
        """Start servers, all by default, and wait until each serves and its `after` is done."""
        wanted = [self.servers[name] for name in names or self.servers]
        self.choose_ports(wanted)
        tasks = [self._bring_up(server, (after or {}).get(server.name)) for server in wanted]
        pool = ThreadPoolExecutor(len(wanted))
        try:
            drive(tasks, pool, interrupted)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _bring_up(self, server: Server, after: Work | None) -> Generator[Work, Any, None]:
        """Bring one server up; if somebody took its port since we looked, on another one."""
        deadline = time.monotonic() + READY_S_MAX
        for _ in range(STARTS_MAX):
            yield server.prepare
            child = self.launch(server)
            while child.exit_code() is None:
                serves = yield server.is_ready
                if serves and child.exit_code() is None:
                    yield after or (lambda: None)
                    return
                if time.monotonic() > deadline:
                    raise EmbeddedError(self.failure(server, f"was silent {READY_S_MAX:.0f} s"))
            if ports.is_free(server.port):
                break
            self.choose_ports([server])
        raise EmbeddedError(self.failure(server, "ended at once"))

    def choose_ports(self, servers: Sequence[Server]) -> None:
        """Give each server ports that are free now, and remember them."""
        self.state.create()
        credentials.load_or_create(self.state)
        last = read_json(self.state.ports) or {}
        for server in servers:
            last |= server.choose_ports(last, self.usual_ports)
        write_private(self.state.ports, last)

    def launch(self, server: Server) -> Child:
        """Start one prepared server; does not wait."""
        child = Child(server.name, server.command(), self.state.log(server.name))
        self.children[server.name] = child
        return child

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


def drive(
    tasks: Sequence[Generator[Work, Any, None]],
    pool: ThreadPoolExecutor,
    interrupted: Callable[[], bool],
) -> None:
    """Run all generators to their ends; what they yield is done in the pool."""
    waiting = {task: pool.submit(next(task)) for task in tasks}
    while waiting and not interrupted():
        for task, future in list(waiting.items()):
            if future.done():
                try:
                    waiting[task] = pool.submit(task.send(future.result()))
                except StopIteration:
                    del waiting[task]
        time.sleep(POLL_S)
