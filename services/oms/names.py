"""The older rows that a request or a report may need: what it names, and what replaced that."""

from __future__ import annotations

from collections.abc import Iterable

from services.oms.core.contingency import group_id_of
from services.oms.core.requests import successors
from services.oms.core.state import OmsState
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
from shared.types import OrderClass


def names_of_decision(message: OrderApproved | OrderDenied) -> Iterable[tuple[str, Key]]:
    """The order itself (decided before?), and a cancel that overtook it or one of its exits."""
    order = message.order
    yield "orders", (order.order_id,)
    for order_id in (order.order_id, *(leg.order_id for leg in order.legs)):
        yield "remembered_cancels", (order.account_id, order_id)


def names_of_order(message: CancelRequested | ReplaceDenied) -> Iterable[tuple[str, Key]]:
    """The order that is named, live or ended."""
    return (("orders", (message.order_id,)),)


def names_of_cancel(message: CancelOrder) -> Iterable[tuple[str, Key]]:
    """The order that is named, live or ended; and is the id of the request used?"""
    return (("orders", (message.order_id,)), *_users(message.command_id))


def _users(request_id: str) -> tuple[tuple[str, Key], ...]:
    return (("orders", (request_id,)), ("requests", (request_id,)))


def names_of_replace(message: ReplaceApproved) -> Iterable[tuple[str, Key]]:
    """The order that is to be replaced, a cancel that overtook the replace; is its id used?"""
    order = message.order
    return (
        *_users(order.order_id),
        ("orders", (order.replaces or "",)),
        ("remembered_cancels", (order.account_id, order.order_id)),
    )


def names_of_report(message: VenueReport) -> Iterable[tuple[str, Key]]:
    """The order, and for an answer: its request; for an execution: itself, what it amends, and
    whether that counts.
    """
    yield "orders", (message.order_id,)
    if message.request_id is not None:
        yield "requests", (message.request_id,)
    execution = message.execution
    if execution is not None:
        yield "executions", (execution.execution_id,)
        yield "orphans", (execution.execution_id,)
        if execution.execution_ref is not None:
            yield "executions", (execution.execution_ref,)
            yield "amendments", (execution.execution_ref,)


def follows_order(
    message: CancelOrder | CancelRequested | ReplaceDenied, state: OmsState
) -> Iterable[tuple[str, Key]]:
    """What replaced the order that is named; of a child, its parent."""
    yield from successors(message.order_id, state)
    yield from _parent(message.order_id, state)


def follows_report(message: VenueReport, state: OmsState) -> Iterable[tuple[str, Key]]:
    """What replaced the order that is named; where none is, the request that has the id, and its
    order; of a child, its parent; of an execution, the group of its order, over or not.
    """
    order_id, request = message.order_id, state.requests.get(message.order_id)
    if state.orders.get(order_id) is None:
        yield "requests", (order_id,)
        order_id = order_id if request is None else request.order_id
        yield "orders", (order_id,)
    yield from successors(order_id, state)
    yield from _parent(order_id, state)
    row = state.orders.get(order_id)
    group_id = None if row is None or message.execution is None else group_id_of(row.state.order)
    if group_id is not None:
        yield "groups", (group_id,)


def _parent(order_id: str, state: OmsState) -> Iterable[tuple[str, Key]]:
    row = state.orders.get(order_id)
    order = None if row is None else row.state.order
    if order is not None and order.parent_id and order.order_class is OrderClass.SIMPLE:
        yield "orders", (order.parent_id,)


def follows_replace(message: ReplaceApproved, state: OmsState) -> Iterable[tuple[str, Key]]:
    """What replaced the order that is to be replaced."""
    return successors(message.order.replaces or "", state)


FOLLOWS = {
    CancelOrder: follows_order,
    CancelRequested: follows_order,
    ReplaceApproved: follows_replace,
    ReplaceDenied: follows_order,
    VenueReport: follows_report,
}
