"""What a replace changes: read from its body, and what the new order is.

A trail is told as one number: a price or a per cent, whichever the order has.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from services.gateway.core.bodies import text
from services.gateway.core.combinations import (
    expiry,
    extended_hours,
    kept_but_not_lasting,
    order_class,
    post_only,
)
from services.gateway.core.instruments import check_price, check_quantity
from services.gateway.core.legs import CLIENT_ID_MAX
from services.gateway.core.numbers import ABSENT, Raw, positive
from services.gateway.core.problems import invalid, unprocessable
from services.gateway.core.terms import NEEDED, WORDS, check_percent
from services.gateway.core.wanted import TIMES_IN_FORCE, word
from shared.instruments import Instrument
from shared.types import Order, OrderType, Time, TimeInForce


class ReplaceAlpaca(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of PATCH /v2/orders/{id}."""

    qty: Raw = ABSENT
    limit_price: Raw = ABSENT
    stop_price: Raw = ABSENT
    trail: Raw = ABSENT
    time_in_force: str | None = None
    client_order_id: str | None = None


class ReplaceDesk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of PATCH /api/v1/orders/{id}."""

    quantity: Raw = ABSENT
    limit_price: Raw = ABSENT
    stop_price: Raw = ABSENT
    trail: Raw = ABSENT
    time_in_force: str | None = None
    client_order_id: str | None = None


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What a replace changes; None leaves a field as it is."""

    quantity: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail: Decimal | None = None
    time_in_force: TimeInForce | None = None
    client_order_id: str | None = None


def changes_in(body: ReplaceAlpaca | ReplaceDesk, order: Order, instrument: Instrument) -> Changes:
    """What a body changes of an order. Raises Problem."""
    name, quantity = _quantity(body)
    tif = body.time_in_force
    made = Changes(
        quantity=positive(quantity, name),
        limit_price=positive(body.limit_price, "limit_price", "limit price must be > 0"),
        stop_price=positive(body.stop_price, "stop_price", "stop price must be > 0"),
        trail=positive(body.trail, "trail"),
        time_in_force=None if tif is None else word(tif, "time_in_force", TIMES_IN_FORCE),
        client_order_id=text(body.client_order_id, "client_order_id", CLIENT_ID_MAX) or None,
    )
    if made == Changes():
        raise invalid(f"nothing to change: give {name}, limit_price, stop_price, trail ...")
    _check_fit(made, order)
    _check_lasting(made.time_in_force, order, instrument)
    _check_steps(made, name, order, instrument)
    return made


def _quantity(body: ReplaceAlpaca | ReplaceDesk) -> tuple[str, Raw]:
    return ("qty", body.qty) if isinstance(body, ReplaceAlpaca) else ("quantity", body.quantity)


def _check_fit(made: Changes, order: Order) -> None:
    for field in ("limit_price", "stop_price"):
        if getattr(made, field) is not None and field not in NEEDED[order.type]:
            raise invalid(f"{order.type} orders require no {WORDS[field]}")
    if made.trail is not None and order.type is not OrderType.TRAILING_STOP:
        raise invalid(f"{order.type} orders require no trail")
    if order.notional is not None:
        raise unprocessable("cannot replace a notional order")
    if order.algorithm is not None:
        raise unprocessable("cannot replace an order that an algorithm works: cancel it")


def _check_lasting(wanted: TimeInForce | None, order: Order, instrument: Instrument) -> None:
    """A time in force goes with the order as it does in a new one."""
    if wanted is None:
        return
    other = msgspec.structs.replace(order, time_in_force=wanted)
    for rule in (kept_but_not_lasting, expiry, extended_hours, post_only, order_class):
        why = rule(other, instrument, Time(0))
        if why is not None:
            raise unprocessable(why)


def _check_steps(made: Changes, name: str, order: Order, instrument: Instrument) -> None:
    if made.quantity is not None:
        check_quantity(name, made.quantity, instrument)
    check_price("limit_price", made.limit_price, instrument)
    check_price("stop_price", made.stop_price, instrument)
    if made.trail is not None:
        if order.trail_percent is None:
            check_price("trail", made.trail, instrument)
        else:
            check_percent("trail", made.trail)


def changed(order: Order, changes: Changes, new_id: str) -> Order:
    """The order that is to replace another."""
    given = {k: v for k, v in msgspec.structs.asdict(changes).items() if v is not None}
    trail = given.pop("trail", None)
    if trail is not None:
        given["trail_price" if order.trail_percent is None else "trail_percent"] = trail
    given.setdefault("client_order_id", new_id)
    return msgspec.structs.replace(order, order_id=new_id, replaces=order.order_id, **given)
