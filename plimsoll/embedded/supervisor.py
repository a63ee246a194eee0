"""Run a whole stack: servers, then rooms; start again what dies; stop all in order.

One thread does it all in a loop that looks at every process twenty times a second. That thread
starts every program, because the kernel ends a program when the *thread* that started it ends;
helpers in other threads only prepare and ask. Nothing here decides about an order.
"""

import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial

from plimsoll.embedded import bootstrap, gateway, ports, rooms, stackfile
from plimsoll.embedded import options as stack_options
from plimsoll.embedded.child import Child
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.influx import Influx
from plimsoll.embedded.influx_watch import InfluxWatch
from plimsoll.embedded.options import Options
from plimsoll.embedded.paths import State, read_json, write_private
from plimsoll.embedded.rooms import GATEWAY, ROOMS, Room, Surroundings
from plimsoll.embedded.servers import TRADING, Servers
from plimsoll.embedded.watched import Watched, stop_all

FREE_BYTES_MIN = 512 * 1024**2
FREE_BYTES_FULL = 16 * 1024**2
READY_S_MAX = 90.0
DEATHS_MAX_AT_START = 5
TICK_S = 0.05
TRIM_S = 10.0
LEFTOVER_S_MAX = 10.0
GATEWAY_GRACE_S, ROOM_GRACE_S, SERVER_GRACE_S = 1.5, 3.5, 4.0

Report = Callable[[str], None]


