"""The verbs `quarantine` and `release`."""

from typing import Annotated

import typer

from plimsoll.cli.desk import KeyOption, at_desk, table
from plimsoll.cli.options import JsonOption, StateOption

COLUMNS = ("room", "account", "messages", "topic", "offset", "error")


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command()(quarantine)
    app.command()(release)


def quarantine(state: StateOption, key: KeyOption = None, as_json: JsonOption = False) -> None:
    """Accounts whose messages a room has set aside, and what the first one died of."""
    with at_desk(state, key, as_json) as desk:
        said = desk.client.quarantine()
        desk.answer(said, table(COLUMNS, said) if said else "no account is in quarantine")


def release(
    account: Annotated[str, typer.Argument(help="The account's id.")],
    state: StateOption,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Feed an account's quarantined messages to their rooms again, in order.

    Exit code 1 when a room had to set some of them aside again.
    """
    with at_desk(state, key, as_json) as desk:
        said = desk.client.release(account)
        desk.answer(said, table(("room", "fed", "held"), said["rooms"]))
        if any(room["held"] for room in said["rooms"]):
            raise typer.Exit(1)
