"""The kill flag: files under the state directory, so that a halt overtakes the log.

`<state>/kill/` holds one file for each halted scope, a JSON object with `kind`, `name` and
`account_id`. A file
that cannot be read halts everything: a flag that cannot be understood is set.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from services.venue.core.observations import KillFlag, LinkOpened
from shared.clock import wall_now
from shared.messages import Observation
from shared.types import Scope, ScopeKind, Time

EVERYTHING = Scope(kind=ScopeKind.ALL)


class KillFlagSense:
    """Tells the flag whenever the folder's content has changed."""

    def __init__(self, folder: Path, now: Callable[[], Time] = wall_now) -> None:
        self._folder, self._now = folder, now
        self._seen: tuple[tuple[str, int], ...] | None = None

    def look(self) -> Sequence[Observation]:
        """The flag, if it is not the one that was told last."""
        files = self._files()
        if files == self._seen:
            return ()
        self._seen = files
        scopes = tuple(self._read(name) for name, _ in files)
        return (KillFlag(at=self._now(), market_at=Time(0), scopes=scopes),)

    def _files(self) -> tuple[tuple[str, int], ...]:
        try:
            with os.scandir(self._folder) as entries:
                return tuple(sorted((e.name, e.stat().st_mtime_ns) for e in entries))
        except FileNotFoundError:
            return ()

    def _read(self, name: str) -> Scope:
        try:
            return msgspec.json.decode((self._folder / name).read_bytes(), type=Scope)
        except (OSError, msgspec.MsgspecError):
            return EVERYTHING


class LinkSense:
    """Tells once that this process has opened its session."""

    def __init__(self, process: str, now: Callable[[], Time] = wall_now) -> None:
        self._process, self._now, self._told = process, now, False

    def look(self) -> Sequence[Observation]:
        """LinkOpened, the first time."""
        if self._told:
            return ()
        self._told = True
        return (LinkOpened(at=self._now(), market_at=Time(0), process=self._process),)