class Supervisor:
    """One stack on one state directory. `stop` may be set from a signal handler."""

    def __init__(
        self, state: State, given: Options, report: Report, room_list: tuple[Room, ...] = ROOMS
    ) -> None:
        self.state = state
        self.given = given
        self.report = report
        self.room_list = room_list
        self.stop = False
        self.watched: dict[str, Watched] = {}
        self.influx: InfluxWatch | None = None
        self.account: dict[str, object] | None = None
        self._trim_at = 0.0
        self._written: dict[str, object] = {}

    def run(self, on_ready: Callable[[dict[str, object]], None]) -> None:
        """Start, call `on_ready` once, watch until `stop`; always leaves nothing running."""
        check_disk(self.state)
        self.state.create()
        lock = stackfile.StackLock(self.state)
        lock.take()
        try:
            self._start()
            if not self.stop:
                on_ready(self._summary())
                self._allow_build()
            while not self.stop:
                self._tick()
        finally:
            self._stop_all()
            self.state.stack.unlink(missing_ok=True)
            lock.release()

    def _start(self) -> None:
        """All servers, then all rooms, then the first account."""
        self._await_leftovers()
        self.options = stack_options.settle(self.state, self.given)
        self.room_list = rooms.shared_out(self.room_list, self.options)
        self._choose_ports()
        rooms.check_installed(self.room_list)
        gateway.make_admin_key(self.state)
        self._write_stack()
        self._start_servers()
        self._start_rooms()
        self._await_ready()

    def _await_leftovers(self) -> None:
        """A supervisor that was killed leaves servers that are ending: two may not share data."""
        left = (read_json(self.state.stack) or {}).get("children", [])
        write_private(self.state.stack, stackfile.beginning(left))
        stuck = stackfile.await_gone(left, LEFTOVER_S_MAX)
        if stuck:
            raise EmbeddedError(f"processes {stuck} of the last run on {self.state.root} still run")

    def _choose_ports(self) -> None:
        """The ports of the gateway and of InfluxDB, which the rooms are told at their start."""
        last = read_json(self.state.ports) or {}
        asked = self.options.port
        if asked is not None and not ports.reserve(asked):
            raise EmbeddedError(f"port {asked} is taken by another program")
        self.port = asked or ports.choose(last.get(GATEWAY), ports.USUAL[GATEWAY])
        self.servers = Servers(self.state.root, TRADING, usual_ports=True, progress=self.report)
        self.influx_server = Influx(self.state)
        last |= self.influx_server.choose_ports(last, usual=True) | {GATEWAY: self.port}
        names = {room.name: f"metrics-{room.name}" for room in self.room_list}
        self.metrics_ports = {room: ports.choose(last.get(key)) for room, key in names.items()}
        last |= {names[room]: port for room, port in self.metrics_ports.items()}
        write_private(self.state.ports, last)

    def _start_servers(self) -> None:
        """PostgreSQL, Kafka and Redis; tables and topics are made as soon as each serves."""
        self.report("starting PostgreSQL, Kafka and Redis")
        partitions = self.options.partitions or 1
        follow_ups = {
            "postgres": lambda: bootstrap.create_database(self.servers.postgres),
            "kafka": lambda: bootstrap.create_topics(self.servers.kafka, partitions),
        }
        try:
            self.servers.start(after=follow_ups, interrupted=lambda: self.stop)
        finally:
            for name, child in self.servers.children.items():
                watched = self._watch(name, partial(self._relaunch, name))
                watched.adopt(child, time.monotonic())
        self.influx = InfluxWatch(self.influx_server, self.state, self.report)
        self.watched[self.influx.name] = self.influx

    def _allow_build(self) -> None:
        """Trading is up: now InfluxDB may take what the processor has left."""
        if self.influx is not None:
            self.influx.may_build = True

    def _relaunch(self, name: str) -> Child:
        """A server that died comes back on its own port, where the rooms look for it."""
        server = self.servers.servers[name]
        self.servers.launch(server)
        return self.servers.children[name]

    def _watch(self, name: str, start: Callable[[], Child]) -> Watched:
        self.watched[name] = Watched(name, start)
        return self.watched[name]

    def _start_rooms(self) -> None:
        """All rooms at once; each waits for what it needs."""
        if self.stop:
            return
        self.report("starting the rooms")
        self.around = Surroundings(
            state=self.state.root,
            kafka=self.servers.kafka,
            redis=self.servers.redis,
            influx=self.influx_server.url(),
            gateway_port=self.port,
            admin_key_file=self.state.admin_key,
            options=self.options,
        )
        for room in self.room_list:
            self._watch(room.name, partial(self._room, room)).start(time.monotonic())
        self._write_stack()

    def _room(self, room: Room) -> Child:
        """Start a room; a kill point that a test names is for its first life only."""
        around = self.around
        if self.watched[room.name].child is not None:
            around = replace(around, options=replace(around.options, kill_at=None))
        postgres = self.servers.postgres_url(room.role)
        command = rooms.command(room, around, postgres, self.metrics_ports[room.name])
        return Child(room.name, command, self.state.log(room.name))

    def _await_ready(self) -> None:
        """Until the gateway says that every room is alive and has opened the first account."""
        deadline = time.monotonic() + READY_S_MAX
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(self._ask_ready)
            while not self.stop:
                self._tick()
                self._give_up_on_the_hopeless(deadline)
                if asked.done():
                    if asked.result():
                        return
                    asked = pool.submit(self._ask_ready)

    def _ask_ready(self) -> bool:
        """Ask once; at the first yes the account is opened."""
        if not gateway.health(self.url).get("ready"):
            time.sleep(TICK_S)
            return False
        self.account = gateway.open_first_account(self.state, self.url)
        return True

    def _give_up_on_the_hopeless(self, deadline: float) -> None:
        for one in self.watched.values():
            if one.deaths >= DEATHS_MAX_AT_START:
                raise EmbeddedError(f"{one.name} ends again and again:\n{one.last_words()}")
        if time.monotonic() > deadline:
            health = gateway.health(self.url)
            raise EmbeddedError(f"not ready after {READY_S_MAX:.0f} s; the gateway says {health}")

    @property
    def url(self) -> str:
        """The gateway's URL."""
        return f"http://{ports.LOOPBACK}:{self.port}"

    def _tick(self) -> None:
        """Look at every process once, tell what happened, sleep a little."""
        for one in self.watched.values():
            told = one.look(time.monotonic())
            if told:
                self.report(told + self._disk_hint())
        self._trim_logs()
        self._write_stack()
        time.sleep(TICK_S)

    def _trim_logs(self) -> None:
        """Now and then look whether a log has grown too long."""
        if time.monotonic() >= self._trim_at:
            self._trim_at = time.monotonic() + TRIM_S
            for one in self.watched.values():
                if one.child is not None:
                    one.child.trim_log()

    def _disk_hint(self) -> str:
        """A full disk ends servers in many words; say it in few."""
        full = shutil.disk_usage(self.state.root).free < FREE_BYTES_FULL
        return f" - the disk of {self.state.root} is full" if full else ""

    def _summary(self) -> dict[str, object]:
        """What a person needs to know once the stack is ready."""
        return {"gateway": self.url, "feed": self.options.feed, "account": self.account}

    def _write_stack(self) -> None:
        """Keep `stack.json` true; written when something has changed."""
        watched = list(self.watched.values())
        pids = [one.child.pid for one in watched if one.child and one.child.exit_code() is None]
        servers = self.servers
        started = bool(servers.children)
        now: dict[str, object] = {
            "supervisor": stackfile.identity(os.getpid()),
            "gateway": self.url,
            "kafka": servers.kafka if started else None,
            "postgres": servers.servers["postgres"].url() if started else None,
            "redis": servers.redis if started else None,
            "influx": self.influx_server.url() if self.influx and self.influx.serves else None,
            "feed": self.options.feed,
            "metrics_ports": self.metrics_ports,
            "processes": [one.row() for one in watched],
            "children": [stackfile.identity(pid) for pid in pids],
        }
        if now != self._written:
            with suppress(OSError):  # a full disk must not end what still runs; tried again
                write_private(self.state.stack, now)
                self._written = now

    def _stop_all(self) -> None:
        """Gateway first, so that nothing new comes in; then the rooms; the servers last."""
        names = [room.name for room in self.room_list]
        groups = (
            ([GATEWAY], GATEWAY_GRACE_S),
            ([name for name in names if name != GATEWAY], ROOM_GRACE_S),
            ([name for name in self.watched if name not in names], SERVER_GRACE_S),
        )
        for group, grace_s in groups:
            stop_all([self.watched[name] for name in group if name in self.watched], grace_s)


def check_disk(state: State) -> None:
    """Refuse to start on a full disk: the servers would end later, in the middle of something."""
    folder = next(path for path in (state.root, *state.root.parents) if path.exists())
    with suppress(OSError):
        free = shutil.disk_usage(folder).free
        if free < FREE_BYTES_MIN:
            raise EmbeddedError(
                f"the disk of {folder} is full: {free >> 20} MiB are free, "
                f"{FREE_BYTES_MIN >> 20} MiB are needed"
            )
