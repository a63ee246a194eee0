"""The verb `simulate`: the whole platform on virtual time, many seeds, every fault there is."""

import subprocess
import sys
from enum import StrEnum
from typing import Annotated

import typer

from plimsoll.cli.options import JsonOption
from plimsoll.embedded.rooms import PROJECT, with_settings


class Faults(StrEnum):
    """What may go wrong."""

    NONE = "none"
    ANY = "any"


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command()(simulate)


def simulate(
    seeds: Annotated[str, typer.Option(help="A..B, or one seed.")] = "1..40",
    steps: Annotated[int, typer.Option(min=1, help="Steps of each history.")] = 1000,
    faults: Annotated[Faults, typer.Option(help="What may go wrong.")] = Faults.ANY,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; one a core without.")] = None,
    first: Annotated[bool, typer.Option("--first", help="Stop at the first failure.")] = False,
    shrink: Annotated[bool, typer.Option("--shrink", help="Shorten failing histories.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Play random histories of clients, market, venue and faults, and check every promise after
    every step. One seed is one history, the same for ever.

    A line for each seed that fails, a count at the end. Exit code 1 where a promise was broken.
    Needs no running stack.
    """
    arguments = ["--seeds", seeds, "--steps", str(steps), "--faults", faults.value]
    arguments += ["--jobs", str(jobs)] if jobs else []
    given = {"--first": first, "--shrink": shrink, "--json": as_json}
    arguments += [name for name, is_given in given.items() if is_given]
    command = [sys.executable, "-m", "simulation", *arguments]
    raise typer.Exit(subprocess.run(command, env=with_settings({}), cwd=PROJECT).returncode)
