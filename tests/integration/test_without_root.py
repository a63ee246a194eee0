"""The servers need no root, and as root PostgreSQL gives it up."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import psycopg
import pytest

from plimsoll.embedded import Servers, kafka_jars

ROOT = Path(__file__).parents[2]


def test_as_root_postgres_runs_as_nobody_below_a_home_that_only_root_enters() -> None:
    if os.geteuid() != 0:
        pytest.skip("not root here")
    home = Path("/root")
    closed = home / f"plimsoll-test-{os.getpid()}"
    try:
        closed.mkdir(mode=0o700)
        with Servers(closed / "state", ("postgres",)) as servers:
            status = Path(f"/proc/{servers.children['postgres'].pid}/status").read_text()
            uid = next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1]
            assert uid != "0"
            with psycopg.connect(servers.postgres_admin) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        shutil.rmtree(closed)


# A whole stack, from its first start to a stop in order, without InfluxDB's build.
NOT_ROOT = """
import json, os, signal, sys
from pathlib import Path
assert os.geteuid() != 0
from plimsoll.embedded import attach
from plimsoll.embedded.options import Options
from plimsoll.embedded.paths import State
from tests.integration.toy_stack import ROOMS
state = State(Path(sys.argv[1]))
def on_ready(summary):
    rows = json.loads(state.stack.read_text())["processes"]
    print(*sorted(row["name"] for row in rows if row["pid"]))
    os.kill(os.getpid(), signal.SIGTERM)
tell = lambda text: print(text, file=sys.stderr)
attach.run_here(state, Options(), tell, on_ready, ROOMS)
"""


@pytest.mark.parametrize("user", [65534, 54321], ids=["a user with a name", "one without"])
def test_a_whole_stack_runs_as_a_user_without_root(user: int) -> None:
    python = python_for_all()
    if os.geteuid() != 0 or python is None:
        pytest.skip("needs root, setpriv and a Python that another user may run")
    jars = kafka_jars.jars(lambda line: None)
    home = Path("/tmp") / f"plimsoll-test-{user}-{os.getpid()}-{time.monotonic_ns()}"
    home.mkdir(mode=0o700)
    try:
        shutil.copytree(jars, home / jars.name)
        for path in (home, *home.rglob("*")):
            os.chown(path, user, user)
        done = run_as(user, python, NOT_ROOT, home)
        names = ["gateway", "kafka", "postgres", "redis", "risk"]
        assert done.stdout.split() == names, done.stderr
        assert done.returncode == 0, done.stderr
    finally:
        shutil.rmtree(home)


def run_as(user: int, python: str, code: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run Python code as another user, who has nothing but a home of his own."""
    return subprocess.run(
        [
            *("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"),
            *(python, "-c", code, str(home / "state")),
        ],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "PLIMSOLL_CACHE": str(home),
            "PYTHONPATH": f"{ROOT}:{sysconfig.get_path('purelib')}",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        cwd="/",
        capture_output=True,
        text=True,
        timeout=90,
    )


def python_for_all() -> str | None:
    """A Python of our version that another user may start, and start again from within."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    again = "import subprocess, sys; subprocess.run([sys.executable, '-c', ''], check=True)"
    candidates = (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}")
    for candidate in filter(os.path.exists, candidates if shutil.which("setpriv") else ()):
        if run_as(65534, candidate, again, Path("/nowhere")).returncode == 0:
            return candidate
    return None
