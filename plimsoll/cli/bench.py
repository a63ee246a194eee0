"""The verb `bench`: how fast this machine runs it, each number beside a reference."""

import importlib
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from plimsoll.cli.desk import errors, output
from plimsoll.cli.options import PREFIX, JsonOption
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.rooms import PROJECT

PACKAGE = "benches"
SIZED = "growth"


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command()(bench)


def bench(
    name: Annotated[str | None, typer.Argument(help="One of them; default: all.")] = None,
    state: Annotated[
        Path | None,
        typer.Option(
            "--state",
            envvar=f"{PREFIX}STATE",
            help="Where its own servers keep their data; default: a temporary directory.",
        ),
    ] = None,
    orders: Annotated[
        int | None, typer.Option(min=1000, help="Of growth: after how many orders it ends.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure, on servers of its own. Exit code 1 when a goal was missed."""
    modules = known_benches()
    if name is not None and name not in modules:
        raise typer.BadParameter(f"there is no bench {name}; there are {', '.join(modules)}")
    if orders is not None and name != SIZED:
        raise typer.BadParameter(f"--orders goes with {SIZED}")
    sizes = {} if orders is None else {"orders": orders}
    missed = False
    for chosen in [name] if name else modules:
        missed |= not run(chosen, modules[chosen], state, as_json, sizes)
    if missed:
        raise typer.Exit(1)


def known_benches() -> dict[str, str]:
    """The modules by name. They stand beside the packages, in the project's folder."""
    if str(PROJECT) not in sys.path:
        sys.path.insert(0, str(PROJECT))
    try:
        found: dict[str, str] = importlib.import_module(PACKAGE).BENCHES
    except ModuleNotFoundError:
        raise EmbeddedError(f"the folder {PACKAGE} is not beside the packages") from None
    return found


def run(name: str, module: str, state: Path | None, as_json: bool, sizes: dict[str, int]) -> bool:
    """One bench; whether every goal was met."""
    errors.print(f"bench {name} ...")
    met = True
    try:
        with place(name, state) as folder:
            for result in importlib.import_module(module).run(folder, **sizes):
                told = msgspec.to_builtins(result)
                met &= told["met"] is not False
                show(told, as_json)
    except (EmbeddedError, RuntimeError, OSError) as error:
        errors.print(f"plimsoll: bench {name} failed: {error}", soft_wrap=True)
        return False
    return met


@contextmanager
def place(name: str, state: Path | None) -> Iterator[Path]:
    """An empty directory for the servers of one bench."""
    if state is not None:
        state.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"plimsoll-{name}-", dir=state) as folder:
        yield Path(folder)


def show(result: dict[str, Any], as_json: bool) -> None:
    """A line for each measurement, as soon as it is there."""
    if as_json:
        print(json.dumps(result), flush=True)
        return
    verdict = {True: "met", False: "MISSED", None: ""}[result["met"]]
    beside = ""
    if result["reference"]:
        told = f"{result['reference']} {result['reference_value']:g} {result['unit']}"
        beside = f"({result['ratio']:g} x {told})"
    words = (f"{result['name']:28}", f"{result['value']:>12g}", f"{result['unit']:8}")
    line = " ".join((*words, beside, result["goal"] or "", verdict))
    output.print(line.rstrip(), soft_wrap=True)
