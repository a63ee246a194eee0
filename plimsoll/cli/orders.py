"""The verbs `order`, `orders`, `positions`, `cancel` and `close`."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from plimsoll.cli.desk import AccountOption, KeyOption, YesOption, at_desk, sure, table
from plimsoll.cli.options import JsonOption, StateOption
from plimsoll.refusals import ClientError
from shared.types import OrderType, Side, TimeInForce

ORDER_COLUMNS = (
    *("order_id", "symbol", "side", "quantity", "type", "limit_price"),
    *("status", "cum_quantity", "average_price"),
)
POSITION_COLUMNS = ("symbol", "quantity", "average_price", "price", "market_value", "unrealised")


class Status(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    for verb in (order, orders, positions, cancel, close):
        app.command()(verb)


Price = str | None


def order(
    side: Annotated[Side, typer.Argument()],
    symbol: Annotated[str, typer.Argument()],
    state: StateOption,
    quantity: Annotated[str | None, typer.Argument(help="Or --notional.")] = None,
    kind: Annotated[
        OrderType | None, typer.Option("--type", help="Default: what the prices given mean.")
    ] = None,
    limit: Annotated[Price, typer.Option(help="Limit price.")] = None,
    stop: Annotated[Price, typer.Option(help="Stop price.")] = None,
    trail: Annotated[Price, typer.Option(help="Distance, as a price or as 1.5%.")] = None,
    tif: Annotated[TimeInForce, typer.Option(help="Time in force.")] = TimeInForce.DAY,
    notional: Annotated[Price, typer.Option(help="Worth of the order.")] = None,
    strategy: Annotated[str, typer.Option(help="Who within the account.")] = "manual",
    client_order_id: Annotated[str | None, typer.Option("--client-order-id")] = None,
    expires: Annotated[str | None, typer.Option(help="For gtd: until when, RFC 3339.")] = None,
    display: Annotated[Price, typer.Option(help="Quantity to show.")] = None,
    extended_hours: Annotated[bool, typer.Option("--extended-hours")] = False,
    reduce_only: Annotated[bool, typer.Option("--reduce-only")] = False,
    post_only: Annotated[bool, typer.Option("--post-only")] = False,
    account: AccountOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send an order through the gate."""
    if (quantity is None) == (notional is None):
        raise typer.BadParameter("give a quantity or --notional, one of them")
    is_percent = trail is not None and trail.endswith("%")
    wanted = {
        "symbol": symbol.upper(),
        "side": str(side),
        "quantity": quantity,
        "notional": notional,
        "type": str(kind or meant_by(limit, stop, trail)),
        "limit_price": limit,
        "stop_price": stop,
        "trail_price": None if is_percent else trail,
        "trail_percent": trail.rstrip("%") if trail and is_percent else None,
        "time_in_force": str(tif),
        "strategy": strategy,
        "client_order_id": client_order_id,
        "expires_at": expires,
        "display_quantity": display,
        "extended_hours": extended_hours or None,
        "reduce_only": reduce_only or None,
        "post_only": post_only or None,
    }
    with at_desk(state, key, as_json, own_account=account is None) as desk:
        asked = {k: v for k, v in wanted.items() if v is not None}
        made = desk.client.submit({"account": desk.account(account), **asked})
        desk.answer(made, table(ORDER_COLUMNS, [made]))


def meant_by(limit: Price, stop: Price, trail: Price) -> OrderType:
    """The type of an order with these prices."""
    if trail is not None:
        return OrderType.TRAILING_STOP
    if stop is not None:
        return OrderType.STOP if limit is None else OrderType.STOP_LIMIT
    return OrderType.MARKET if limit is None else OrderType.LIMIT


def orders(
    state: StateOption,
    status: Annotated[Status, typer.Option()] = Status.ALL,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many, newest first.")] = 50,
    account: AccountOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """List orders, newest first."""
    with at_desk(state, key, as_json, own_account=account is None) as desk:
        said = desk.client.orders(desk.account(account), str(status), limit)
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
