"""What is written down of every decision and every event for people: rows that only grow."""

from __future__ import annotations

from typing import Any

import msgspec

from services.risk.core.rows import CounterRow, DecisionRow, RiskEventRow
from services.risk.core.state import RiskState
from services.risk.core.violations import account_key
from shared import codec
from shared.events.risk import (
    AlertRaised,
    BreakerRearmed,
    BreakerTripped,
    Evidence,
    LimitsChanged,
    LimitWarned,
    OrderDenied,
    ReplaceDenied,
    TradingStateChanged,
    WithdrawalDenied,
)
from shared.messages import Command, Event
from shared.table import At
from shared.types import Order, Violation

APPROVED, DENIED = "approved", "denied"
FOR_PEOPLE = frozenset(
    {
        OrderDenied,
        ReplaceDenied,
        WithdrawalDenied,
        LimitWarned,
        BreakerTripped,
        BreakerRearmed,
        TradingStateChanged,
        LimitsChanged,
        AlertRaised,
    }
)
NUMBER = "risk_events"


def write_decision(
    state: RiskState,
    command: Command,
    kind: str,
    violations: tuple[Violation, ...],
    at: At,
    **told: Any,
) -> None:
    """Keep a verdict with its evidence; `told` are further fields of DecisionRow."""
    state.decisions.put(
        DecisionRow(
            order_id=command.command_id,
            kind=kind,
            account_id=command.account_id,
            firm_id=command.firm_id,
            verdict=DENIED if violations else APPROVED,
            actor=command.actor,
            violations=violations,
            at=at.wall,
            market_at=at.market,
            **told,
        )
    )


def of_order(order: Order, evidence: Evidence, is_exit: bool) -> dict[str, Any]:
    """The fields of a decision about an order."""
    return {
        "exit": is_exit,
        "symbol": order.symbol,
        "side": order.side.value,
        "quantity": order.quantity if order.quantity.is_finite() else None,
        "client_order_id": order.client_order_id,
        "evidence": evidence,
        "body": order,
    }


def write_events(state: RiskState, events: list[Event], cause: str | None, at: At) -> list[Event]:
    """Keep a row of each event that people hear; returns all of them."""
    for event in events:
        if type(event) in FOR_PEOPLE:
            _write_event(state, event, cause, at)
    return events


def _write_event(state: RiskState, event: Event, cause: str | None, at: At) -> None:
    counter = state.counters.get(NUMBER)
    value = 1 if counter is None else counter.value + 1
    state.counters.put(CounterRow(name=NUMBER, value=value))
    told = msgspec.structs.replace(
        event, at=at.wall, market_at=at.market, cause=event.cause or cause
    )
    code, scope = code_and_scope(event)
    state.risk_events.put(
        RiskEventRow(
            number=f"{value:012d}",
            event=type(event).__name__,
            code=code,
            scope=scope,
            account_id=event.account_id,
            body=msgspec.Raw(codec.encode(told)),
            at=at.wall,
            market_at=at.market,
        )
    )


def code_and_scope(event: Any) -> tuple[str, str]:
    """What an event for people is about, in two words."""
    if isinstance(event, OrderDenied | ReplaceDenied | WithdrawalDenied):
        first = event.violations[0]
        return first.code, account_key(event.account_id)
    scope = event.scope.key
    if isinstance(event, LimitWarned):
        return event.limit_name, scope
    if isinstance(event, BreakerTripped | BreakerRearmed):
        return event.breaker, scope
    if isinstance(event, TradingStateChanged):
        return f"TRADING_STATE_{event.state.value.upper()}", scope
    return (event.code, scope) if isinstance(event, AlertRaised) else ("LIMITS_CHANGED", scope)
