"""What OMS makes of a leg, for the world behind the gateway's doubles."""

from __future__ import annotations

from shared.types import Leg, Order, OrderClass, Side


def leg_of(entry: Order, leg: Leg) -> Order:
    """A leg as OMS keeps it: the other side of its entry, but in an OCO the same."""
    other = {Side.BUY: Side.SELL, Side.SELL: Side.BUY}[entry.side]
    return Order(
        order_id=leg.order_id,
        account_id=entry.account_id,
        firm_id=entry.firm_id,
        client_order_id=leg.client_order_id,
        symbol=entry.symbol,
        side=entry.side if entry.order_class is OrderClass.OCO else other,
        quantity=entry.quantity,
        type=leg.type,
        time_in_force=entry.time_in_force,
        limit_price=leg.limit_price,
        stop_price=leg.stop_price,
        trail_price=leg.trail_price,
        trail_percent=leg.trail_percent,
        order_class=entry.order_class,
        parent_id=entry.order_id,
        chain_id=leg.order_id,
    )
