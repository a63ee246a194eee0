"""Breakers at work: every valuation is measured against the account's limits."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from services.risk.core.breakers import BREAKERS, Breaker
from services.risk.core.latch import ACTION_STATES, ARMED, TRIPPED, halt_by_breaker
from services.risk.core.rows import AccountRow, BreakerRow
from services.risk.core.state import RiskState
from services.risk.core.trading_state import account_scope
from shared.events.portfolio import AccountValued
from shared.events.risk import LimitWarned
from shared.messages import Event
from shared.table import At
from shared.types import TradingState

WARN_AT = Decimal("0.8")


def arm(account_id: str, state: RiskState, at: At) -> None:
    """Every breaker of a new account begins armed."""
    for breaker in BREAKERS:
        if state.breakers.get(account_id, breaker.name) is None:
            state.breakers.put(
                BreakerRow(account_id=account_id, breaker=breaker.name, state=ARMED, at=at.wall)
            )


def measure(valued: AccountValued, state: RiskState, at: At) -> list[Event]:
    """What the breakers say to a valuation. One from before a re-arm is not looked at."""
    account = state.accounts.get(valued.account_id)
    if account is None:
        return []
    told: list[Event] = []
    for breaker in BREAKERS:
        row = state.breakers.get(account.account_id, breaker.name)
        if row is not None and (row.state == TRIPPED or _is_before(valued, row)):
            continue
        told += _measure(breaker, row, account, valued, state, at)
    return told


def _is_before(valued: AccountValued, row: BreakerRow) -> bool:
    return row.rearmed_at is not None and valued.at <= row.rearmed_at


def _measure(
    breaker: Breaker,
    row: BreakerRow | None,
    account: AccountRow,
    valued: AccountValued,
    state: RiskState,
    at: At,
) -> list[Event]:
    limits = state.books.of(account.account_id).limits
    value, limit = breaker.measure(valued, limits)
    to = ACTION_STATES.get(breaker.action(limits))
    if value > 0 and value >= limit and to is not None:
        return _trip(breaker, account, limit, value, to, state, at)
    is_near = value > 0 and value >= limit * WARN_AT
    if row is None or is_near == row.warned:
        return []
    if not is_near:
        state.breakers.put(msgspec.structs.replace(row, warned=False))
        return []
    state.breakers.put(msgspec.structs.replace(row, warned=True, value=value, limit_value=limit))
    return [
        LimitWarned(
            firm_id=account.firm_id,
            account_id=account.account_id,
            limit_name=breaker.limit_name,
            scope=account_scope(account.account_id),
            limit=limit,
            value=value,
        )
    ]


def _trip(
    breaker: Breaker,
    account: AccountRow,
    limit: Decimal,
    value: Decimal,
    to: TradingState,
    state: RiskState,
    at: At,
) -> list[Event]:
    reason = f"{breaker.name} of {value:f} is at the limit of {limit:f}"
    return halt_by_breaker(
        account.firm_id, account.account_id, breaker.name, limit, value, to, reason, state, at
    )
