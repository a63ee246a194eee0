"""What people set: limits of an account, halts of a scope; and what the clock takes off again."""

from __future__ import annotations

from typing import Any

from services.risk.core.groups import protects
from services.risk.core.latch import refused
from services.risk.core.limits import LimitsInvalid, changed
from services.risk.core.rows import LimitChangeRow, LimitsRow, LiveOrderRow, TradingStateRow
from services.risk.core.state import RiskState
from services.risk.core.trading_state import MANUAL, canonical, covers
from shared.commands import HaltTrading, ResumeTrading, SetLimits
from shared.events.risk import (
    CancelRequested,
    CommandRefused,
    LimitsChanged,
    TradingStateChanged,
)
from shared.messages import Event
from shared.table import At
from shared.types import Scope, ScopeKind, TradingState

Answer = list[Event]
ScopeCommand = SetLimits | HaltTrading | ResumeTrading


def set_limits(command: SetLimits, state: RiskState, at: At) -> Answer:
    """Put values over the limits in force; all or none."""
    scope = canonical(command.scope, command.account_id, command.firm_id)
    fault = _fault(command, scope, state)
    if scope.kind is not ScopeKind.ACCOUNT:
        text = f"limits of a {scope.kind} are not enforced in this release"
        fault = refused(command, "SCOPE_NOT_ENFORCED", text)
    if fault is not None:
        return [fault]
    old = state.limits.get(scope.key)
    try:
        values = changed({} if old is None else old.values, command.values)
    except LimitsInvalid as error:
        return [refused(command, error.code, error.text)]
    before = {} if old is None else old.values
    news = {name: text for name, text in values.items() if before.get(name) != text}
    version = 1 if old is None else old.version + 1
    told: dict[str, Any] = {"version": version, "values": values}
    told |= {"actor": command.actor, "reason": command.reason}
    state.limits.put(LimitsRow(scope_key=scope.key, at=at.wall, **told))
    state.limit_changes.put(
        LimitChangeRow(
            change_id=command.command_id, scope_key=scope.key, changed=news, at=at.wall, **told
        )
    )
    return [LimitsChanged(**_whose(command), scope=scope, changed=news, **told)]


def halt(command: HaltTrading, state: RiskState, at: At) -> Answer:
    """Set a scope to REDUCING or HALTED; with `cancel`, ask for its working orders' cancel; the
    exits of a group stay, for they only reduce.
    """
    scope = canonical(command.scope, command.account_id, command.firm_id)
    fault = _fault(command, scope, state)
    if command.state is TradingState.ACTIVE:
        fault = refused(command, "STATE_INVALID", "a halt is reducing or halted")
    if fault is not None:
        return [fault]
    state.trading_states.put(
        TradingStateRow(
            scope_key=scope.key,
            by=MANUAL,
            kind=scope.kind.value,
            name=scope.name,
            account_id=scope.account_id,
            state=command.state,
            reason=command.reason,
            actor=command.actor,
            at=at.wall,
            expires_at=command.expires_at,
        )
    )
    told: Answer = [
        TradingStateChanged(
            **_whose(command),
            scope=scope,
            state=state.halts.of_scope(scope),
            reason=command.reason,
            actor=command.actor,
            expires_at=command.expires_at,
        )
    ]
    if command.cancel:
        told += [_cancel(row, command.reason) for row in _working(scope, state)]
    return told


def _working(scope: Scope, state: RiskState) -> list[LiveOrderRow]:
    account = scope.name if scope.kind is ScopeKind.ACCOUNT else scope.account_id
    rows = state.live_orders.by("account", account) if account else state.live_orders.rows()
    return [row for row in rows if covers(scope, row.body) and not protects(row)]


def _cancel(row: LiveOrderRow, reason: str) -> Event:
    return CancelRequested(
        firm_id=row.firm_id, account_id=row.account_id, order_id=row.order_id, reason=reason
    )


def resume(command: ResumeTrading, state: RiskState, at: At) -> Answer:
    """Take a person's halt off a scope. A breaker's stays until it is re-armed."""
    scope = canonical(command.scope, command.account_id, command.firm_id)
    fault = _fault(command, scope, state)
    if fault is not None:
        return [fault]
    had = state.trading_states.get(scope.key, MANUAL) is not None
    state.trading_states.delete(scope.key, MANUAL)
    left = state.halts.of((scope.kind.value, scope.name, scope.account_id))
    if left is not None and not had:
        text = f"halted by {left.by}: re-arm it"
        return [refused(command, "BREAKER_LATCHED", text)]
    return [
        TradingStateChanged(
            **_whose(command),
            scope=scope,
            state=state.halts.of_scope(scope),
            reason=command.reason,
            actor=command.actor,
        )
    ]


def expire(state: RiskState, at: At) -> Answer:
    """Halts whose time is up are taken off."""
    told: Answer = []
    for row in list(state.trading_states.rows()):
        if row.expires_at is None or row.expires_at > at.wall:
            continue
        state.trading_states.delete(row.scope_key, row.by)
        scope = Scope(kind=ScopeKind(row.kind), name=row.name, account_id=row.account_id)
        told.append(
            TradingStateChanged(
                firm_id=_firm_of(scope, state),
                account_id=scope.name if scope.kind is ScopeKind.ACCOUNT else scope.account_id,
                scope=scope,
                state=state.halts.of_scope(scope),
                reason=f"expired: {row.reason}",
                actor="clock",
                by=row.by,
            )
        )
    return told


def _firm_of(scope: Scope, state: RiskState) -> str:
    if scope.kind is ScopeKind.FIRM:
        return scope.name
    account = state.accounts.get(scope.name) or state.accounts.get(scope.account_id)
    return "" if account is None else account.firm_id


def _whose(command: ScopeCommand) -> dict[str, Any]:
    return {"firm_id": command.firm_id, "account_id": command.account_id}


def _fault(command: ScopeCommand, scope: Scope, state: RiskState) -> CommandRefused | None:
    if not command.actor.strip():
        return refused(command, "ACTOR_MISSING", "somebody must answer for it")
    if not command.reason.strip():
        return refused(command, "REASON_MISSING", "it needs a reason")
    account = scope.name if scope.kind is ScopeKind.ACCOUNT else scope.account_id
    if account and state.accounts.get(account) is None:
        return refused(command, "ACCOUNT_UNKNOWN", f"no account {account}")
    if scope.kind is not ScopeKind.ALL and not scope.name:
        return refused(command, "SCOPE_INVALID", f"which {scope.kind}?")
    return None
