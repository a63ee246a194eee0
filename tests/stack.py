"""A whole stack of one's own for a test: `plimsoll up --detach` on a temporary state, `plimsoll
down` after it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psycopg

ROOT = Path(__file__).parents[1]
READY_S_MAX = 90.0
T = TypeVar("T")


class Stack:
    """A running stack and what a stranger knows of it: its state directory and what `status`
    says.
    """

    def __init__(self, state: Path, *options: str) -> None:
        self.state, self._options = state, options

    def up(self) -> dict[str, Any]:
        """Start it (or go on where it was) and wait until it is ready."""
        self.cli("up", "--detach", *self._options, timeout_s=READY_S_MAX)
        return self.wait_until_ready()

    def down(self) -> None:
        """Stop it."""
        self.cli("down", timeout_s=60)

    def cli(self, verb: str, *arguments: str, timeout_s: float = 30, check: bool = True) -> str:
        """Run `plimsoll VERB --state ... ARGUMENTS`; its standard output."""
        command = [sys.executable, "-m", "plimsoll", verb, "--state", str(self.state), *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=timeout_s, cwd=ROOT, check=False
        )
        if check and done.returncode != 0:
            raise AssertionError(
                f"{verb} {arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
            )
        return done.stdout

    def status(self) -> dict[str, Any]:
        """What `status --json` says."""
        said: dict[str, Any] = json.loads(self.cli("status", "--json", check=False))
        return said

    def told(self) -> dict[str, Any]:
        """What `stack.json` says: the same as `status`, without starting a program."""
        said: dict[str, Any] = json.loads((self.state / "stack.json").read_text())
        return said

    def is_ready(self) -> bool:
        """Whether the gateway says that every room is alive."""
        try:
            asked = httpx.get(f"{self.told()['gateway']}/health/ready", timeout=2)
            return bool(asked.json()["ready"])
        except (httpx.HTTPError, OSError, ValueError, KeyError):
            return False

    def wait_until_ready(self) -> dict[str, Any]:
        """Until every room is alive; what the stack says then."""
        wait_for(self.is_ready, bool, READY_S_MAX)
        return self.told()

    def pids(self) -> dict[str, int | None]:
        """The process ids of rooms and servers; None while one is started again."""
        return {process["name"]: process["pid"] for process in self.told()["processes"]}

    def account(self, name: str = "test", **options: str) -> dict[str, str]:
        """A new account: account_id, firm_id, key, secret."""
        words = ["create", "--name", name, "--json"]
        for option, value in options.items():
            words += [f"--{option.replace('_', '-')}", value]
        command = [sys.executable, "-m", "plimsoll", "accounts", *words, "--state", str(self.state)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT)
        if done.returncode != 0:
            raise AssertionError(f"accounts {words}: {done.stdout}{done.stderr}")
        made: dict[str, str] = json.loads(done.stdout)
        return made

    def key(self, name: str = "account.key") -> dict[str, str]:
        """A key file of the state directory."""
        found: dict[str, str] = json.loads((self.state / name).read_text())
        return found

    def client(self, key: dict[str, str] | None = None) -> httpx.Client:
        """An HTTP client with a key (by default the first account's)."""
        key = key or self.key()
        headers = {"APCA-API-KEY-ID": key["key"], "APCA-API-SECRET-KEY": key["secret"]}
        return httpx.Client(base_url=self.told()["gateway"], headers=headers, timeout=10)

    def admin(self) -> psycopg.Connection[Any]:
        """A connection that may read every schema, from the private files of the state."""
        url = self.told()["postgres"]
        secret = json.loads((self.state / "secrets.json").read_text())["postgres"]["postgres"]
        where = url.rsplit("@", 1)[1]
        return psycopg.connect(f"postgresql://postgres:{secret}@{where}", autocommit=True)


def wait_for(ask: Callable[[], T], holds: Callable[[T], bool], timeout_s: float = 10) -> T:
    """Ask until it holds; the last answer. Fails when time is up."""
    until = time.monotonic() + timeout_s
    while True:
        said = ask()
        if holds(said):
            return said
        if time.monotonic() > until:
            raise AssertionError(f"not within {timeout_s} s: {said}")
        time.sleep(0.05)
