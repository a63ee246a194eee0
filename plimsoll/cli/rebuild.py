"""The verb `rebuild`: fold the log into tables again, and compare them or put them in place."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from plimsoll.cli.desk import YesOption, errors, output, running, sure, table
from plimsoll.cli.options import JsonOption, StateOption, opened
from plimsoll.cli.verify import JOURNALLED, named
from plimsoll.embedded import credentials, stackfile
from plimsoll.embedded.child import Command
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.options import DEFAULTS
from plimsoll.embedded.paths import State, read_json
from plimsoll.embedded.rooms import Room, rebuilding

COLUMNS = ("room", "table", "rows", "made", "same")
QUESTION = "Put what the log makes in the place of the tables of {rooms}?"

Made = Callable[[Room], Command]
"""The process that rebuilds a room."""


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command()(rebuild)


def rebuild(
    state: StateOption,
    rooms: Annotated[
        list[str] | None, typer.Argument(help=f"Some of {', '.join(JOURNALLED)}; all without.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put them in place; the stack must be down.")
    ] = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Fold each room's log into tables of their own and compare them with the room's, row by row.

    Works beside the running stack, up to where each room is, and leaves nothing behind. Exit code 1
    where anything differs. With --replace, the whole log: what it makes takes the tables' place.
    """
    asked = named(rooms)
    place, found = opened(state), []
    try:
        with replacing(place, asked, yes) if replace else beside(place) as made:
            for room in asked:
                found += tables(room, made(room), replace)
    except EmbeddedError as error:
        errors.print(f"plimsoll: {error}", soft_wrap=True)
        raise typer.Exit(1) from None
    if as_json:
        for one in found:
            print(json.dumps(one))
    else:
        tell(found, replace)
    if not replace and not all(one["same"] for one in found):
        raise typer.Exit(1)


@contextmanager
def beside(place: State) -> Iterator[Made]:
    """Work beside the running stack, as the role that owns the tables."""
    from plimsoll.embedded.prepare import as_role

    stack = running(place)
    password = credentials.load_or_create(place).postgres[credentials.OWNER]
    owner = as_role(stack["postgres"], credentials.OWNER, password, "plimsoll")
    partitions = partitions_of(place)
    yield lambda room: rebuilding(
        room, place.root, stack["kafka"], owner, partitions, replace=False
    )


@contextmanager
def replacing(place: State, asked: list[Room], yes: bool) -> Iterator[Made]:
    """Start PostgreSQL and Kafka of a stack that is down, with whatever roles, tables and topics
    are missing, and stop them again.
    """
    if not place.secrets.exists():
        raise EmbeddedError(f"there is no stack on {place.root}")
    if stackfile.is_locked(place):
        raise EmbeddedError(f"a stack is running on {place.root}; `plimsoll down` stops it first")
    sure(QUESTION.format(rooms=", ".join(room.name for room in asked)), yes)
    from plimsoll.embedded import bootstrap
    from plimsoll.embedded.servers import Servers

    lock = stackfile.StackLock(place)
    lock.take()
    servers, partitions = Servers(place.root, ("postgres", "kafka")), partitions_of(place)
    try:
        await_leftovers(place)
        servers.start()
        bootstrap.create_database(servers.postgres)
        bootstrap.create_topics(servers.kafka, partitions)
        superuser = servers.postgres_url(credentials.SUPERUSER)
        yield lambda room: rebuilding(
            room, place.root, servers.kafka, superuser, partitions, replace=True
        )
    finally:
        servers.stop()
        lock.release()


def await_leftovers(place: State) -> None:
    """A supervisor that was killed leaves servers that are ending: two may not share data."""
    left = (read_json(place.stack) or {}).get("children", [])
    stuck = stackfile.await_gone(left, 20)
    if stuck:
        raise EmbeddedError(f"processes {stuck} of the last run on {place.root} still run")


def partitions_of(place: State) -> int:
    """The trading partitions that the stack was made with."""
    return (read_json(place.options) or {}).get("partitions") or DEFAULTS.partitions or 1


def tables(room: Room, command: Command, replace: bool) -> list[dict[str, Any]]:
    """What came of each table of a room. Raises EmbeddedError where it was refused or fails."""
    errors.print(f"{room.name}: folding the log", soft_wrap=True)
    done = subprocess.run(
        command.launched(),  # it must not go on when nobody waits for it
        env=dict(command.environment),
        cwd=command.directory,
        capture_output=True,
        text=True,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode not in (0, 1) or not lines:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        what = "nothing of it was replaced" if replace else "its log cannot be folded"
        raise EmbeddedError(f"{room.name}: {what}: {last}")
    return lines


def tell(found: list[dict[str, Any]], replace: bool) -> None:
    """A table, and the first differences of each; of what was replaced, the first one."""
    words = {True: "yes", False: "no"}
    output.print(table(COLUMNS, [{**one, "same": words[one["same"]]} for one in found]))
    differ = [one for one in found if not one["same"]]
    for one in differ:
        for difference in one["differences"][: 1 if replace else None]:
            output.print(f"{one['room']} {one['table']} {difference}", soft_wrap=True)
    said = "were not what the log makes, and are now" if replace else "are not what the log makes"
    output.print(f"{len(found)} tables, {len(differ)} {said}")
