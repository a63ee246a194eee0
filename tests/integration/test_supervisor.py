"""The supervisor over the real servers: nothing is left behind, and what dies comes back."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).parents[2]
READY_S_MAX = 60.0
GONE_S_MAX = 10.0


class ToyStack:
    """A supervisor in a process of its own, its output line by line."""

    def __init__(self, state: Path, **environment: str) -> None:
        self.state = state
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.toy_stack", str(state)],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def ready(self) -> dict[str, Any]:
        """Read until it is ready; its summary."""
        word, _, rest = self.line("ready", "failed").partition(" ")
        assert word == "ready", rest
        summary: dict[str, Any] = json.loads(rest)
        return summary

    def line(self, *starts: str) -> str:
        """The next line that starts so."""
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(line)
            if line.startswith(starts):
                return line
        raise AssertionError("".join(said))

    def stack(self) -> dict[str, Any]:
        """What stack.json says."""
        stack: dict[str, Any] = json.loads((self.state / "stack.json").read_text())
        return stack

    def rows(self) -> dict[str, dict[str, Any]]:
        """The processes by name."""
        return {row["name"]: row for row in self.stack()["processes"]}

    def end(self, number: signal.Signals) -> None:
        """Send a signal and wait for the end."""
        self.process.send_signal(number)
        self.process.wait(20)


@contextmanager
def toy_stack(state: Path, **environment: str) -> Iterator[ToyStack]:
    """A running toy stack."""
    stack = ToyStack(state, **environment)
    try:
        yield stack
    finally:
        if stack.process.poll() is None:
            stack.end(signal.SIGTERM)
        if stack.process.stdout is not None:
            stack.process.stdout.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ToyStack]:
    """One stack for the tests that leave it as good as it was."""
    with toy_stack(tmp_path_factory.mktemp("running") / "state") as stack:
        stack.ready()
        yield stack


def wait_for(holds: Callable[[], bool], timeout_s: float) -> bool:
    """Whether it holds within that time."""
    deadline = time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def descendants(pid: int) -> set[int]:
    """All processes below one, PostgreSQL's backends included."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] not in "ZX":
                parents[int(entry.name)] = int(fields[1])
    found: set[int] = set()
    while True:
        more = {child for child, parent in parents.items() if parent in found | {pid}} - found
        if not more:
            return found
        found |= more


def is_alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_after_the_supervisor_has_ended(
    tmp_path: Path, number: signal.Signals
) -> None:
    with toy_stack(tmp_path / "state") as stack:
        stack.ready()
        below = descendants(stack.process.pid)
        assert len(below) > 8  # four programs, two rooms, PostgreSQL's own
        began = time.monotonic()
        stack.end(number)
        assert wait_for(lambda: not any(map(is_alive, below)), GONE_S_MAX)
        assert time.monotonic() - began < GONE_S_MAX
        assert (stack.process.returncode == 0) == (number is not signal.SIGKILL)


def test_a_killed_supervisor_is_followed_by_one_that_goes_on_with_the_data(tmp_path: Path) -> None:
    with toy_stack(tmp_path / "state") as first:
        assert first.ready()["account"]["key"] == "PK1"
        before = first.stack()
        owner = owner_url(first)
        with psycopg.connect(owner) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        first.end(signal.SIGKILL)
    with toy_stack(tmp_path / "state") as second:
        assert second.ready()["account"] is None  # it was opened before
        after = second.stack()
        names = ("gateway", "kafka", "postgres", "redis")
        assert [after[name] for name in names] == [before[name] for name in names]
        with psycopg.connect(owner) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def owner_url(stack: ToyStack) -> str:
    """The URL of the role that owns the tables."""
    secrets = json.loads((stack.state / "secrets.json").read_text())["postgres"]
    where = stack.stack()["postgres"].rpartition("@")[2]
    return f"postgresql://plimsoll:{secrets['plimsoll']}@{where}"


def test_every_process_that_dies_is_started_again_and_counted(running: ToyStack) -> None:
    for name in ("risk", "gateway", "redis", "postgres", "kafka"):
        before = running.rows()[name]
        os.kill(before["pid"], signal.SIGKILL)
        assert wait_for(lambda n=name: running.rows()[n]["restarts"] == 1, 5)  # type: ignore[misc]
        after = running.rows()[name]
        assert after["pid"] not in (None, before["pid"])
    assert wait_for(lambda: answers(owner_url(running)), 10)


