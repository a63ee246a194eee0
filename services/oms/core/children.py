"""The children of an order that an algorithm works."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from services.oms.core.kept_rows import WorkRow
from services.oms.core.numbers import plus
from services.oms.core.rows import OrderRow
from services.oms.core.state import OmsState
from shared.ids import derived_id
from shared.types import ZERO, Order, OrderClass, Time, TimeInForce


def child_of(parent: Order, number: int, quantity: Decimal, expires_at: Time | None) -> Order:
    """One child: as its parent, but for its quantity and its end."""
    order_id = derived_id("child", parent.chain_id or parent.order_id, number)
    return msgspec.structs.replace(
        parent,
        order_id=order_id,
        client_order_id=order_id,
        quantity=quantity,
        time_in_force=parent.time_in_force if expires_at is None else TimeInForce.GTD,
        expires_at=expires_at,
        parent_id=parent.order_id,
        chain_id=order_id,
        replaces=None,
        order_class=OrderClass.SIMPLE,
        algorithm=None,
    )


def children(order_id: str, state: OmsState) -> list[OrderRow]:
    """The live children of a parent."""
    return state.orders.by("parent", order_id)


def open_quantity(work: WorkRow, state: OmsState) -> Decimal:
    """What children hold: their leaves, and what the gate has not answered for."""
    total = ZERO
    for row in children(work.order_id, state):
        total = plus(total, row.leaves_quantity)
    for quantity in work.handed.values():
        total = plus(total, quantity)
    return total
