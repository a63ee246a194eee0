"""The verb `verify`: decide everything again from the log, and compare what was said."""

import json
import subprocess
from typing import Annotated, Any

import typer

from plimsoll.cli.desk import errors, output, running, table
from plimsoll.cli.options import JsonOption, StateOption, opened
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.options import DEFAULTS
from plimsoll.embedded.paths import State, read_json
from plimsoll.embedded.rooms import ROOMS, WITHOUT_JOURNAL, Room, verification

COLUMNS = ("room", "shard", "entries", "messages", "differences")
TOLD_MAX = 5
JOURNALLED = {room.name: room for room in ROOMS if room.name not in WITHOUT_JOURNAL}


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command()(verify)


def verify(
    state: StateOption,
    rooms: Annotated[
        list[str] | None, typer.Argument(help=f"Some of {', '.join(JOURNALLED)}; all without.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Feed each room's journal to its handlers again and compare the messages byte by byte.

    Works beside the running stack, up to where the log is now. Exit code 1 where anything differs.
    """
    asked = named(rooms)
    try:
        place = opened(state)
        kafka = running(place)["kafka"]
        found = [shard for room in asked for shard in shards(room, place, kafka)]
    except EmbeddedError as error:
        errors.print(f"plimsoll: {error}", soft_wrap=True)
        raise typer.Exit(1) from None
    if as_json:
        for shard in found:
            print(json.dumps(shard))
    else:
        tell(found)
    if any(shard["differences"] for shard in found):
        raise typer.Exit(1)


def named(rooms: list[str] | None) -> list[Room]:
    """The rooms of these names, all that have a journal without. Raises BadParameter."""
    unknown = sorted(set(rooms or ()) - set(JOURNALLED))
    if unknown:
        known = ", ".join(JOURNALLED)
        raise typer.BadParameter(f"{unknown[0]} has no journal; these have: {known}")
    return [JOURNALLED[name] for name in rooms or JOURNALLED]


def shards(room: Room, place: State, kafka: str) -> list[dict[str, Any]]:
    """What came of each shard of a room. Raises EmbeddedError where the process that
    decides again fails.
    """
    partitions = (read_json(place.options) or {}).get("partitions") or DEFAULTS.partitions or 1
    command = verification(room, place.root, kafka, partitions)
    errors.print(f"{room.name}: deciding again", soft_wrap=True)
    done = subprocess.run(
        command.arguments,
        env=dict(command.environment),
        cwd=command.directory,
        capture_output=True,
        text=True,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode not in (0, 1) or len(lines) != partitions:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise EmbeddedError(f"{room.name} could not be decided again: {last}")
    return lines


def tell(found: list[dict[str, Any]]) -> None:
    """A table, and the first differences of each shard."""
    rows = [{**shard, "differences": len(shard["differences"])} for shard in found]
    output.print(table(COLUMNS, rows))
    for shard in found:
        for difference in shard["differences"][:TOLD_MAX]:
            output.print(difference, soft_wrap=True)
    total = sum(shard["messages"] for shard in found)
    differing = sum(len(shard["differences"]) for shard in found)
    output.print(f"{total} messages said again, {differing} differ")
