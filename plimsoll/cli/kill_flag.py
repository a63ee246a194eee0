"""The last hop's own switch: one file per halted scope under `<state>/kill/`, read by the guard.

A halt sets it before it says anything to the gateway, so that it overtakes the log and works with
every server down; it is taken away only after risk has answered a resume.
"""

import hashlib
from pathlib import Path

from plimsoll.embedded.paths import State, write_private


def raise_flag(state: State, scope: dict[str, str]) -> Path:
    """From now on nothing new of that scope is sent to a venue."""
    file = flag_file(state, scope)
    file.parent.mkdir(exist_ok=True)
    draft = file.parent.parent / f"kill-{file.name}"  # every file in the folder counts
    write_private(draft, scope)
    draft.replace(file)
    return file


def is_raised(state: State, scope: dict[str, str]) -> bool:
    """Whether the flag of that scope is set."""
    return flag_file(state, scope).exists()


def lower_flag(state: State, scope: dict[str, str]) -> None:
    """Take the flag of that scope away, if it is there."""
    flag_file(state, scope).unlink(missing_ok=True)


def flag_file(state: State, scope: dict[str, str]) -> Path:
    """The same file for the same scope."""
    words = [scope.get(name, "") for name in ("kind", "account_id", "name")]
    digest = hashlib.blake2b("\0".join(words).encode(), digest_size=8).hexdigest()
    return state.root / "kill" / f"{words[0]}-{digest}.json"
