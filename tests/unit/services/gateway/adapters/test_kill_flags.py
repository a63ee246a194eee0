"""Kill flags as files."""

from __future__ import annotations

import json
from pathlib import Path

from plimsoll.cli import kill_flag
from plimsoll.embedded.paths import State
from services.gateway.adapters.kill_flags import FileKillFlags
from services.venue.adapters.kill_flag import KillFlagSense
from shared.types import Scope, ScopeKind, Time

ACCOUNT = Scope(kind=ScopeKind.ACCOUNT, name="a-1")
STRATEGY = Scope(kind=ScopeKind.STRATEGY, name="mean", account_id="a-1")


def test_the_guard_reads_what_was_raised(tmp_path: Path) -> None:
    flags = FileKillFlags(tmp_path)
    flags.raise_flag(ACCOUNT)
    flags.raise_flag(STRATEGY)
    (seen,) = KillFlagSense(tmp_path / "kill", lambda: Time(0)).look()
    assert set(seen.scopes) == {ACCOUNT, STRATEGY}  # type: ignore[attr-defined]
    flags.lower_flag(ACCOUNT)
    assert (flags.is_raised(ACCOUNT), flags.is_raised(STRATEGY)) == (False, True)
    flags.lower_flag(ACCOUNT)  # once more does no harm


def test_the_command_line_and_the_gateway_mean_the_same_file(tmp_path: Path) -> None:
    scope = {"kind": "strategy", "name": "mean", "account_id": "a-1"}
    file = kill_flag.raise_flag(State(tmp_path), scope)
    flags = FileKillFlags(tmp_path)
    assert flags.is_raised(STRATEGY)
    flags.raise_flag(STRATEGY)
    assert json.loads(file.read_text()) == scope
    assert list(tmp_path.glob("kill-*")) == []
