"""Breakers that stay tripped until a named person re-arms them, in two steps.

Asking answers the numbers and a token, valid for five minutes; confirming with it re-arms. A trip
halts by a row of its own beside a person's halt, so that neither takes off the other.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from services.risk.core.rows import BreakerRow, TradingStateRow
from services.risk.core.state import RiskState
from services.risk.core.trading_state import account_scope, breaker_name
from shared.commands import RearmBreaker
from shared.events.risk import (
    BreakerRearmed,
    BreakerTripped,
    CommandRefused,
    RearmOffered,
    TradingStateChanged,
)
from shared.ids import derived_id
from shared.messages import Event
from shared.table import At
from shared.types import SECOND_US, ZERO, TradingState

ARMED, TRIPPED = "armed", "tripped"
TOKEN_US = 300 * SECOND_US
ACTION_STATES = {"reduce": TradingState.REDUCING, "halt": TradingState.HALTED}


def halt_by_breaker(
    firm_id: str,
    account_id: str,
    breaker: str,
    limit: Decimal,
    value: Decimal,
    to: TradingState,
    reason: str,
    state: RiskState,
    at: At,
) -> list[Event]:
    """Trip a breaker of an account; nothing more happens where it is tripped already."""
    row = state.breakers.get(account_id, breaker)
    if row is not None and row.state == TRIPPED:
        return []
    state.breakers.put(
        BreakerRow(
            account_id=account_id,
            breaker=breaker,
            state=TRIPPED,
            value=value,
            limit_value=limit,
            at=at.wall,
            warned=True,
            rearmed_at=None if row is None else row.rearmed_at,
        )
    )
    scope, by = account_scope(account_id), breaker_name(breaker)
    state.trading_states.put(
        TradingStateRow(
            scope_key=scope.key,
            by=by,
            kind=scope.kind.value,
            name=scope.name,
            account_id=scope.account_id,
            state=to,
            reason=reason,
            actor=by,
            at=at.wall,
        )
    )
    whose: dict[str, Any] = {"firm_id": firm_id, "account_id": account_id}
    action = "halt" if to is TradingState.HALTED else "reduce"
    return [
        BreakerTripped(
            **whose, breaker=breaker, scope=scope, limit=limit, value=value, action=action
        ),
        TradingStateChanged(
            **whose, scope=scope, state=state.halts.of_scope(scope), reason=reason, actor=by, by=by
        ),
    ]


def rearm(command: RearmBreaker, state: RiskState, at: At) -> list[Event]:
    """Either step of a re-arm."""
    row = state.breakers.get(command.account_id, command.breaker)
    if not command.actor.strip():
        return [refused(command, "ACTOR_MISSING", "a re-arm needs a named person")]
    if row is None or row.state != TRIPPED:
        return [refused(command, "BREAKER_NOT_TRIPPED", f"{command.breaker} is not tripped")]
    if command.token is None:
        return [_offer(command, row, state, at)]
    if row.token is None or command.token != row.token:
        return [refused(command, "TOKEN_WRONG", "this is not the token that was offered")]
    if row.token_expires_at is None or at.wall > row.token_expires_at:
        return [refused(command, "TOKEN_EXPIRED", f"valid until {row.token_expires_at}")]
    return _confirm(command, row, state, at)


def refused(command: object, code: str, text: str) -> CommandRefused:
    """The answer to a command that is not carried out."""
    return CommandRefused(
        firm_id=getattr(command, "firm_id", ""),
        account_id=getattr(command, "account_id", ""),
        command_id=getattr(command, "command_id", ""),
        code=code,
        text=text,
    )


def _offer(command: RearmBreaker, row: BreakerRow, state: RiskState, at: At) -> Event:
    if not command.reason.strip():
        return refused(command, "REASON_MISSING", "a re-arm needs a reason")
    token = derived_id("rearm", command.command_id, row.account_id, row.breaker)
    expires_at = at.wall.plus(TOKEN_US)
    state.breakers.put(
        msgspec.structs.replace(
            row, token=token, token_expires_at=expires_at, reason=command.reason
        )
    )
    return RearmOffered(
        firm_id=command.firm_id,
        account_id=command.account_id,
        breaker=row.breaker,
        token=token,
        limit=row.limit_value or ZERO,
        value=row.value or ZERO,
        tripped_at=row.at,
        expires_at=expires_at,
    )


def _confirm(command: RearmBreaker, row: BreakerRow, state: RiskState, at: At) -> list[Event]:
    scope, by = account_scope(row.account_id), breaker_name(row.breaker)
    reason = command.reason or row.reason
    state.breakers.put(
        msgspec.structs.replace(
            row,
            state=ARMED,
            at=at.wall,
            warned=False,
            token=None,
            token_expires_at=None,
            reason=reason,
            rearmed_at=at.wall,
        )
    )
    state.trading_states.delete(scope.key, by)
    whose: dict[str, Any] = {"firm_id": command.firm_id, "account_id": command.account_id}
    return [
        BreakerRearmed(
            **whose, breaker=row.breaker, scope=scope, actor=command.actor, reason=reason
        ),
        TradingStateChanged(
            **whose,
            scope=scope,
            state=state.halts.of_scope(scope),
            reason=reason,
            actor=command.actor,
            by=by,
        ),
    ]
