"""Telemetry of risk: one `risk_events` point for each event that people hear."""

from __future__ import annotations

from shared.events.risk import (
    AlertRaised,
    BreakerRearmed,
    BreakerTripped,
    LimitWarned,
    OrderDenied,
    TradingStateChanged,
)
from shared.messages import Event, Message
from shared.telemetry import tags


def points(message: Message) -> list[str]:
    """Lines of measurement `risk_events` (tags code, scope): count, the event's type."""
    if not isinstance(message, Event):
        return []
    return [_line(message, code, scope) for code, scope in _codes(message)]


def _codes(message: Event) -> list[tuple[str, str]]:
    if isinstance(message, OrderDenied):
        return [(violation.code, violation.scope) for violation in message.violations]
    if isinstance(message, BreakerTripped | BreakerRearmed):
        return [(f"{type(message).__name__}_{message.breaker}", message.scope.key)]
    if isinstance(message, LimitWarned):
        return [(f"LimitWarned_{message.limit_name}", message.scope.key)]
    if isinstance(message, AlertRaised):
        return [(message.code, message.scope.key)]
    if isinstance(message, TradingStateChanged):
        return [(f"TradingState_{message.state}", message.scope.key)]
    return []


def _line(message: Event, code: str, scope: str) -> str:
    named = tags("risk_events", code=code, scope=scope)
    time_ns = int(message.at) * 1000 + message.seq % 1000
    return f'{named} count=1i,type="{type(message).__name__}" {time_ns}'
