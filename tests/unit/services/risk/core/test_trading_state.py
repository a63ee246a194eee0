"""Scopes, and the strictest state that applies."""

from __future__ import annotations

import pytest

from services.risk.core.rows import TradingStateRow
from services.risk.core.trading_state import (
    Halts,
    account_scope,
    breaker_name,
    canonical,
    covers,
)
from shared.types import Scope, ScopeKind, TradingState
from tests.builders import ACCOUNT, FIRM, NOON, order


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (Scope(kind=ScopeKind.ACCOUNT), Scope(kind=ScopeKind.ACCOUNT, name="a")),
        (Scope(kind=ScopeKind.ACCOUNT, account_id="b"), Scope(kind=ScopeKind.ACCOUNT, name="b")),
        (Scope(kind=ScopeKind.FIRM), Scope(kind=ScopeKind.FIRM, name="f")),
        (
            Scope(kind=ScopeKind.STRATEGY, name="s"),
            Scope(kind=ScopeKind.STRATEGY, name="s", account_id="a"),
        ),
        (
            Scope(kind=ScopeKind.SYMBOL, name="AIG", account_id="x"),
            Scope(kind=ScopeKind.SYMBOL, name="AIG"),
        ),
        (Scope(kind=ScopeKind.ALL, name="x"), Scope(kind=ScopeKind.ALL)),
    ],
)
def test_one_scope_has_one_key(given: Scope, meant: Scope) -> None:
    assert canonical(given, "a", "f") == meant


@pytest.mark.parametrize(
    ("scope", "is_in"),
    [
        (Scope(kind=ScopeKind.ALL), True),
        (Scope(kind=ScopeKind.FIRM, name=FIRM), True),
        (Scope(kind=ScopeKind.FIRM, name="firm-2"), False),
        (account_scope(ACCOUNT), True),
        (Scope(kind=ScopeKind.STRATEGY, name="manual", account_id=ACCOUNT), True),
        (Scope(kind=ScopeKind.STRATEGY, name="manual", account_id="other"), False),
        (Scope(kind=ScopeKind.SYMBOL, name="IBM"), False),
    ],
)
def test_an_order_is_in_its_scopes(scope: Scope, is_in: bool) -> None:
    assert covers(scope, order("one")) is is_in


def halted(by: str, state: TradingState, scope: Scope) -> TradingStateRow:
    return TradingStateRow(
        scope_key=scope.key, by=by, kind=scope.kind.value, name=scope.name,
        account_id=scope.account_id, state=state, reason="test", actor="ada", at=NOON,
    )  # fmt: skip


def test_a_scope_with_two_reasons_is_as_strict_as_the_stricter_one() -> None:
    halts, scope = Halts(), account_scope(ACCOUNT)
    manual = halted("manual", TradingState.REDUCING, scope)
    breaker = halted(breaker_name("daily_loss"), TradingState.HALTED, scope)
    assert halts.is_empty
    for row in (manual, breaker):
        halts.on_row(None, row)
    assert halts.of_scope(scope) is TradingState.HALTED
    assert halts.strictest(order("one")) is breaker
    halts.on_row(breaker, None)
    assert halts.of_scope(scope) is TradingState.REDUCING
    halts.on_row(manual, None)
    assert halts.is_empty
    assert halts.strictest(order("one")) is None
