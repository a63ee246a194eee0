"""What the verbs of a client have in common: the stack, whose key, which account, how to answer."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from plimsoll.cli.options import PREFIX, opened
from plimsoll.embedded import stackfile
from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.paths import State, read_json
from plimsoll.refusals import ClientError, Refused

if TYPE_CHECKING:
    import httpx

    from plimsoll.client import Client

WIDTH_OF_A_FILE = 240
# What is no terminal has no width: a table must not lose half an id there.
output = Console(
    highlight=False,
    emoji=False,
    markup=False,
    width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE,
)
errors = Console(stderr=True, highlight=False, emoji=False, markup=False)

KeyOption = Annotated[
    Path | None,
    typer.Option("--key", envvar=f"{PREFIX}KEY", help="Act as the owner of this key file."),
]
AccountOption = Annotated[
    str | None,
    typer.Option("--account", envvar=f"{PREFIX}ACCOUNT", help="Default: the one `up` opened."),
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it is kept with the change.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]

transport: "httpx.BaseTransport | None" = None
"""Where requests go instead of a socket; only tests set it."""


@dataclass(frozen=True)
class Desk:
    """One person at one gateway."""

    state: State
    client: "Client"
    as_json: bool

    def account(self, named: str | None) -> str:
        """The account that is meant."""
        return named or str(first_account(self.state)["account_id"])

    def answer(self, said: Any, shown: str | Table) -> None:
        """Tell: JSON for programs, else what people read."""
        if self.as_json:
            print(json.dumps(said))
        elif isinstance(shown, str):
            output.print(shown, soft_wrap=True)
        else:
            output.print(shown)


@contextmanager
def at_desk(
    state: Path, key: Path | None, as_json: bool, own_account: bool = False
) -> Iterator[Desk]:
    """A desk at the running stack; a refusal is told and ends with exit code 1.

    Without --key the key is the administrator's; `own_account`: that of the first account.
    """
    from plimsoll.client import Client, Key  # only where it is used: it takes a while to load

    place = opened(state)
    try:
        url = running(place)["gateway"]
        with Client(url, Key.read(key or own_key(place, own_account)), transport) as client:
            yield Desk(place, client, as_json)
    except (ClientError, EmbeddedError) as error:
        tell_refusal(error, as_json)
        raise typer.Exit(1) from None


def own_key(place: State, own_account: bool) -> Path:
    """The key file of who asks, when nobody else is named."""
    if own_account and place.account_key.exists():
        return place.account_key
    return place.admin_key


def running(place: State) -> dict[str, Any]:
    """What `stack.json` says of the stack that runs."""
    stack = stackfile.running(place)
    if stack is None:
        raise EmbeddedError(f"nothing is running on {place.root}; `plimsoll up` starts it")
    return stack


def first_account(place: State) -> dict[str, Any]:
    """The account that `up` opened."""
    account = read_json(place.account_key)
    if account is None:
        raise EmbeddedError(f"no account was opened on {place.root}; name one with --account")
    return account


def tell_refusal(error: Exception, as_json: bool) -> None:
    """Why it was not done, with all numbers."""
    if as_json:
        body = error.body if isinstance(error, Refused) else {"message": str(error)}
        print(json.dumps({"error": body}))
    errors.print(f"plimsoll: {error}", soft_wrap=True)
    for found in error.violations if isinstance(error, Refused) else ():
        errors.print(f"  {violation(found)}", soft_wrap=True)


def violation(found: Mapping[str, Any]) -> str:
    """One failed check in a line."""
    names = ("scope", "limit", "value", "projected")
    numbers = [f"{name} {found[name]}" for name in names if found.get(name)]
    text = f": {found['message']}" if found.get("message") else ""
    return f"{found.get('code')}{text}" + (f" ({', '.join(numbers)})" if numbers else "")


def table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Table:
    """Named values of each row, `-` where there is none; ids are shown whole."""
    made = Table()
    for name in columns:
        made.add_column(name, no_wrap=name.endswith("_id") or name == "account", overflow="fold")
    for row in rows:
        made.add_row(*("-" if row.get(name) in (None, "") else str(row[name]) for name in columns))
    return made


def sure(question: str, yes: bool) -> None:
    """Ask a person; where nobody can be asked, --yes must say it."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"{question} Say --yes.")
    typer.confirm(question, abort=True)
