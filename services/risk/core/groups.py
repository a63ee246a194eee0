"""Orders that hang together: one row reserves what their exits may trade, exactly once.

The exits of a bracket or OTO never sell more than its entry has bought less what they have sold
(the lot), and one of them is at work at a time; OMS sees to that. So one *counting row* reserves
for them from the approval of the entry on, `exits/<first id of the entry>`: the other side, its
quantity what the entry has filled, its cum what the exits have filled. Of an OCO the order itself
counts, by the fills of both. The legs have rows of their own, so that a replace or a halt finds
them; those name the counting row as `leg_of` and count nothing.

The counting row goes when the last leg has ended (that of an OCO: when the order has ended too), or
when an entry ends of which nothing was filled and no leg was told.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from services.risk.core.rows import LiveOrderRow
from shared.types import ZERO, Order, OrderClass, OrderState, Side, normal

if TYPE_CHECKING:
    from services.risk.core.state import RiskState

EXITS = "exits/"
ENTRIES = frozenset({OrderClass.BRACKET, OrderClass.OTO})
OPPOSITE = {Side.BUY: Side.SELL, Side.SELL: Side.BUY}


def is_entry(order: Order) -> bool:
    """Whether exits follow the order when it fills."""
    return order.parent_id is None and order.order_class in ENTRIES


def is_oco(order: Order) -> bool:
    """Whether the order is an exit itself, with a stop as its leg."""
    return order.parent_id is None and order.order_class is OrderClass.OCO


def exit_side(order: Order) -> Side:
    """The side of an order's legs."""
    return order.side if order.order_class is OrderClass.OCO else OPPOSITE[order.side]


def exits_key(entry: Order) -> str:
    """The key of the row that counts for the exits of an entry, whatever has replaced that."""
    return EXITS + (entry.chain_id or entry.order_id)


def is_counting(row: LiveOrderRow) -> bool:
    """Whether the row is no order but counts for exits."""
    return row.order_id.startswith(EXITS)


def protects(row: LiveOrderRow) -> bool:
    """Whether the row is of an exit that belongs to a group."""
    return row.leg_of is not None or is_counting(row) or is_oco(row.body)


def reserve(entry: LiveOrderRow, state: RiskState) -> None:
    """An entry was approved: its exits will count."""
    if is_entry(entry.body):
        state.live_orders.put(
            msgspec.structs.replace(
                entry,
                order_id=exits_key(entry.body),
                side=OPPOSITE[entry.side],
                quantity=ZERO,
                cum_quantity=ZERO,
                exit=True,
            )
        )


def key_of(order: Order, state: RiskState) -> str | None:
    """The key of the row that counts for this leg; None where it is no leg of a live group."""
    row = state.live_orders.get(order.order_id)
    if row is not None:
        return row.leg_of
    if order.parent_id is None:
        return None
    key = EXITS + order.parent_id
    if state.live_orders.get(key) is not None:
        return key
    parent = state.live_orders.get(order.parent_id)
    return order.parent_id if parent is not None and is_oco(parent.body) else None


def legs_of(key: str, state: RiskState) -> list[LiveOrderRow]:
    """The rows of the living legs that a row counts for."""
    return state.live_orders.by("leg_of", key)


def living_exits(order: Order, replaced: LiveOrderRow, state: RiskState) -> list[Order]:
    """The exits of an order that is to be replaced, as they are now."""
    key = replaced.order_id if is_oco(order) else exits_key(order)
    return [row.body for row in legs_of(key, state)]


def count(order: Order, filled: Decimal, state: RiskState) -> None:
    """A leg or an OCO was filled by that much (below zero: an execution was taken back)."""
    key = order.order_id if is_oco(order) else key_of(order, state)
    row = None if key is None else state.live_orders.get(key)
    if row is not None and filled:
        cum = normal(max(row.cum_quantity + filled, ZERO))
        state.live_orders.put(msgspec.structs.replace(row, cum_quantity=cum))


def note_entry(told: OrderState, state: RiskState) -> None:
    """The exits are for what their entry has filled; nothing of it, and it has ended: for none."""
    row = state.live_orders.get(exits_key(told.order)) if is_entry(told.order) else None
    if row is None:
        return
    if row.quantity != told.cum_quantity:
        state.live_orders.put(msgspec.structs.replace(row, quantity=told.cum_quantity))
    is_over = state.live_orders.get(told.order.order_id) is None and not told.cum_quantity
    if is_over and not legs_of(row.order_id, state):
        state.live_orders.delete(row.order_id)


def end_leg(key: str | None, state: RiskState) -> None:
    """A leg has ended: was it the last one?"""
    row = None if key is None else state.live_orders.get(key)
    if row is None or legs_of(row.order_id, state):
        return
    if is_counting(row) or (row.ended and row.replacement_id is None):
        state.live_orders.delete(row.order_id)


def rename(old: LiveOrderRow, successor: Order, price: Decimal, state: RiskState) -> None:
    """An OCO was replaced: what it counts goes on under another id, and so does its leg."""
    state.live_orders.delete(old.order_id)
    state.live_orders.put(
        msgspec.structs.replace(
            old,
            order_id=successor.order_id,
            price=price,
            body=successor,
            replacement_id=None,
            replacement_quantity=None,
            replacement_price=None,
            ended=False,
        )
    )
    for leg in legs_of(old.order_id, state):
        state.live_orders.put(msgspec.structs.replace(leg, leg_of=successor.order_id))
