"""Passwords are made once, differ, and only their owner may read them."""

from __future__ import annotations

import base64
from pathlib import Path

from plimsoll.embedded import credentials
from plimsoll.embedded.paths import State, read_json, write_private


def new_state(tmp_path: Path) -> State:
    """A state directory."""
    state = State(tmp_path / "state")
    state.create()
    return state


def test_every_role_has_a_password_of_its_own_that_stays(tmp_path: Path) -> None:
    state = new_state(tmp_path)
    made = credentials.load_or_create(state)
    assert set(made.postgres) == {
        *("postgres", "plimsoll", "market_data", "risk", "oms", "venue", "portfolio"),
        *("gateway", "reader"),
    }
    assert len(set(made.postgres.values())) == 9
    assert min(len(password) for password in made.postgres.values()) >= 32
    assert credentials.load_or_create(state) == made


def test_secrets_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    state = new_state(tmp_path)
    credentials.load_or_create(state)
    assert state.secrets.stat().st_mode & 0o777 == 0o600
    assert state.root.stat().st_mode & 0o777 == 0o700


def test_a_role_that_is_new_gets_a_password_and_the_others_keep_theirs(tmp_path: Path) -> None:
    state = new_state(tmp_path)
    made = credentials.load_or_create(state)
    known = read_json(state.secrets) or {}
    del known["postgres"]["reader"]
    write_private(state.secrets, known)
    again = credentials.load_or_create(state)
    assert {**again.postgres, "reader": ""} == {**made.postgres, "reader": ""}
    assert again.postgres["reader"] not in ("", made.postgres["reader"])


def test_a_cluster_id_is_sixteen_bytes_and_no_option() -> None:
    for _ in range(200):
        text = credentials.new_cluster_id()
        assert len(base64.urlsafe_b64decode(text + "==")) == 16
        assert not text.startswith("-")