def answers(url: str) -> bool:
    """Whether the database has recovered and answers."""
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def test_stacks_with_different_states_run_side_by_side(tmp_path: Path) -> None:
    with ExitStack() as both:
        stacks = [both.enter_context(toy_stack(tmp_path / name)) for name in ("one", "two")]
        for stack in stacks:
            stack.ready()
        told = [stack.stack() for stack in stacks]
        for name in ("gateway", "kafka", "postgres", "redis"):
            assert told[0][name] != told[1][name]


@pytest.mark.parametrize("detach", [(), ("--detach",)], ids=["attached", "detached"])
def test_a_second_up_on_a_running_state_is_refused_and_disturbs_nothing(
    running: ToyStack, detach: tuple[str, ...]
) -> None:
    before = running.stack()
    done = plimsoll("up", running.state, *detach)
    assert done.returncode == 1
    who = f"(pid {running.process.pid}, {before['gateway']})"
    assert f"a stack is already running on {running.state} {who}" in done.stderr
    assert running.process.poll() is None
    assert running.stack() == before


def test_a_kill_point_is_for_the_first_life_of_a_room(tmp_path: Path) -> None:
    with toy_stack(tmp_path / "state", TOY_KILL_AT="risk:K3:1") as stack:
        stack.ready()
        assert wait_for(lambda: stack.rows()["risk"]["restarts"] == 1, 5)
        time.sleep(0.5)
        assert stack.rows()["risk"]["state"] == "running"
        assert stack.rows()["risk"]["restarts"] == 1


def test_a_room_that_never_lives_ends_the_start_with_its_last_words(tmp_path: Path) -> None:
    with toy_stack(tmp_path / "state", TOY_BROKEN="1") as stack:
        line = stack.line("failed", "ready")
        assert line.startswith("failed risk ends again and again")
        assert stack.process.wait(15) == 1
        assert "toy_absent" in "".join(stack.process.stdout or ())


def test_a_detached_stack_holds_nothing_of_its_starter_and_is_stopped_by_pid(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state"
    read_end, write_end = os.pipe()
    os.set_inheritable(write_end, True)
    command = [sys.executable, "-m", "tests.integration.toy_stack", "detach", str(state)]
    try:  # run() returns only when nobody holds the pipes of its output any more
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=60, close_fds=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        stack = json.loads((state / "stack.json").read_text())
        pids = [stack["supervisor"]["pid"], *(child["pid"] for child in stack["children"])]
        below = descendants(pids[0])
        pipe = os.readlink(f"/proc/self/fd/{write_end}")
        for pid in (*pids, *below):
            assert pipe not in held_by(pid)
        assert os.getsid(pids[0]) == pids[0]
        assert plimsoll("status", state).returncode == 0
        assert plimsoll("down", state).returncode == 0
        assert not any(map(is_alive, (*pids, *below)))
        assert plimsoll("status", state).returncode == 1
    finally:
        plimsoll("down", state)
        os.close(read_end)
        os.close(write_end)


def plimsoll(verb: str, state: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """Run a verb of the command line."""
    command = [sys.executable, "-m", "plimsoll", verb, "--state", str(state), *flags]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=40)


def held_by(pid: int) -> set[str]:
    """What the descriptors of a process lead to."""
    found = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.add(os.readlink(descriptor))
        except OSError:
            continue
    return found


def test_a_port_that_was_asked_for_and_is_taken_is_refused(tmp_path: Path) -> None:
    with socket.socket() as owner:
        owner.bind(("127.0.0.1", 0))
        owner.listen()
        port = owner.getsockname()[1]
        done = plimsoll("up", tmp_path / "state", "--port", str(port))
    assert done.returncode == 1
    assert f"port {port} is taken by another program" in done.stderr


def test_private_files_are_private(running: ToyStack) -> None:
    for name in ("secrets.json", "stack.json", "admin.key", "account.key"):
        assert (running.state / name).stat().st_mode & 0o777 == 0o600, name
    assert running.state.stat().st_mode & 0o777 == 0o700


def test_no_password_stands_on_a_command_line(running: ToyStack) -> None:
    secrets = json.loads((running.state / "secrets.json").read_text())["postgres"].values()
    pids = [process["pid"] for process in running.stack()["children"]]
    commands = [Path(f"/proc/{pid}/cmdline").read_text() for pid in pids]
    assert commands and not any(secret in command for secret in secrets for command in commands)
