"""The last hop's own switch: one file per halted scope under `<state>/kill/`, read by the guard.

A halt raises it before the command is published, so that it overtakes the log. The command line
does the same with the same names.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec

from shared.types import Scope


class FileKillFlags:
    """Flags as files."""

    def __init__(self, state: Path) -> None:
        self._folder = state.expanduser() / "kill"

    def raise_flag(self, scope: Scope) -> None:
        """From now on nothing new of that scope is sent to a venue."""
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._file(scope)
        draft = self._folder.parent / f"kill-{file.name}.{os.getpid()}"
        draft.write_bytes(msgspec.json.encode(scope))
        draft.chmod(0o600)
        draft.replace(file)

    def lower_flag(self, scope: Scope) -> None:
        """Take the flag of that scope away, if it is there."""
        self._file(scope).unlink(missing_ok=True)

    def is_raised(self, scope: Scope) -> bool:
        """Whether the flag of that scope is set."""
        return self._file(scope).exists()

    def _file(self, scope: Scope) -> Path:
        words = "\0".join((str(scope.kind), scope.account_id, scope.name))
        digest = hashlib.blake2b(words.encode(), digest_size=8).hexdigest()
        return self._folder / f"{scope.kind}-{digest}.json"
