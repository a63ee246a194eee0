"""The scenario format's words for what OMS says."""

from __future__ import annotations

from typing import Any, NamedTuple

from shared.events import oms, risk
from shared.messages import Event
from shared.types import OrderState

KINDS: dict[type[Event], str] = {
    oms.OrderAccepted: "new",
    oms.OrderFilled: "trade",
    oms.OrderDoneForDay: "done_for_day",
    oms.CancelPending: "pending_cancel",
    oms.OrderCanceled: "canceled",
    oms.ReplacePending: "pending_replace",
    oms.OrderReplaced: "replaced",
    oms.OrderRejected: "rejected",
    risk.OrderDenied: "rejected",
    oms.OrderExpired: "expired",
    oms.OrderSuspended: "suspended",
    oms.OrderRestated: "restated",
    oms.ExecutionBusted: "trade_cancel",
    oms.ExecutionCorrected: "trade_correct",
    oms.CancelRefused: "cancel_reject",
    oms.ReplaceRefused: "cancel_reject",
}
SENT: dict[type[Event], str] = {
    oms.OrderSubmitted: "new",
    oms.OrderTriggered: "new",
    oms.CancelPending: "cancel",
    oms.ReplacePending: "replace",
}
SHOWN = {"denied": "rejected"}


class Report(NamedTuple):
    """[kind, id, orig, reason] as a scenario writes it, and the order's state that came with it."""

    words: tuple[str | None, ...]
    state: OrderState | None = None


def name(order_id: str) -> str:
    """The client's id in the scenario."""
    return order_id.partition("/")[2].partition("~")[0] or order_id


def report(event: Event) -> Report | None:
    """The report that an event is to the client; None for the others."""
    kind = KINDS.get(type(event))
    if kind is None:
        return None
    told: Any = event
    state: OrderState | None = told.state
    order_id = told.order_id if hasattr(told, "order_id") else told.state.order.order_id
    if isinstance(event, oms.OrderReplaced):
        successor = event.successor
        return Report((kind, name(successor.order.order_id), name(order_id), None), successor)
    request_id = getattr(event, "request_id", None)
    if request_id is not None:
        reason = getattr(event, "reason", None)
        return Report((kind, name(request_id), name(order_id), reason), state)
    if kind == "canceled" and event.cause not in (order_id, None):
        return Report((kind, name(str(event.cause)), name(order_id), None), state)
    reason = state.reason if kind == "rejected" and state is not None else None
    return Report((kind, name(order_id), None, reason), state)


def sent(event: Event) -> list[str] | None:
    """[kind, id] of what goes to the broker; None where nothing does."""
    word = SENT.get(type(event))
    told: Any = event
    if word is None or told.state.held:
        return None
    return [word, name(getattr(event, "request_id", told.state.order.order_id))]


def stands(state: OrderState | None) -> tuple[Any, ...] | None:
    """(status, quantity, cum, leaves, average price); None where there is no order."""
    if state is None:
        return None
    status = SHOWN.get(str(state.status), str(state.status))
    numbers = (state.order.quantity, state.cum_quantity, state.leaves_quantity)
    return (status, *numbers, state.average_price)
