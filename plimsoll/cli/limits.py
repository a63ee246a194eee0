"""The verb `limits`: what an account may do, how much of it is used, and changes of it."""

from enum import StrEnum
from typing import Annotated

import typer

from plimsoll.cli.desk import AccountOption, KeyOption, at_desk, table
from plimsoll.cli.options import JsonOption, StateOption

COLUMNS = ("name", "limit", "value", "use_pct")


class Action(StrEnum):
    SHOW = "show"
    SET = "set"


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command()(limits)


def limits(
    action: Annotated[Action, typer.Argument(help="What to do.")],
    state: StateOption,
    changes: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", help="set: a number or off.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="set: why; kept with the change.")] = None,
    account: AccountOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the limits of an account, or change some; returns when the change is in force."""
    if action is Action.SHOW and (changes or reason):
        raise typer.BadParameter("limits show takes no changes")
    values = read_changes(changes or [])
    if action is Action.SET and not (values and reason):
        raise typer.BadParameter("limits set needs NAME=VALUE and --reason")
    with at_desk(state, key, as_json) as desk:
        meant = desk.account(account)
        if action is Action.SET:
            changed = desk.client.set_limits(meant, values, str(reason))
            desk.answer(changed, f"in force as version {changed['version']}")
            return
        said = desk.client.limits(meant)
        desk.answer(said, table(COLUMNS, said["limits"]))


def read_changes(changes: list[str]) -> dict[str, str]:
    """`name=value` words as a mapping; a name may be given once."""
    values: dict[str, str] = {}
    for change in changes:
        name, equals, value = change.partition("=")
        if not (name and equals and value) or name in values:
            raise typer.BadParameter(f"{change}: write NAME=VALUE, each name once")
        values[name] = value
    return values
