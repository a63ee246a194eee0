"""The verb `scenario`: order-state scenarios through the real OMS."""

import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from plimsoll.cli.options import JsonOption
from plimsoll.embedded.rooms import PROJECT, with_settings


class Mode(StrEnum):
    """How OMS is treated meanwhile."""

    PLAIN = "plain"
    TWICE = "twice"
    KILLED = "killed"
    REPLAYED = "replayed"


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command()(scenario)


def scenario(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", exists=True, dir_okay=False, readable=True)
    ],
    mode: Annotated[
        Mode,
        typer.Option(
            help="twice: every message comes twice; killed: OMS dies (SIGKILL) at every step, on a"
            " PostgreSQL of its own; replayed: the log makes the same in an empty database."
        ),
    ] = Mode.PLAIN,
    only: Annotated[list[str] | None, typer.Option(help="Ids; all without.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Play order-state scenarios, all profiles but `reopen`, and compare states and reports.

    A line for each step that fails, a count at the end. Exit code 1 on any failure, 2 where a file
    is not in the format. Needs no running stack.
    """
    arguments = [*(str(path.absolute()) for path in files), "--mode", mode.value]
    arguments += [word for one in only or () for word in ("--only", one)]
    arguments += ["--json"] if as_json else []
    command = [sys.executable, "-m", "simulation.scenario", *arguments]
    raise typer.Exit(subprocess.run(command, env=with_settings({}), cwd=PROJECT).returncode)
