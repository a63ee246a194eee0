"""A start that cannot end well is refused at once, with what to do about it."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from plimsoll.embedded import supervisor
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.paths import State

Usage = namedtuple("Usage", "total used free")


def test_a_full_disk_is_said_with_its_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(1 << 30, 1 << 30, 40 << 20))
    with pytest.raises(EmbeddedError, match="is full: 40 MiB are free, 512 MiB are needed"):
        supervisor.check_disk(State(tmp_path / "not" / "yet" / "there"))
