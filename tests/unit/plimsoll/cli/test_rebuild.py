"""`rebuild`: wrong use, and how a difference is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import typer

from plimsoll.cli import rebuild
from plimsoll.embedded.child import Command
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.rooms import Room, rebuilding

SAME = {"room": "oms", "table": "orders", "rows": 2, "made": 2, "same": True, "differences": []}
OTHER = {
    **SAME,
    "table": "shard",
    "same": False,
    "differences": ["3: the log makes another row", "4: the table lacks it"],
}


def asked(
    monkeypatch: pytest.MonkeyPatch, state: Path, found: list[dict[str, Any]], replace: bool
) -> None:
    @contextmanager
    def at_hand(*_: object) -> Iterator[Any]:
        yield lambda _: None

    monkeypatch.setattr(rebuild, "replacing" if replace else "beside", at_hand)
    monkeypatch.setattr(rebuild, "tables", lambda *_: found)
    rebuild.rebuild(state, ["oms"], replace=replace, as_json=False)


def test_where_nothing_differs_the_number_of_tables_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(monkeypatch, tmp_path, [SAME, SAME], replace=False)
    assert capsys.readouterr().out.endswith("2 tables, 0 are not what the log makes\n")


def test_a_difference_is_told_with_its_keys_and_is_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended:
        asked(monkeypatch, tmp_path, [SAME, OTHER], replace=False)
    assert ended.value.exit_code == 1
    told = capsys.readouterr().out
    assert "oms shard 3: the log makes another row\noms shard 4: the table lacks it\n" in told
    assert told.endswith("2 tables, 1 are not what the log makes\n")


def test_what_was_replaced_is_told_and_is_done(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(monkeypatch, tmp_path, [SAME, OTHER], replace=True)
    told = capsys.readouterr().out
    assert told.endswith("2 tables, 1 were not what the log makes, and are now\n")


def test_a_room_without_a_journal_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter, match="gateway has no journal; these have: risk"):
        rebuild.rebuild(tmp_path, ["gateway"])


def test_where_nobody_can_be_asked_and_no_yes_is_said_nothing_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text("{}")
    with pytest.raises(typer.BadParameter, match=r"the tables of oms\? Say --yes\."):
        rebuild.rebuild(tmp_path, ["oms"], replace=True)
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.json"]


def test_a_folder_without_a_stack_is_left_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended:
        rebuild.rebuild(tmp_path, ["oms"], replace=True, yes=True)
    assert ended.value.exit_code == 1
    assert "there is no stack on" in capsys.readouterr().err.replace("\n", " ")
    assert list(tmp_path.iterdir()) == []


def test_a_process_that_refuses_is_a_failure_with_its_last_words(tmp_path: Path) -> None:
    room = Room("oms", "services.absent", "oms")
    command: Command = rebuilding(room, tmp_path, "127.0.0.1:1", "postgresql://", 1, replace=True)
    assert command.arguments[1:] == ("-m", "services.absent", "rebuild", "--replace")
    with pytest.raises(EmbeddedError, match=r"oms: nothing of it was replaced: .*services\.absent"):
        rebuild.tables(room, command, replace=True)
