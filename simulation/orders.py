"""The orders that random clients think of: plain ones, those of types that no venue has, those with
exits, and those that an algorithm works.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

import msgspec

from shared.types import (
    SECOND_US,
    Algorithm,
    Leg,
    Order,
    OrderClass,
    OrderType,
    Side,
    Time,
    TimeInForce,
)
from simulation.owners import Owner
from simulation.rooms import POISON, SYMBOLS

TYPES = (
    *(OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP),
    *(OrderType.MARKET_IF_TOUCHED, OrderType.LIMIT_IF_TOUCHED),
)


TIMES_IN_FORCE = (
    *(TimeInForce.DAY, TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC),
    *(TimeInForce.FOK, TimeInForce.GTD, TimeInForce.CLS),
)
TAKE_PROFIT, STOP_LOSS = "take", "stop"
AWAY = (1, 4, 8, 20, 20, 50, 50, 400)
"""How many cents exits are away from where a position begins."""
QUANTITIES = tuple(map(Decimal, (1, 7, 7, 20, 50, 50, 100, 100, 250, 450)))


def plain(
    name: str,
    owner: Owner,
    wall: int,
    price_of: Callable[[str], int],
    dice: Random,
    *,
    is_poisonous: bool,
) -> Order:
    """A market or limit order; `price_of` gives a symbol's price in cents."""
    symbol, side = dice.choice(SYMBOLS), dice.choice((Side.BUY, Side.BUY, Side.SELL))
    is_limit = dice.random() < 0.6
    away = dice.randrange(-15, 60)  # mostly passive, so that there is something to cancel
    cents = price_of(symbol) - (away if side is Side.BUY else -away)
    client_id = dice.choice(("twin-1", "twin-2")) if dice.random() < 0.03 else name
    is_poison = is_poisonous and dice.random() < 0.06
    time_in_force = dice.choice(TIMES_IN_FORCE)
    is_resting = is_limit and time_in_force in (TimeInForce.DAY, TimeInForce.GTC)
    return Order(
        order_id=name,
        account_id=owner.account_id,
        firm_id=owner.firm_id,
        client_order_id=client_id,
        symbol=symbol,
        side=side,
        quantity=dice.choice(QUANTITIES),
        type=OrderType.LIMIT if is_limit else OrderType.MARKET,
        time_in_force=time_in_force,
        expires_at=Time(wall + 20_000_000) if time_in_force is TimeInForce.GTD else None,
        limit_price=Decimal(cents) / 100 if is_limit else None,
        post_only=is_resting and dice.random() < 0.1,
        display_quantity=Decimal(1) if is_resting and dice.random() < 0.1 else None,
        strategy=POISON if is_poison else "manual",
        actor="ada",
        chain_id=name,
    )


def kept(plain: Order, price_of: Callable[[str], int], dice: Random) -> Order:
    """A plain order made one that waits for a price: near enough to trigger soon, or never."""
    kind = dice.choice(TYPES)
    cents = price_of(plain.symbol) + dice.choice((-400, -40, -10, 0, 10, 40, 400))
    price, is_trailing = Decimal(cents) / 100, kind is OrderType.TRAILING_STOP
    has_limit = kind in (OrderType.STOP_LIMIT, OrderType.LIMIT_IF_TOUCHED)
    return msgspec.structs.replace(
        plain,
        type=kind,
        time_in_force=dice.choice((TimeInForce.DAY, TimeInForce.GTC)),
        expires_at=None,
        stop_price=None if is_trailing else price,
        limit_price=price if has_limit else None,
        trail_price=Decimal(dice.choice((5, 50))) / 100 if is_trailing else None,
        post_only=False,
        display_quantity=None,
    )


def with_exits(plain: Order, price_of: Callable[[str], int], dice: Random) -> Order:
    """A plain order made the entry of a bracket or OTO: a small one, with exits near enough to be
    reached soon, or far away; now and then on the wrong side.
    """
    kind = dice.choice((OrderType.MARKET, OrderType.LIMIT, OrderType.LIMIT, OrderType.STOP))
    near = 0 if kind is OrderType.MARKET else dice.randrange(-30, 31)
    cents = price_of(plain.symbol) + near
    base = Decimal(cents) / 100
    exits = dice.choice(("both", "both", "both", TAKE_PROFIT, STOP_LOSS))
    is_long = plain.side is Side.BUY
    return msgspec.structs.replace(
        plain,
        order_class=OrderClass.BRACKET if exits == "both" else OrderClass.OTO,
        type=kind,
        limit_price=base if kind is OrderType.LIMIT else None,
        stop_price=base if kind is OrderType.STOP else None,
        quantity=dice.choice(QUANTITIES[:8]),
        legs=tuple(
            _leg(plain, name, cents, dice, is_long=is_long)
            for name in (TAKE_PROFIT, STOP_LOSS)
            if exits in ("both", name)
        ),
        **_resting(dice),
    )


