"""InfluxDB in a running stack: built behind everything else, then run like any other server."""

import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from plimsoll.embedded import influx_build
from plimsoll.embedded.child import Child, Command
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.influx import Influx
from plimsoll.embedded.paths import State
from plimsoll.embedded.rooms import PROJECT
from plimsoll.embedded.watched import Condition, Watched

BUILD_AGAIN_S = 60.0
ASK_AGAIN_S = 0.5


class InfluxWatch(Watched):
    """`may_build` is set once trading is up; `serves` once the database answers."""

    def __init__(self, server: Influx, state: State, report: Callable[[str], None]) -> None:
        super().__init__(server.name, self._launch)
        self._server, self._state, self._report = server, state, report
        self.may_build = False
        self.serves = False
        self._build: Child | None = None
        self._next_at = 0.0
        self._asker = ThreadPoolExecutor(1)
        self._asked: Future[bool] | None = None

    def _launch(self) -> Child:
        self._server.prepare()
        return Child(self.name, self._server.command(), self._state.log(self.name))

    def look(self, now: float) -> str | None:
        """As for any process; before the first start it is built, after it asked if it serves."""
        if self.condition is Condition.WAITING:
            return self._look_at_build(now)
        if not self.serves:
            self._ask(now)
        return super().look(now)

    def _look_at_build(self, now: float) -> str | None:
        """Start it when it is built; build it when that is allowed."""
        if self._build is not None and self._build.exit_code() is None:
            return None
        if influx_build.is_built():
            self._build = None
            return self._start_first(now)
        if self._build is not None:
            reason, self._build, self._next_at = self._build.tail(), None, now + BUILD_AGAIN_S
            return f"InfluxDB was not built: {reason}"
        if self.may_build and now >= self._next_at:
            self._build = self._start_build()
            return "InfluxDB is being built in the background, once (about a minute)"
        return None

    def _start_first(self, now: float) -> str | None:
        try:
            self.start(now)
        except (OSError, EmbeddedError) as error:
            return f"InfluxDB cannot be started ({error}); again in {self._wait(now):.1f} s"
        return None

    def _start_build(self) -> Child:
        path = os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH"))))
        command = Command(
            arguments=(sys.executable, "-m", "plimsoll.embedded.influx_build"),
            environment={**os.environ, "PYTHONPATH": path},
            directory=PROJECT,
        )
        return Child("influx-build", command, self._state.log("influx-build"))

    def _ask(self, now: float) -> None:
        """Ask off the main thread whether it serves, now and then until it does."""
        if self._asked is not None and self._asked.done():
            self.serves, self._asked = self._asked.result(), None
            if self.serves:
                self._report(f"InfluxDB serves at {self._server.url()}")
        elif self._asked is None and now >= self._next_at:
            self._next_at = now + ASK_AGAIN_S
            self._asked = self._asker.submit(self._server.is_ready)

    def row(self) -> dict[str, object]:
        """A build is shown as such."""
        return super().row() | ({"state": "building"} if self._build is not None else {})

    def signal_stop(self) -> None:
        """A build has nothing to lose: end it and the compilers that it runs, its session."""
        super().signal_stop()
        if self._build is not None and self._build.exit_code() is None:
            with suppress(ProcessLookupError):
                os.killpg(self._build.pid, signal.SIGKILL)
            self._build.kill()
        self._asker.shutdown(wait=False, cancel_futures=True)
