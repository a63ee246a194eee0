"""What an order's body must be before anybody is asked: what needs no account is refused here.

The gate checks all of it again, for it is not only the gateway's.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec

from services.gateway.core.bodies import text
from services.gateway.core.numbers import ABSENT, Raw, plain, positive
from services.gateway.core.problems import Problem, invalid, unprocessable
from shared.ids import derived_id
from shared.instruments import Instrument
from shared.types import Account, Order, OrderType, Side, Time, TimeInForce

TYPES = {str(one): one for one in OrderType}
SIDES = {str(one): one for one in Side}
TIMES_IN_FORCE = {str(one): one for one in TimeInForce}
TRADED_TYPES = (OrderType.MARKET, OrderType.LIMIT)
TRADED_TIMES = (TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC)
CLIENT_ID_MAX = 128
PRICE_MAX = Decimal("1E9")
QUANTITY_MAX = Decimal("1E12")


class AlpacaOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of POST /v2/orders."""

    symbol: str | None = None
    qty: Raw = ABSENT
    notional: Raw = ABSENT
    side: str | None = None
    type: str | None = None
    time_in_force: str | None = None
    limit_price: Raw = ABSENT
    stop_price: Raw = ABSENT
    trail_price: Raw = ABSENT
    trail_percent: Raw = ABSENT
    extended_hours: bool | None = None
    client_order_id: str | None = None
    order_class: str | None = None
    take_profit: dict[str, Any] | None = None
    stop_loss: dict[str, Any] | None = None
    legs: list[Any] | None = None
    position_intent: str | None = None


class DeskOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of POST /api/v1/orders: our words for the same, and what Alpaca has none for."""

    account: str | None = None
    symbol: str | None = None
    quantity: Raw = ABSENT
    notional: Raw = ABSENT
    side: str | None = None
    type: str | None = "market"
    time_in_force: str | None = "day"
    limit_price: Raw = ABSENT
    stop_price: Raw = ABSENT
    trail_price: Raw = ABSENT
    trail_percent: Raw = ABSENT
    display_quantity: Raw = ABSENT
    extended_hours: bool | None = None
    reduce_only: bool | None = None
    post_only: bool | None = None
    expires_at: str | None = None
    client_order_id: str | None = None
    strategy: str | None = None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """An order as asked for, in one shape for both bodies; `quantity_name` is for texts."""

    body: AlpacaOrder | DeskOrder
    quantity: Raw
    quantity_name: str
    strategy: str = "manual"
    reduce_only: bool = False
    unsupported: tuple[str, ...] = ()


def of_alpaca(body: AlpacaOrder) -> Wanted:
    """An order in Alpaca's words."""
    extra = tuple(name for name in ("take_profit", "stop_loss", "legs") if getattr(body, name))
    if (body.order_class or "simple") != "simple":
        extra = (f"order_class {text(body.order_class, 'order_class', 32)}", *extra)
    return Wanted(body=body, quantity=body.qty, quantity_name="qty", unsupported=extra)


def of_desk(body: DeskOrder) -> Wanted:
    """An order in our words."""
    extra = [name for name in ("post_only", "expires_at") if getattr(body, name)]
    if positive(body.display_quantity, "display_quantity") is not None:
        extra.append("display_quantity")
    return Wanted(
        body=body,
        quantity=body.quantity,
        quantity_name="quantity",
        strategy=text(body.strategy, "strategy", 64) or "manual",
        reduce_only=bool(body.reduce_only),
        unsupported=tuple(extra),
    )


def build(
    wanted: Wanted,
    account: Account,
    instruments: Mapping[str, Instrument],
    order_id: str,
    actor: str,
) -> Order:
    """The order, whole. Raises Problem."""
    body = wanted.body
    instrument = _instrument(body.symbol, instruments)
    side = _word(body.side, "side", SIDES)
    kind = _word(body.type, "type", TYPES)
    time_in_force = _word(body.time_in_force, "time_in_force", TIMES_IN_FORCE)
    quantity = _quantity(wanted, instrument)
    limit_price = _prices(body, kind, instrument)
    _refuse_unsupported(wanted, kind, time_in_force)
    return Order(
        order_id=order_id,
        account_id=account.account_id,
        firm_id=account.firm_id,
        client_order_id=text(body.client_order_id, "client_order_id", CLIENT_ID_MAX) or order_id,
        symbol=instrument.symbol,
        side=side,
        quantity=quantity,
        type=kind,
        time_in_force=time_in_force,
        limit_price=limit_price,
        strategy=wanted.strategy,
        actor=actor,
        venue=account.venue,
        reduce_only=wanted.reduce_only,
        chain_id=order_id,
    )


