"""The command line. A verb module has `register(app)`; to add one, name it in VERBS."""

import sys

import typer

from plimsoll.cli import (
    accounts,
    bench,
    halts,
    limits,
    orders,
    rebuild,
    release,
    scenario,
    simulate,
    stack,
    trace,
    verify,
    watch,
)
from plimsoll.cli.options import check_settings
from plimsoll.embedded.errors import EmbeddedError

VERBS = (
    stack,
    accounts,
    orders,
    limits,
    halts,
    release,
    watch,
    trace,
    verify,
    rebuild,
    scenario,
    simulate,
    bench,
)

app = typer.Typer(
    name="plimsoll",
    help="Trade through a risk gate that cannot be bypassed.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def every_verb() -> None:
    """Trade through a risk gate that cannot be bypassed."""
    check_settings()


for module in VERBS:
    module.register(app)


def main() -> None:
    """Exit codes: 0 done, 1 refused or failed, 2 wrong use."""
    try:
        app()
    except EmbeddedError as error:
        print(f"plimsoll: {error}", file=sys.stderr)
        sys.exit(1)
