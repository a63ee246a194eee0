"""What the supervisor asks of the gateway."""

from __future__ import annotations

import re
from pathlib import Path

from plimsoll.embedded import gateway, ports
from plimsoll.embedded.paths import State, read_json


def test_the_admin_key_is_made_once_and_private(tmp_path: Path) -> None:
    state = State(tmp_path)
    gateway.make_admin_key(state)
    made = read_json(state.admin_key) or {}
    assert re.fullmatch("PK[A-Z2-7]{18}", made["key"])
    assert len(made["secret"]) >= 40
    assert made["owner"]
    assert state.admin_key.stat().st_mode & 0o777 == 0o600
    gateway.make_admin_key(state)
    assert read_json(state.admin_key) == made


def test_a_gateway_that_does_not_answer_is_not_ready() -> None:
    assert gateway.health(f"http://127.0.0.1:{ports.any_free()}") == {"ready": False}


def test_an_answer_that_is_no_object_is_not_ready() -> None:
    assert gateway.parsed(b"<html>") == {"ready": False}
    assert gateway.parsed(b"[true]") == {"ready": False}
    assert gateway.parsed(b'{"ready": true}') == {"ready": True}
