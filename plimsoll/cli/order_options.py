"""The flags of `order`, and the body that they make."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from shared.types import OrderClass, OrderType, TimeInForce

EXITS, WORKED, REST = "Exits", "Worked over time", "How it trades"


def flag(help_text: str, panel: str | None = None, name: str | None = None) -> Any:
    """An option that is absent unless it is given."""
    names = () if name is None else (name,)
    return typer.Option(*names, help=help_text, rich_help_panel=panel)


Text = str | None
Quantity = Annotated[Text, typer.Argument(help="Or --notional.")]
Kind = Annotated[OrderType | None, flag("Default: what the prices given mean.", None, "--type")]
Limit = Annotated[Text, flag("Limit price.")]
Stop = Annotated[Text, flag("Stop price; of an if-touched order, its trigger.")]
Trail = Annotated[Text, flag("Distance, as a price or as 1.5%.")]
Tif = Annotated[TimeInForce, flag("Time in force.")]
Expires = Annotated[Text, flag("For gtd: until when, RFC 3339.")]
Notional = Annotated[Text, flag("Worth of the order, instead of a quantity.")]
Strategy = Annotated[str, flag("Who within the account.")]
ClientOrderId = Annotated[Text, flag("A name of your own, used once.")]

Display = Annotated[Text, flag("Quantity to show.", REST)]
ExtendedHours = Annotated[bool, flag("Also outside the session.", REST, "--extended-hours")]
ReduceOnly = Annotated[bool, flag("Only if it makes the position smaller.", REST, "--reduce-only")]
PostOnly = Annotated[bool, flag("Only if it rests.", REST, "--post-only")]

TakeProfit = Annotated[Text, flag("Limit price of the exit with a profit.", EXITS)]
StopLoss = Annotated[Text, flag("Stop price of the exit with a loss.", EXITS)]
StopLossLimit = Annotated[Text, flag("Limit price of that exit once it is triggered.", EXITS)]
StopLossTrail = Annotated[Text, flag("Instead of --stop-loss: it trails, by 2 or 1.5%.", EXITS)]
Oco = Annotated[bool, flag("It is the two exits itself, and has no entry.", EXITS, "--oco")]

Name = Annotated[Text, flag("twap, vwap or pov.", WORKED)]
Starts = Annotated[Text, flag("From when, RFC 3339 in market time. Default: now.", WORKED)]
Ends = Annotated[Text, flag("Until when.", WORKED)]
Bins = Annotated[int | None, flag("How many equal stretches of time. Default: 10.", WORKED)]
Curve = Annotated[Text, flag("vwap: volumes of the bins, as 3,1,2. Default: past days'.", WORKED)]
Rate = Annotated[Text, flag("pov: the largest share of the market's volume, as 0.1.", WORKED)]


def body(given: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a POST, from the values of the flags. Raises typer.BadParameter."""
    if (given["quantity"] is None) == (given["notional"] is None):
        raise typer.BadParameter("give a quantity or --notional, one of them")
    wanted = {
        "symbol": given["symbol"].upper(),
        "side": str(given["side"]),
        **{name: given[name] for name in ("quantity", "notional", "strategy", "client_order_id")},
        "type": order_type(given),
        "limit_price": given["limit"],
        "stop_price": given["stop"],
        **trail(given["trail"]),
        "time_in_force": str(given["tif"]),
        "expires_at": given["expires"],
        "display_quantity": given["display"],
        **{name: given[name] or None for name in ("extended_hours", "reduce_only", "post_only")},
        **exits(given),
        "algorithm": algorithm(given),
    }
    return said(wanted)


def said(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def order_type(given: Mapping[str, Any]) -> str | None:
    """The type that was named, or what the prices mean; the gateway knows that of an OCO."""
    if given["kind"] is not None:
        return str(given["kind"])
    if given["oco"]:
        return None
    return str(meant_by(given["limit"], given["stop"], given["trail"]))


def meant_by(limit: Text, stop: Text, trail: Text) -> OrderType:
    """The type of an order with these prices."""
    if trail is not None:
        return OrderType.TRAILING_STOP
    if stop is not None:
        return OrderType.STOP if limit is None else OrderType.STOP_LIMIT
    return OrderType.MARKET if limit is None else OrderType.LIMIT


def trail(distance: Text) -> dict[str, Text]:
    """A distance as a price or, with a sign, as a per cent."""
    if distance is None:
        return {}
    if distance.endswith("%"):
        return {"trail_percent": distance.rstrip("%")}
    return {"trail_price": distance}


def exits(given: Mapping[str, Any]) -> dict[str, Any]:
    """The exits of an order, and the class that they make it."""
    profit, loss = given["take_profit"], given["stop_loss"]
    stop = said({"stop_price": loss, "limit_price": given["stop_loss_limit"]})
    stop |= trail(given["stop_loss_trail"])
    if not stop and profit is None:
        if given["oco"]:
            raise typer.BadParameter("--oco needs --take-profit and --stop-loss")
        return {}
    both = profit is not None and bool(stop)
    kind = OrderClass.OCO if given["oco"] else OrderClass.BRACKET if both else OrderClass.OTO
    return {
        "order_class": str(kind),
        "take_profit": None if profit is None else {"limit_price": profit},
        "stop_loss": stop or None,
    }


def algorithm(given: Mapping[str, Any]) -> dict[str, Any] | None:
    """How the order is to be worked."""
    curve = given["curve"]
    plan = said(
        {
            "starts_at": given["starts"],
            "ends_at": given["ends"],
            "bins": given["bins"],
            "curve": None if curve is None else [one.strip() for one in curve.split(",")],
            "rate": given["rate"],
        }
    )
    if given["algorithm"] is not None:
        return {"name": given["algorithm"], **plan}
    if plan:
        raise typer.BadParameter("--starts, --ends, --bins, --curve and --rate need --algorithm")
    return None
