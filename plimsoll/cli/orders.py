"""The verbs `order`, `replace`, `orders`, `positions`, `cancel` and `close`."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from plimsoll.cli import order_options as options
from plimsoll.cli.desk import AccountOption, KeyOption, YesOption, at_desk, sure, table
from plimsoll.cli.options import JsonOption, StateOption
from plimsoll.refusals import ClientError
from shared.types import OrderType, Side, TimeInForce

ORDER_COLUMNS = (
    *("order_id", "symbol", "side", "quantity", "type", "limit_price"),
    *("stop_price", "status", "held", "cum_quantity", "average_price", "parent_id"),
)
POSITION_COLUMNS = ("symbol", "quantity", "average_price", "price", "market_value", "unrealised")


class Status(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    for verb in (order, replace, orders, positions, cancel, close):
        app.command()(verb)


def order(
    context: typer.Context,
    side: Annotated[Side, typer.Argument()],
    symbol: Annotated[str, typer.Argument()],
    state: StateOption,
    quantity: options.Quantity = None,
    kind: options.Kind = None,
    limit: options.Limit = None,
    stop: options.Stop = None,
    trail: options.Trail = None,
    tif: options.Tif = TimeInForce.DAY,
    expires: options.Expires = None,
    notional: options.Notional = None,
    strategy: options.Strategy = "manual",
    client_order_id: options.ClientOrderId = None,
    display: options.Display = None,
    extended_hours: options.ExtendedHours = False,
    reduce_only: options.ReduceOnly = False,
    post_only: options.PostOnly = False,
    take_profit: options.TakeProfit = None,
    stop_loss: options.StopLoss = None,
    stop_loss_limit: options.StopLossLimit = None,
    stop_loss_trail: options.StopLossTrail = None,
    oco: options.Oco = False,
    algorithm: options.Name = None,
    starts: options.Starts = None,
    ends: options.Ends = None,
    bins: options.Bins = None,
    curve: options.Curve = None,
    rate: options.Rate = None,
    account: AccountOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send an order through the gate.

    With one exit it opens when the order is filled; with both, one cancels the other.
    """
    wanted = options.body(context.params)
    with at_desk(state, key, as_json, own_account=account is None) as desk:
        made = desk.client.submit({"account": desk.account(account), **wanted})
        desk.answer(made, table(ORDER_COLUMNS, [made]))


def replace(
    order_id: Annotated[str, typer.Argument(metavar="ID")],
    state: StateOption,
    quantity: Annotated[str | None, typer.Option(help="The whole quantity, filled or not.")] = None,
    limit: Annotated[str | None, typer.Option(help="Limit price.")] = None,
    stop: Annotated[str | None, typer.Option(help="Stop price.")] = None,
    trail: Annotated[str | None, typer.Option(help="As the order has it: price or %.")] = None,
    tif: Annotated[TimeInForce | None, typer.Option(help="Time in force.")] = None,
    client_order_id: options.ClientOrderId = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Change an open order, through the gate; the new order has an id of its own."""
    changes = {
        "quantity": quantity,
        "limit_price": limit,
        "stop_price": stop,
        "trail": None if trail is None else trail.rstrip("%"),
        "time_in_force": None if tif is None else str(tif),
        "client_order_id": client_order_id,
    }
    wanted = options.said(changes)
    if not wanted:
        raise typer.BadParameter("give what is to change")
    # An id names its account by itself, so the administrator's key finds it in any.
    with at_desk(state, key, as_json) as desk:
        made = desk.client.replace(order_id, wanted)
        desk.answer(made, table(ORDER_COLUMNS, [made]))


def orders(
    state: StateOption,
    status: Annotated[Status, typer.Option()] = Status.ALL,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many, newest first.")] = 50,
    parent: Annotated[str | None, typer.Option(help="Legs or children of that order.")] = None,
    account: AccountOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """List orders, newest first."""
    with at_desk(state, key, as_json, own_account=account is None) as desk:
        said = desk.client.orders(desk.account(account), str(status), limit, parent)
        desk.answer(said, table(ORDER_COLUMNS, said))


def positions(
    state: StateOption,
    account: AccountOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """What an account holds."""
    with at_desk(state, key, as_json, own_account=account is None) as desk:
        said = desk.client.positions(desk.account(account))
        desk.answer(said, table(POSITION_COLUMNS, said))


def cancel(
    state: StateOption,
    order_id: Annotated[str | None, typer.Argument(metavar="[ID]")] = None,
    every: Annotated[bool, typer.Option("--all", help="All open orders of the account.")] = False,
    account: AccountOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask that an order end, or all open ones; what it did is told by its next event."""
    if (order_id is None) != every:
        raise typer.BadParameter("give an order id or --all, one of them")
    # An id names its account by itself, so the administrator's key finds it in any.
    with at_desk(state, key, as_json, own_account=every and account is None) as desk:
        if order_id is not None:
            said = desk.client.cancel(order_id) or {"order_id": order_id}
            desk.answer(said, f"asked to cancel {order_id}")
        else:
            found = desk.client.cancel_all(desk.account(account))
            desk.answer(found, f"asked to cancel {len(found)} orders")


def close(
    state: StateOption,
    symbol: Annotated[str | None, typer.Argument(metavar="[SYMBOL]")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every position.")] = False,
    yes: YesOption = False,
    account: AccountOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Close a position, or all, by market orders the other way."""
    if (symbol is None) != every:
        raise typer.BadParameter("give a symbol or --all, one of them")
    if every:
        sure("Close every position of the account by market orders?", yes)
    with at_desk(state, key, as_json, own_account=account is None) as desk:
        meant = desk.account(account)
        held = {row["symbol"]: row for row in desk.client.positions(meant)}
        wanted = list(held) if symbol is None else [symbol.upper()]
        made = [desk.client.submit(closing(meant, held_in(held, name))) for name in wanted]
        desk.answer(made, table(ORDER_COLUMNS, made))


def held_in(held: dict[str, dict[str, Any]], symbol: str) -> dict[str, Any]:
    """The position in a symbol."""
    if symbol not in held:
        raise ClientError(f"there is no position in {symbol}")
    return held[symbol]


def closing(account: str, position: dict[str, Any]) -> dict[str, Any]:
    """The order that ends a position; an exit to the gate, which passes every limit on new risk."""
    quantity = str(position["quantity"])
    side = Side.BUY if quantity.startswith("-") else Side.SELL
    return {
        "account": account,
        "symbol": position["symbol"],
        "side": str(side),
        "quantity": quantity.lstrip("-"),
        "type": str(OrderType.MARKET),
        "time_in_force": str(TimeInForce.DAY),
        "reduce_only": True,
    }
