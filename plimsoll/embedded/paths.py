"""Where a stack keeps its things: everything of one stack lies under one state directory."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plimsoll.embedded.errors import EmbeddedError


@dataclass(frozen=True)
class State:
    """The state directory of one stack and the names in it."""

    root: Path

    @property
    def secrets(self) -> Path:
        """Passwords of the database roles and the id of the Kafka cluster, 0600."""
        return self.root / "secrets.json"

    @property
    def ports(self) -> Path:
        """The ports used last, so that a restarted stack is found where it was."""
        return self.root / "ports.json"

    @property
    def stack(self) -> Path:
        """What runs now and where it is reached; absent when nothing runs. 0600: has passwords."""
        return self.root / "stack.json"

    @property
    def lock(self) -> Path:
        """Held by the supervisor as long as it lives."""
        return self.root / "lock"

    @property
    def options(self) -> Path:
        """How the stack was started last."""
        return self.root / "options.json"

    @property
    def admin_key(self) -> Path:
        """API key of the operating-system user, 0600."""
        return self.root / "admin.key"

    @property
    def account_key(self) -> Path:
        """API key of the paper account that `up` opened, 0600."""
        return self.root / "account.key"

    def log(self, name: str) -> Path:
        """The log file of one process."""
        return self.root / "log" / f"{name}.log"

    def data(self, name: str) -> Path:
        """The data directory of one server."""
        return self.root / name

    def create(self) -> None:
        """Make the directory, open to its owner only."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.root / "log").mkdir(exist_ok=True)
        except OSError as error:
            raise EmbeddedError(f"{self.root} is no place for a stack: {error}") from None


def default_state() -> Path:
    """`~/.local/share/plimsoll`, or its place under XDG_DATA_HOME."""
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "plimsoll"


def cache_directory() -> Path:
    """Programs fetched or built once for all stacks of this user: `~/.cache/plimsoll`."""
    chosen = os.environ.get("PLIMSOLL_CACHE")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "plimsoll"


def write_private(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON that only its owner may read, all of it or nothing."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w") as handle:
        json.dump(content, handle, indent=2)
        handle.write("\n")
        handle.flush()
        os.fsync(handle.fileno())
    draft.replace(path)


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in a file, None where there is no file."""
    try:
        content: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return content
