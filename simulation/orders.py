"""The orders that random clients think of: plain ones, and those of types that no venue has."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random

import msgspec

from shared.types import Order, OrderType, Side, Time, TimeInForce
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