@lru_cache(maxsize=65_536)
def asset_id(symbol: str) -> str:
    """The id of an instrument: the same in every stack."""
    return derived_id("asset", symbol)


def find(named: str, instruments: Mapping[str, Instrument]) -> Instrument | None:
    """The instrument with that symbol or asset id."""
    found = instruments.get(named) or instruments.get(named.upper())
    if found is not None:
        return found
    wanted = named.lower()
    return next((one for one in instruments.values() if asset_id(one.symbol) == wanted), None)


def _instrument(named: str | None, instruments: Mapping[str, Instrument]) -> Instrument:
    if not named:
        raise invalid("symbol is required")
    found = find(named, instruments)
    if found is None:
        raise unprocessable(f'asset "{text(named, "symbol", 64)}" not found')
    if not found.tradable:
        raise unprocessable(f'asset "{found.symbol}" is not tradable')
    return found


def _word(given: str | None, name: str, words: Mapping[str, Any]) -> Any:
    if given is None:
        raise invalid(f"{name} is required")
    if given not in words:
        raise invalid(f"invalid {name}: one of {', '.join(words)} is expected")
    return words[given]


def _quantity(wanted: Wanted, instrument: Instrument) -> Decimal:
    name = wanted.quantity_name
    quantity = positive(wanted.quantity, name)
    notional = positive(wanted.body.notional, "notional")
    if quantity is not None and notional is not None:
        raise invalid(f"only one of {name} or notional is accepted")
    if notional is not None:
        raise unprocessable(f'asset "{instrument.symbol}" is not fractionable: give {name}')
    if quantity is None:
        raise invalid(f"{name} is required")
    if quantity > QUANTITY_MAX:
        raise invalid(f"{name} must be at most {QUANTITY_MAX:f}")
    if quantity % instrument.lot:
        raise unprocessable(f"invalid {name} {plain(quantity)}: the lot is {instrument.lot}")
    return quantity


def _prices(body: Any, kind: OrderType, instrument: Instrument) -> Decimal | None:
    limit = positive(body.limit_price, "limit_price", "limit price must be > 0")
    stop = positive(body.stop_price, "stop_price", "stop price must be > 0")
    for name in ("trail_price", "trail_percent"):
        if positive(getattr(body, name), name) is not None and kind in TRADED_TYPES:
            raise invalid(f"{kind} orders require no {name}")
    if kind is OrderType.MARKET and (limit is not None or stop is not None):
        raise invalid("market orders require no stop or limit price")
    if kind is OrderType.LIMIT and stop is not None:
        raise invalid("limit orders require no stop price")
    if kind is OrderType.LIMIT and limit is None:
        raise invalid("limit orders require a limit price")
    for name, price in (("limit_price", limit), ("stop_price", stop)):
        check_price(name, price, instrument)
    return limit


def check_price(name: str, price: Decimal | None, instrument: Instrument) -> None:
    """Raises Problem where a price is absurd or not on the instrument's tick."""
    if price is None:
        return
    if price > PRICE_MAX:
        raise invalid(f"{name} must be at most {PRICE_MAX:f}")
    if price % instrument.tick:
        raise sub_penny(name, price)


def sub_penny(name: str, price: Decimal) -> Problem:
    """The text that clients know."""
    rule = "sub-penny increment does not fulfill minimum pricing criteria"
    return unprocessable(f"invalid {name} {plain(price)}. {rule}")


def _refuse_unsupported(wanted: Wanted, kind: OrderType, time_in_force: TimeInForce) -> None:
    if kind not in TRADED_TYPES:
        raise unprocessable(f"{kind} orders are not supported in this release")
    if time_in_force not in TRADED_TIMES:
        raise unprocessable(f"time_in_force {time_in_force} is not supported in this release")
    extra = (*wanted.unsupported, *(("extended_hours",) if wanted.body.extended_hours else ()))
    if extra:
        raise unprocessable(f"{extra[0]} is not supported in this release")


def as_promised(order: Order, at: Time) -> dict[str, Any]:
    """The fields of a state of this order while nobody has said anything of it."""
    return {"order": order, "leaves_quantity": order.quantity, **dict.fromkeys(_TIMES, at)}


_TIMES = ("created_at", "submitted_at", "updated_at")
