"""A state directory that looks like a running stack, and a gateway that notes what it is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from plimsoll.cli import app, desk
from plimsoll.embedded.paths import State, write_private
from plimsoll.embedded.stackfile import StackLock

GATEWAY = "http://127.0.0.1:1"
ADMIN = {"key": "PKADMIN", "secret": "admin-secret", "owner": "ada"}
FIRST = {"account_id": "a-1", "firm_id": "f-1", "key": "PKFIRST", "secret": "first-secret"}


class Gateway:
    """Answers what the test says, in order, and keeps what was asked."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.asked: list[httpx.Request] = []
        self.answers: list[httpx.Response] = []

    def will(self, body: Any, status: int = 200) -> None:
        """The next answer."""
        self.answers.append(httpx.Response(status, json=body))

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Note and answer."""
        self.asked.append(request)
        return self.answers.pop(0)

    def run(self, *words: str) -> Result:
        """`plimsoll WORDS --state ...`."""
        return CliRunner().invoke(app, [*words, "--state", str(self.state)])

    def done(self, *words: str) -> Any:
        """As `run`, with --json; its answer. Fails when the exit code is not 0."""
        result = self.run(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def body(self) -> Any:
        """What the last request carried."""
        return json.loads(self.asked[-1].content)

    def path(self) -> str:
        """Method, path and query of the last request."""
        last = self.asked[-1]
        return f"{last.method} {last.url.raw_path.decode()}"

    def key(self) -> str:
        """Whose key the last request carried."""
        return self.asked[-1].headers["APCA-API-KEY-ID"]


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway that listens at a stack which seems to run."""
    place = State(tmp_path / "state")
    place.create()
    write_private(place.stack, {"gateway": GATEWAY, "kafka": "127.0.0.1:1"})
    write_private(place.admin_key, ADMIN)
    write_private(place.account_key, FIRST)
    lock = StackLock(place)
    lock.take()
    listening = Gateway(place.root)
    desk.transport = httpx.MockTransport(listening.handle)
    yield listening
    desk.transport = None
    lock.release()
