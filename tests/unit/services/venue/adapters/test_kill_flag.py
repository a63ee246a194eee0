"""The kill flag beside the log: told when it changes, and set when it cannot be read."""

from __future__ import annotations

from pathlib import Path

from services.venue.adapters.kill_flag import EVERYTHING, KillFlagSense
from services.venue.core.observations import KillFlag
from shared.types import Scope, ScopeKind, Time

ACCOUNT = Scope(kind=ScopeKind.ACCOUNT, name="a-1")


def look(sense: KillFlagSense) -> list[tuple[Scope, ...]]:
    return [seen.scopes for seen in sense.look() if isinstance(seen, KillFlag)]


def test_the_flag_is_told_at_first_and_then_only_when_it_changes(tmp_path: Path) -> None:
    sense = KillFlagSense(tmp_path / "kill", lambda: Time(1))
    assert look(sense) == [()]
    (tmp_path / "kill").mkdir()
    file = tmp_path / "kill" / "account"
    file.write_text('{"kind":"account","name":"a-1"}')
    assert look(sense) == [(ACCOUNT,)]
    assert look(sense) == []
    file.unlink()
    assert look(sense) == [()]


def test_a_flag_that_cannot_be_read_halts_everything(tmp_path: Path) -> None:
    (tmp_path / "any").write_text("{")
    assert look(KillFlagSense(tmp_path, lambda: Time(1))) == [(EVERYTHING,)]
