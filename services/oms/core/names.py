"""The older rows that a handler may look at, by the messages that name them."""

from __future__ import annotations

from collections.abc import Iterable

from shared.commands import CancelOrder
from shared.events.risk import (
    CancelRequested,
    OrderApproved,
    OrderDenied,
    ReplaceApproved,
    ReplaceDenied,
)
from shared.events.venue import VenueReport
from shared.table import Key


def of_decision(message: OrderApproved | OrderDenied) -> Iterable[tuple[str, Key]]:
    """The order itself (decided before?), and a cancel that overtook it or one of its exits."""
    order = message.order
    yield "orders", (order.order_id,)
    for order_id in (order.order_id, *(leg.order_id for leg in order.legs)):
        yield "remembered_cancels", (order.account_id, order_id)


def of_order(
    message: CancelOrder | CancelRequested | ReplaceDenied,
) -> Iterable[tuple[str, Key]]:
    """The order that is named, live or ended."""
    return (("orders", (message.order_id,)),)


def of_replace(message: ReplaceApproved) -> Iterable[tuple[str, Key]]:
    """The order that is to be replaced, and a cancel that overtook the replace."""
    order = message.order
    return (
        ("orders", (order.replaces or "",)),
        ("remembered_cancels", (order.account_id, order.order_id)),
    )


def of_report(message: VenueReport) -> Iterable[tuple[str, Key]]:
    """The order, and for an execution: itself, what it amends, and whether that counts."""
    yield "orders", (message.order_id,)
    execution = message.execution
    if execution is not None:
        yield "executions", (execution.execution_id,)
        yield "orphans", (execution.execution_id,)
        if execution.execution_ref is not None:
            yield "executions", (execution.execution_ref,)
            yield "amendments", (execution.execution_ref,)
