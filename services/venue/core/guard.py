"""The last check before the broker, made again at the last hop: it trusts nothing it can check.

A refusal is a report of the link, `guard: ...`, and the order is never sent. Cancels do not pass
through here: nothing holds them up.
"""

from __future__ import annotations

import msgspec

from services.venue.core.observations import KillFlag
from shared.events.oms import OrderSubmitted, OrderTriggered, ReplacePending
from shared.types import SECOND_US, Order, OrderState, Scope, ScopeKind, Time


class GuardLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The guard's settings. `retired` names message types that must not cause a send any more."""

    age_ms_max: int = 30_000
    orders_per_second_max: int = 5_000
    retired: frozenset[str] = frozenset()


def refusal(
    message: OrderSubmitted | OrderTriggered | ReplacePending,
    flag: KillFlag | None,
    sent_this_second: int,
    limits: GuardLimits,
    wall: Time,
) -> str | None:
    """Why the message must not lead to a send, or None. The first reason found is told."""
    kind = type(message).__name__
    if kind in limits.retired:
        return f"guard: {kind} is a retired message type"
    if not message.state.exit and is_killed(message.state.order, flag):
        return "guard: kill flag is set"
    excess = _excess(message.state)
    if excess is not None:
        return excess
    age_ms = (wall - message.at) // 1000
    if age_ms > limits.age_ms_max:
        return f"guard: {age_ms} ms old, limit {limits.age_ms_max} ms"
    if sent_this_second >= limits.orders_per_second_max:
        return f"guard: more than {limits.orders_per_second_max} orders in a second"
    return None


def is_killed(order: Order, flag: KillFlag | None) -> bool:
    """Whether the flag covers the order."""
    return flag is not None and any(covers(scope, order) for scope in flag.scopes)


def covers(scope: Scope, order: Order) -> bool:
    """Whether an order lies in a scope."""
    if scope.kind is ScopeKind.ALL:
        return True
    if scope.kind is ScopeKind.STRATEGY:
        return (scope.account_id, scope.name) == (order.account_id, order.strategy)
    names = {
        ScopeKind.FIRM: order.firm_id,
        ScopeKind.ACCOUNT: order.account_id,
        ScopeKind.SYMBOL: order.symbol,
    }
    return names[scope.kind] == scope.name


def rate_second(wall: Time) -> int:
    """The wall second that the rate counts in."""
    return wall // SECOND_US


def _excess(state: OrderState) -> str | None:
    approved, sent = state.order.quantity, state.cum_quantity + state.leaves_quantity
    if sent > approved:
        return f"guard: {sent} to send, {approved} approved"
    return None