def one_cancels_other(
    plain: Order, held: Decimal, price_of: Callable[[str], int], dice: Random
) -> Order:
    """A plain order made an OCO that gets out of the position, or of a part of it."""
    cents, is_long = price_of(plain.symbol), held > 0
    away = dice.choice(AWAY)
    return msgspec.structs.replace(
        plain,
        order_class=OrderClass.OCO,
        side=Side.SELL if is_long else Side.BUY,
        quantity=abs(held) if dice.random() < 0.5 else dice.choice(QUANTITIES),
        type=OrderType.LIMIT,
        limit_price=Decimal(cents + (away if is_long else -away)) / 100,
        legs=(_leg(plain, STOP_LOSS, cents, dice, is_long=is_long),),
        **_resting(dice),
    )


def _resting(dice: Random) -> dict[str, Any]:
    """What an order with legs may be."""
    time_in_force = dice.choice((TimeInForce.DAY, TimeInForce.GTC))
    return {
        "time_in_force": time_in_force,
        "expires_at": None,
        "post_only": False,
        "display_quantity": None,
    }


def _leg(plain: Order, name: str, cents: int, dice: Random, *, is_long: bool) -> Leg:
    """An exit of a position that was opened at that price."""
    away = dice.choice(AWAY) * (1 if is_long is (name == TAKE_PROFIT) else -1)
    away = -away if dice.random() < 0.03 else away
    price = Decimal(cents + away) / 100
    order_id = f"{plain.order_id}-{name}"
    ids = {"order_id": order_id, "client_order_id": order_id}
    if name == TAKE_PROFIT:
        return Leg(**ids, type=OrderType.LIMIT, limit_price=price)
    kind = dice.choice((OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP))
    if kind is OrderType.TRAILING_STOP:
        return Leg(**ids, type=kind, trail_price=Decimal(dice.choice((5, 50))) / 100)
    worse = Decimal(-1 if is_long else 1) if kind is OrderType.STOP_LIMIT else None
    limit_price = None if worse is None else price + worse * dice.choice((0, 1))
    return Leg(**ids, type=kind, stop_price=price, limit_price=limit_price)


def worked(plain: Order, wall: int, dice: Random) -> Order:
    """A plain order made one that an algorithm works over the next seconds."""
    name = dice.choice(("twap", "vwap", "pov"))
    seconds = dice.choice((2, 3, 5, 8))
    bins = seconds + 1 if dice.random() < 0.03 else dice.choice((1, 2, seconds, seconds))
    starts_at = Time(wall + dice.choice((-1, 0, 0, 0, 2)) * SECOND_US)
    curve = tuple(Decimal(dice.choice((0, 1, 3, 10))) for _ in range(bins))
    plan = Algorithm(
        name=name,
        starts_at=starts_at,
        ends_at=Time(starts_at + seconds * SECOND_US),
        bins=bins,
        curve=curve if name == "vwap" else (),
        rate=Decimal(dice.choice((1, 5, 10))) / 10 if name == "pov" else None,
    )
    return msgspec.structs.replace(
        plain,
        quantity=dice.choice(QUANTITIES[:8]),
        time_in_force=TimeInForce.DAY,
        expires_at=None,
        post_only=False,
        display_quantity=None,
        algorithm=plan,
    )


def words(order: Order) -> str:
    """An order in a few words, for who reads a history."""
    prices = (order.limit_price, order.stop_price, order.trail_price)
    told = [str(price) for price in prices if price is not None]
    legs = [f"{leg.order_id} {leg.limit_price} {leg.stop_price}" for leg in order.legs]
    plan = order.algorithm
    by = f"{plan.name} {plan.bins} {plan.ends_at - plan.starts_at} us" if plan is not None else ""
    kind = f"{order.type} {' '.join(told)} {by}"
    return f"{order.side} {order.quantity} {order.symbol} {kind} {' / '.join(legs)}".strip()


def rubbish(name: str, dice: Random) -> bytes:
    """Bytes that are no command, or one that makes no sense."""
    unknown = b'{"type":"Nonsense","command_id":"' + name.encode() + b'"}'
    return dice.choice((b"\xff\x00rubbish", unknown, b'{"type":"SubmitOrder"}', b"[]"))


def alike(order: Order, like: Order, dice: Random) -> Order:
    """An order on the side of another in its symbol, often a large one."""
    quantity = dice.choice((order.quantity, Decimal(250), Decimal(390)))
    return msgspec.structs.replace(order, symbol=like.symbol, side=like.side, quantity=quantity)
