"""The verbs `halt`, `resume`, `breakers` and `rearm`."""

from enum import StrEnum
from typing import Annotated

import typer

from plimsoll.cli.desk import (
    AccountOption,
    Desk,
    KeyOption,
    ReasonOption,
    at_desk,
    errors,
    output,
    table,
)
from plimsoll.cli.kill_flag import is_raised, lower_flag, raise_flag
from plimsoll.cli.options import JsonOption, StateOption, opened
from plimsoll.refusals import Refused

BREAKER_COLUMNS = ("name", "account", "state", "value", "limit", "at")


class Stop(StrEnum):
    HALTED = "halted"
    REDUCING = "reducing"


AllOption = Annotated[bool, typer.Option("--all", help="Everything.")]
FirmOption = Annotated[str | None, typer.Option("--firm")]
StrategyOption = Annotated[str | None, typer.Option("--strategy", help="Of one account.")]
SymbolOption = Annotated[str | None, typer.Option("--symbol")]
# Here an account that is not named is none: a halt says what it stops.
ScopeAccountOption = Annotated[str | None, typer.Option("--account")]


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    for verb in (halt, resume, breakers, rearm):
        app.command()(verb)


def halt(
    state: StateOption,
    reason: ReasonOption,
    everything: AllOption = False,
    firm: FirmOption = None,
    account: ScopeAccountOption = None,
    strategy: StrategyOption = None,
    symbol: SymbolOption = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="Working orders too.")] = False,
    to: Annotated[Stop, typer.Option(help="halted, or reducing: exits only.")] = Stop.HALTED,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Stop new risk. Exits and cancels still pass.

    The last hop before the venue is told by a file first, so that this works with every server
    down; the exit code is 1 then, for risk has not answered.
    """
    scope = read_scope(everything, firm, account, strategy, symbol)
    place = opened(state)
    was_set = is_raised(place, scope)
    if to is Stop.HALTED:
        raise_flag(place, scope)
        errors.print(f"the last hop sends nothing new of: {told(scope)}")
    with at_desk(state, key, as_json) as desk:
        try:
            said = desk.client.halt(scope, reason, str(to), cancel)
        except Refused as refused:
            if refused.status < 500 and not was_set:  # a halt that is not allowed stops nothing
                lower_flag(place, scope)
            raise
        desk.answer(said, f"{told(scope)}: {to}")


def resume(
    state: StateOption,
    reason: ReasonOption,
    everything: AllOption = False,
    firm: FirmOption = None,
    account: ScopeAccountOption = None,
    strategy: StrategyOption = None,
    symbol: SymbolOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a halt off. A tripped breaker stays tripped."""
    scope = read_scope(everything, firm, account, strategy, symbol)
    with at_desk(state, key, as_json) as desk:
        said = desk.client.resume(scope, reason)
        lower_flag(desk.state, scope)
        desk.answer(said, f"{told(scope)}: resumed")


def breakers(
    state: StateOption,
    account: AccountOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every breaker with its numbers."""
    with at_desk(state, key, as_json) as desk:
        said = desk.client.breakers(desk.account(account))
        desk.answer(said, table(BREAKER_COLUMNS, said))


def rearm(
    name: Annotated[str, typer.Argument(help="The breaker.")],
    state: StateOption,
    reason: Annotated[str | None, typer.Option(help="Why; kept with the change.")] = None,
    confirm: Annotated[str | None, typer.Option(metavar="TOKEN")] = None,
    account: AccountOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Re-arm a tripped breaker: --reason tells the numbers and a token, --confirm acts."""
    if (reason is None) == (confirm is None):
        raise typer.BadParameter("first --reason TEXT, then --confirm TOKEN within 5 minutes")
    with at_desk(state, key, as_json) as desk:
        meant = desk.account(account)
        said = desk.client.rearm(name, meant, reason or "", confirm)
        if confirm is not None:
            desk.answer(said, f"{name} of {meant} is armed again")
        else:
            offer(desk, name, meant, said)


def offer(desk: Desk, name: str, account: str, said: dict[str, str]) -> None:
    """The numbers of the trip, and how to go on."""
    desk.answer(said, table(("breaker", "value", "limit", "tripped_at"), [said]))
    if not desk.as_json:
        again = f"plimsoll rearm {name} --account {account} --confirm {said['token']}"
        output.print(f"within 5 minutes: {again}", soft_wrap=True)


def read_scope(
    everything: bool,
    firm: str | None,
    account: str | None,
    strategy: str | None,
    symbol: str | None,
) -> dict[str, str]:
    """One scope; a strategy belongs to an account."""
    if strategy is not None:
        if account is None or everything or firm or symbol:
            raise typer.BadParameter("--strategy goes with --account, and with nothing else")
        return {"kind": "strategy", "name": strategy, "account_id": account}
    named = {"firm": firm, "account": account, "symbol": symbol and symbol.upper()}
    given = {kind: name for kind, name in named.items() if name}
    if everything:
        given["all"] = ""
    if len(given) != 1:
        raise typer.BadParameter("name one: --all, --firm, --account, --strategy or --symbol")
    kind, name = given.popitem()
    return {"kind": kind, "name": name, "account_id": ""}


def told(scope: dict[str, str]) -> str:
    """A scope in words."""
    return " ".join(filter(None, (scope["kind"], scope["name"])))
