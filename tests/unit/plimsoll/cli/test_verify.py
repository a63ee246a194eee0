"""`verify`: wrong use, and how a difference is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer

from plimsoll.cli import verify
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.paths import State
from plimsoll.embedded.rooms import Room

SAME = {"room": "oms", "shard": 0, "entries": 2, "messages": 5, "differences": []}
OTHER = {**SAME, "shard": 1, "differences": ["oms.orders/1 number 3: said None, says now b'{}'"]}


def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, found: list[dict[str, Any]]) -> None:
    monkeypatch.setattr(verify, "running", lambda _: {"kafka": "127.0.0.1:1"})
    monkeypatch.setattr(verify, "shards", lambda *_: found)
    verify.verify(tmp_path, ["oms"], as_json=False)


def test_where_nothing_differs_the_number_of_messages_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(monkeypatch, tmp_path, [SAME, SAME])
    assert capsys.readouterr().out.endswith("10 messages said again, 0 differ\n")


def test_a_difference_is_told_and_is_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended:
        asked(monkeypatch, tmp_path, [SAME, OTHER])
    assert ended.value.exit_code == 1
    told = capsys.readouterr().out
    assert "oms.orders/1 number 3: said None, says now b'{}'" in told
    assert told.endswith("10 messages said again, 1 differ\n")


def test_a_room_without_a_journal_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter, match="gateway has no journal; these have: risk"):
        verify.verify(tmp_path, ["gateway"])


def test_a_process_that_cannot_decide_again_is_a_failure_with_its_last_words(
    tmp_path: Path,
) -> None:
    room = Room("oms", "services.absent", "oms")
    with pytest.raises(EmbeddedError, match=r"oms could not be decided again: .*services\.absent"):
        verify.shards(room, State(tmp_path), "127.0.0.1:1")
