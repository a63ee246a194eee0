"""What `trading_state` denies, and what it lets pass."""

from __future__ import annotations

import pytest

from services.risk.core.checks.trading_state import trading_state
from shared.types import Scope, ScopeKind, Side, TradingState
from tests.builders import ACCOUNT, FIRM
from tests.unit.services.risk.desk import D, Desk

SCOPES = [
    Scope(kind=ScopeKind.ALL),
    Scope(kind=ScopeKind.FIRM, name=FIRM),
    Scope(kind=ScopeKind.ACCOUNT, name=ACCOUNT),
    Scope(kind=ScopeKind.STRATEGY, name="manual", account_id=ACCOUNT),
    Scope(kind=ScopeKind.SYMBOL, name="AIG"),
]


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.kind.value)
def test_a_halt_of_each_scope_that_the_order_is_in_denies(scope: Scope) -> None:
    desk = Desk()
    assert desk.check(trading_state) is None
    desk.halt(scope)
    told = desk.check(trading_state)
    assert told is not None
    assert (told.code, told.scope) == ("TRADING_STATE_HALTED", scope.key)


@pytest.mark.parametrize(
    "scope",
    [
        Scope(kind=ScopeKind.STRATEGY, name="other", account_id=ACCOUNT),
        Scope(kind=ScopeKind.SYMBOL, name="IBM"),
    ],
    ids=lambda scope: scope.kind.value,
)
def test_a_halt_of_what_the_order_is_not_in_says_nothing(scope: Scope) -> None:
    desk = Desk()
    desk.halt(scope)
    assert desk.check(trading_state) is None


def test_the_strictest_state_wins() -> None:
    desk = Desk()
    desk.halt(SCOPES[4], state=TradingState.REDUCING)
    told = desk.check(trading_state)
    assert told is not None
    assert told.code == "TRADING_STATE_REDUCING"
    desk.halt(SCOPES[1])
    told = desk.check(trading_state)
    assert told is not None
    assert (told.code, told.scope) == ("TRADING_STATE_HALTED", SCOPES[1].key)


def test_a_verified_exit_passes_a_halt_and_a_larger_order_does_not() -> None:
    desk = Desk()
    desk.buy("AIG", "100", "100")
    desk.halt(SCOPES[0])
    assert "TRADING_STATE_HALTED" in desk.denied("more", side=Side.SELL, quantity=D(101))
    assert desk.denied("out", side=Side.SELL, quantity=D(100)) == []
