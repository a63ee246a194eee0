"""What every verb has: --state and --json, from the environment where no flag is given."""

import os
from pathlib import Path
from typing import Annotated

import typer

from plimsoll.embedded.paths import State, default_state
from plimsoll.embedded.rooms import EXCHANGE_SETTINGS

PREFIX = "PLIMSOLL_"
# All that a user may set. The rooms' own settings are handed to them by `up`; DEEP and REQUIRE_DATA
# are the test suite's, whose processes pass them on.
KNOWN = frozenset(
    f"{PREFIX}{name}"
    for name in (
        *("STATE", "PORT", "FEED", "FROM", "SPEED", "SEED", "PROCESSES", "PARTITIONS"),
        *("CACHE", "KEY", "ACCOUNT", "LOG_LEVEL", "KILL_AT", "DEEP", "REQUIRE_DATA"),
        *EXCHANGE_SETTINGS,
    )
)

StateOption = Annotated[
    Path,
    typer.Option(
        "--state",
        envvar=f"{PREFIX}STATE",
        help="State directory of the stack.",
        default_factory=default_state,
        show_default="~/.local/share/plimsoll",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]


def opened(state: Path) -> State:
    """The state directory as an absolute place."""
    return State(state.expanduser().absolute())


def check_settings() -> None:
    """Refuse a PLIMSOLL_* name that means nothing: it is a typing error, and may be a limit."""
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in KNOWN)
    if unknown:
        raise typer.BadParameter(f"unknown settings in the environment: {', '.join(unknown)}")
