"""The verbs `accounts`, `deposit` and `withdraw`."""

from enum import StrEnum
from typing import Annotated

import typer

from plimsoll.cli.desk import AccountOption, Desk, KeyOption, at_desk, table
from plimsoll.cli.options import JsonOption, StateOption

COLUMNS = ("account_id", "name", "firm_id", "type", "currency", "cash", "equity", "state")


class Action(StrEnum):
    CREATE = "create"
    LIST = "list"


class Kind(StrEnum):
    MARGIN = "margin"
    CASH = "cash"
    CFD = "cfd"


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command()(accounts)
    app.command()(deposit)
    app.command()(withdraw)


def accounts(
    action: Annotated[Action, typer.Argument(help="What to do.")],
    state: StateOption,
    name: Annotated[str | None, typer.Option(help="create: what people call it.")] = None,
    firm: Annotated[str | None, typer.Option(help="create: its firm; default: its own.")] = None,
    cash: Annotated[str, typer.Option(help="create: opening cash, 0 allowed.")] = "100000",
    kind: Annotated[Kind, typer.Option("--type", help="create.")] = Kind.MARGIN,
    currency: Annotated[str, typer.Option(help="create.")] = "USD",
    limits: Annotated[str | None, typer.Option(help="create: class of limits.toml.")] = None,
    venue: Annotated[str, typer.Option(help="create: the link that trades it.")] = "paper",
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open an account (its key is shown once), or list all."""
    if action is Action.CREATE and not name:
        raise typer.BadParameter("accounts create needs --name")
    with at_desk(state, key, as_json) as desk:
        if action is Action.LIST:
            said = desk.client.accounts()
            desk.answer(said, table(COLUMNS, said))
            return
        wanted = {
            "name": name,
            "firm": firm,
            "cash": cash,
            "type": str(kind),
            "currency": currency,
            "limits": limits,
            "venue": venue,
        }
        made = desk.client.open_account({k: v for k, v in wanted.items() if v is not None})
        lines = [f"{label:11} {made[label]}" for label in ("account_id", "firm_id", "key")]
        desk.answer(made, "\n".join([*lines, f"secret      {made['secret']}   (shown once)"]))


Amount = Annotated[str, typer.Argument(help="How much, in the account's currency.")]


def deposit(
    amount: Amount,
    state: StateOption,
    account: AccountOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put cash into an account."""
    with at_desk(state, key, as_json) as desk:
        move(desk, account, amount, "deposit")


def withdraw(
    amount: Amount,
    state: StateOption,
    account: AccountOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take cash out: new risk, so the gate judges it."""
    with at_desk(state, key, as_json) as desk:
        move(desk, account, amount, "withdraw")


def move(desk: Desk, account: str | None, amount: str, kind: str) -> None:
    """Move cash and tell what came of it."""
    said = desk.client.move_cash(desk.account(account), amount, kind)
    desk.answer(said, f"{said['kind']} of {amount}: cash is {said['balance']} {said['currency']}")
