"""What happens to an order as an event of the trade_updates stream.

A cancel that overtakes the venue's acknowledgement is not told as under way: clients take the first
event of an order to be `new`. That is told once: of a leg when it is sent (while it waits it is
told in its entry), of any other order that OMS keeps when it is kept; what else is said of their
acceptance and their trigger is no event. What an algorithm's children fill is told as their own
fills, and its parent's progress is no event.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from services.gateway.alpaca.orders import order, uuid_text
from services.gateway.core.numbers import plain
from shared.events.oms import (
    CancelPending,
    CancelRefused,
    OrderAccepted,
    OrderCanceled,
    OrderDoneForDay,
    OrderExpired,
    OrderFilled,
    OrderRejected,
    OrderReplaced,
    OrderRestated,
    OrderSuspended,
    OrderTriggered,
    ReplacePending,
    ReplaceRefused,
)
from shared.events.risk import OrderDenied
from shared.messages import Event
from shared.types import OrderState

UNDER_WAY = {CancelPending: "pending_cancel", ReplacePending: "pending_replace"}
NAMES: dict[type[Event], str] = {
    OrderCanceled: "canceled",
    OrderExpired: "expired",
    OrderRejected: "rejected",
    CancelRefused: "order_cancel_rejected",
    ReplaceRefused: "order_replace_rejected",
    OrderDoneForDay: "done_for_day",
    OrderSuspended: "suspended",
    OrderRestated: "restated",
    OrderDenied: "rejected",
}
Update = dict[str, Any]


def updates(event: Event) -> list[Update]:
    """The events a client hears, in order: none, one, or two for a replace."""
    if isinstance(event, OrderFilled):
        return [_fill(event)]
    if isinstance(event, OrderReplaced):
        return [_update("replaced", event, event.state), _update("new", event, event.successor)]
    if isinstance(event, OrderAccepted | OrderTriggered):
        return [_update("new", event, event.state)] if is_new(event) else []
    if isinstance(event, CancelPending | ReplacePending):
        under_way = UNDER_WAY[type(event)]
        return [_update(under_way, event, event.state)] if is_known(event.state) else []
    name, state = NAMES.get(type(event)), getattr(event, "state", None)
    return [_update(name, event, state)] if name is not None and state is not None else []


def is_new(event: OrderAccepted | OrderTriggered) -> bool:
    """Whether clients have not been told of the order yet."""
    is_part = event.state.order.parent_id is not None
    if isinstance(event, OrderTriggered):
        return is_part
    return event.state.triggered_at is None and not (is_part and event.state.held)


def is_known(state: OrderState) -> bool:
    """Whether clients have been told of the order as `new`."""
    return state.venue_order_id is not None or (state.held and state.order.parent_id is None)


def _update(name: str, event: Event, state: OrderState) -> Update:
    return {"event": name, "timestamp": str(event.market_at), "order": order(state)}


def _fill(event: OrderFilled) -> Update:
    is_whole = event.state.leaves_quantity <= 0
    execution = event.execution
    return {
        "event": "fill" if is_whole else "partial_fill",
        "timestamp": str(execution.transact_at),
        "order": order(event.state),
        "execution_id": uuid_text(execution.execution_id),
        "price": plain(execution.price),
        "qty": plain(execution.quantity),
    }


def with_position(update: Update, quantity: Decimal) -> Update:
    """The same fill with the position after it."""
    return {**update, "position_qty": plain(quantity)}
