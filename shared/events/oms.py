"""The voice of OMS, `oms.orders`: every event carries the whole order as it stands after it.

`cause` is the id of the command that led to it, so whoever posted an order finds its answer.
A denied order is told as risk's `OrderDenied`, with its `state` in the book.
"""

from __future__ import annotations

from shared.messages import Event
from shared.types import Execution, Order, OrderState


class OrderSubmitted(Event, frozen=True, kw_only=True, tag=True):
    """The order is committed to be sent to its venue."""

    state: OrderState


class OrderAccepted(Event, frozen=True, kw_only=True, tag=True):
    """The venue acknowledged the order, or OMS keeps it itself (`state.held`)."""

    state: OrderState


class OrderTriggered(Event, frozen=True, kw_only=True, tag=True):
    """An order that OMS kept is committed to be sent to its venue (FIX ExecType L): a stop as a
    market order, a stop limit as a limit order.
    """

    state: OrderState


class OrderProgressed(Event, frozen=True, kw_only=True, tag=True):
    """Children of an algorithm's order filled, or an execution of theirs was taken back: `state`
    has their sums. It books nothing; the children's own events do.
    """

    state: OrderState


class OrderFilled(Event, frozen=True, kw_only=True, tag=True):
    """An execution was booked: partial while leaves > 0."""

    state: OrderState
    execution: Execution


class OrderCanceled(Event, frozen=True, kw_only=True, tag=True):
    """The order ended unfilled or partly filled by a cancel."""

    state: OrderState


class OrderExpired(Event, frozen=True, kw_only=True, tag=True):
    """The venue ended the order at its time in force."""

    state: OrderState


class OrderRejected(Event, frozen=True, kw_only=True, tag=True):
    """The venue (or the guard before it) rejected the order."""

    state: OrderState


class CancelPending(Event, frozen=True, kw_only=True, tag=True):
    """A cancel is on its way to the venue. `request_id` is the id of the CancelOrder command."""

    state: OrderState
    request_id: str


class CancelRefused(Event, frozen=True, kw_only=True, tag=True):
    """A cancel came to nothing: `reason` is too_late, pending, unknown_order or the venue's own."""

    order_id: str
    request_id: str
    reason: str
    state: OrderState | None = None


class ReplacePending(Event, frozen=True, kw_only=True, tag=True):
    """A replace is on its way to the venue; `state` is the old order, `request_id` the new one's
    id, `replacement` the new one.
    """

    state: OrderState
    request_id: str
    replacement: Order | None = None


class OrderReplaced(Event, frozen=True, kw_only=True, tag=True):
    """The venue replaced the order: `state` is the old one, `successor` the new one."""

    state: OrderState
    successor: OrderState


class ReplaceRefused(Event, frozen=True, kw_only=True, tag=True):
    """A replace came to nothing; the old order lives on."""

    order_id: str
    request_id: str
    reason: str
    state: OrderState | None = None


class OrderDoneForDay(Event, frozen=True, kw_only=True, tag=True):
    """The venue is done with the order for this session."""

    state: OrderState


class OrderSuspended(Event, frozen=True, kw_only=True, tag=True):
    """The venue suspended the order."""

    state: OrderState


class OrderRestated(Event, frozen=True, kw_only=True, tag=True):
    """The venue changed the order by itself. split: (new, old) shares, where it was a split: what
    was filled before is restated too, and no money moves.
    """

    state: OrderState
    split: tuple[int, int] | None = None


class ExecutionBusted(Event, frozen=True, kw_only=True, tag=True):
    """The venue took an execution back."""

    state: OrderState
    execution: Execution


class ExecutionCorrected(Event, frozen=True, kw_only=True, tag=True):
    """The venue corrected an execution: `execution` replaces `previous`."""

    state: OrderState
    execution: Execution
    previous: Execution


class OrderFlagged(Event, frozen=True, kw_only=True, tag=True):
    """Something about an order or execution that a person must look at (late_fill, overfill,
    orphan_fill ...).
    """

    order_id: str
    alert: str
    text: str
    state: OrderState | None = None


STATES = (
    OrderSubmitted,
    OrderAccepted,
    OrderTriggered,
    OrderProgressed,
    OrderFilled,
    OrderCanceled,
    OrderExpired,
    OrderRejected,
    CancelPending,
    ReplacePending,
    OrderReplaced,
    OrderDoneForDay,
    OrderSuspended,
    OrderRestated,
    ExecutionBusted,
    ExecutionCorrected,
)
"""The events that always carry an order's state."""
