"""The exits of an order: what its legs stand for, and how they are taken in with it."""

from __future__ import annotations

import msgspec

from services.oms.core import kept
from services.oms.core.kept_rows import GroupRow
from services.oms.core.order import new_row
from services.oms.core.requests import whose
from services.oms.core.state import OmsState
from shared.events.oms import OrderCanceled
from shared.messages import Event
from shared.table import At
from shared.types import ZERO, Leg, Order, OrderClass, OrderStatus, OrderType, Side

OPPOSITE = {Side.BUY: Side.SELL, Side.SELL: Side.BUY}


def exit_order(order: Order, leg: Leg) -> Order:
    """The order that a leg stands for."""
    is_oco = order.order_class is OrderClass.OCO
    return msgspec.structs.replace(
        order,
        order_id=leg.order_id,
        client_order_id=leg.client_order_id,
        side=order.side if is_oco else OPPOSITE[order.side],
        type=leg.type,
        limit_price=leg.limit_price,
        stop_price=leg.stop_price,
        trail_price=leg.trail_price,
        trail_percent=leg.trail_percent,
        extended_hours=False,
        post_only=False,
        display_quantity=None,
        parent_id=order.order_id,
        chain_id=leg.order_id,
        legs=(),
    )


def begin(order: Order, state: OmsState, at: At) -> list[Event]:
    """The exits of an order that was just approved with them."""
    exits = [exit_order(order, leg) for leg in order.legs]
    if any(state.remembered_cancels.get(one.account_id, one.order_id) for one in exits):
        return [_never(one, state, at) for one in exits]
    is_oco = order.order_class is OrderClass.OCO
    ids = {one.type is OrderType.LIMIT: one.order_id for one in exits}
    state.groups.put(
        GroupRow(
            group_id=order.order_id,
            account_id=order.account_id,
            order_class=order.order_class,
            entry_id=None if is_oco else order.order_id,
            take_profit_id=order.order_id if is_oco else ids.get(True),
            stop_loss_id=ids.get(False),
            entered=order.quantity if is_oco else ZERO,
            armed_at=at.market if is_oco else None,
        )
    )
    return [kept.keep(one, state, at, is_exit=True) for one in exits]


def _never(order: Order, state: OmsState, at: At) -> Event:
    """An exit that was canceled before it arrived."""
    state.remembered_cancels.delete(order.account_id, order.order_id)
    row = new_row(
        order, OrderStatus.CANCELED, at.market, canceled_at=at.market,
        reason="canceled before it arrived",
    )  # fmt: skip
    state.orders.put(row)
    return OrderCanceled(**whose(row), cause=order.order_id, state=row.state)
