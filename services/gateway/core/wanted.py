"""The bodies of a POST of an order, Alpaca's words and ours, and what both become."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from services.gateway.core.bodies import text
from services.gateway.core.numbers import ABSENT, Raw
from services.gateway.core.problems import invalid, unprocessable
from shared.types import OrderClass, OrderType, Side, TimeInForce

TYPES = {str(one): one for one in OrderType}
SIDES = {str(one): one for one in Side}
TIMES_IN_FORCE = {str(one): one for one in TimeInForce}
CLASSES = {str(one): one for one in OrderClass}
TOUCHED = (OrderType.MARKET_IF_TOUCHED, OrderType.LIMIT_IF_TOUCHED)
ALPACA_TYPES = {word: one for word, one in TYPES.items() if one not in TOUCHED}
ALPACA_TIMES = {word: one for word, one in TIMES_IN_FORCE.items() if one is not TimeInForce.GTD}


class TakeProfit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The exit with a profit: a limit order."""

    limit_price: Raw = ABSENT
    client_order_id: str | None = None


class StopLoss(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The exit with a loss: a stop; with `limit_price` a stop limit, with a trail that trails."""

    stop_price: Raw = ABSENT
    limit_price: Raw = ABSENT
    trail_price: Raw = ABSENT
    trail_percent: Raw = ABSENT
    client_order_id: str | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an order is to be worked over time; times are RFC 3339 in market time."""

    name: str | None = None
    starts_at: str | None = None
    ends_at: str | None = None
    bins: int | None = None
    curve: list[Raw] | None = None
    rate: Raw = ABSENT


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
    take_profit: TakeProfit | None = None
    stop_loss: StopLoss | None = None
    legs: list[Any] | None = None
    position_intent: str | None = None


class DeskOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of POST /api/v1/orders: our words for the same, and what Alpaca has none for."""

    account: str | None = None
    symbol: str | None = None
    quantity: Raw = ABSENT
    notional: Raw = ABSENT
    side: str | None = None
    type: str | None = None
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
    order_class: str | None = None
    take_profit: TakeProfit | None = None
    stop_loss: StopLoss | None = None
    algorithm: Plan | None = None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """An order as asked for, in one shape for both bodies; `quantity_name` is for texts."""

    body: AlpacaOrder | DeskOrder
    type: str | None
    types: Mapping[str, OrderType]
    times_in_force: Mapping[str, TimeInForce]
    quantity: Raw
    quantity_name: str
    strategy: str = "manual"
    reduce_only: bool = False
    post_only: bool = False
    display_quantity: Raw = ABSENT
    expires_at: str | None = None
    algorithm: Plan | None = None


def of_alpaca(body: AlpacaOrder) -> Wanted:
    """An order in Alpaca's words. Raises Problem."""
    if body.legs:
        raise unprocessable("legs are of options, and there are none: use take_profit, stop_loss")
    return Wanted(
        body=body,
        type=body.type,
        types=ALPACA_TYPES,
        times_in_force=ALPACA_TIMES,
        quantity=body.qty,
        quantity_name="qty",
    )


def of_desk(body: DeskOrder) -> Wanted:
    """An order in our words; an OCO is a limit order unless it says otherwise, all others market
    orders. Raises Problem.
    """
    default = OrderType.LIMIT if body.order_class == OrderClass.OCO else OrderType.MARKET
    return Wanted(
        body=body,
        type=body.type or default,
        types=TYPES,
        times_in_force=TIMES_IN_FORCE,
        quantity=body.quantity,
        quantity_name="quantity",
        strategy=text(body.strategy, "strategy", 64) or "manual",
        reduce_only=bool(body.reduce_only),
        post_only=bool(body.post_only),
        display_quantity=body.display_quantity,
        expires_at=body.expires_at,
        algorithm=body.algorithm,
    )


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """The closed words of an order."""

    type: OrderType
    time_in_force: TimeInForce
    order_class: OrderClass


def kind_of(wanted: Wanted) -> Kind:
    """What an order's words mean. Raises Problem."""
    body = wanted.body
    return Kind(
        type=word(wanted.type, "type", wanted.types),
        time_in_force=word(body.time_in_force, "time_in_force", wanted.times_in_force),
        order_class=word(body.order_class or "simple", "order_class", CLASSES),
    )


def word(given: str | None, name: str, words: Mapping[str, Any]) -> Any:
    """What a word of a closed list means. Raises Problem."""
    if given is None:
        raise invalid(f"{name} is required")
    if given not in words:
        raise invalid(f"invalid {name}: one of {', '.join(words)} is expected")
    return words[given]
