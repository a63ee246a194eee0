"""What people set, and what the clock takes off again."""

from __future__ import annotations

from typing import Any

import pytest

from services.risk.core.scopes import expire
from shared.commands import SetLimits
from shared.events.risk import CancelRequested, CommandRefused, LimitsChanged, TradingStateChanged
from shared.types import Scope, ScopeKind, TradingState
from tests.builders import ACCOUNT, FIRM
from tests.unit.services.risk.desk import D, Desk, limit
from tests.unit.services.risk.legs import accept, oco, placed, stop_loss

SCOPE = Scope(kind=ScopeKind.ACCOUNT, name=ACCOUNT)


def test_a_change_of_limits_has_a_version_a_person_and_a_reason() -> None:
    desk = Desk()
    (answer,) = desk.set_limits(open_orders_max="5", price_collar_pct="50")
    assert isinstance(answer, LimitsChanged)
    assert (answer.version, answer.changed) == (2, {"open_orders_max": "5"})
    row = desk.row("limits", SCOPE.key)
    assert (row.version, row.actor, row.reason) == (2, "ada", "test")
    assert [change.version for change in desk.rows("limit_changes")] == [1, 2]


def test_limits_are_in_force_at_the_next_order() -> None:
    desk = Desk()
    desk.set_limits(order_quantity_max="99")
    assert desk.denied("one") == ["QUANTITY_EXCEEDS_MAX_PER_ORDER"]
    desk.set_limits(order_quantity_max="off")
    assert desk.denied("two") == []


def test_a_change_with_one_wrong_value_changes_nothing() -> None:
    desk = Desk()
    (answer,) = desk.set_limits(open_orders_max="5", order_quantity_max="NaN")
    assert isinstance(answer, CommandRefused)
    assert answer.code == "LIMIT_INVALID"
    assert desk.row("limits", SCOPE.key).version == 1


@pytest.mark.parametrize("kind", [ScopeKind.FIRM, ScopeKind.SYMBOL, ScopeKind.ALL])
def test_limits_of_what_is_not_enforced_are_refused(kind: ScopeKind) -> None:
    scope = Scope(kind=kind, name="AIG")
    (answer,) = Desk().command(SetLimits, scope=scope, values={}, reason="test")
    assert answer.code == "SCOPE_NOT_ENFORCED"


def test_a_halt_has_a_person_a_reason_and_a_time() -> None:
    desk = Desk()
    (said,) = desk.halt(SCOPE, reason="odd fills")
    assert isinstance(said, TradingStateChanged)
    assert (said.state, said.actor, said.reason) == (TradingState.HALTED, "ada", "odd fills")
    row = desk.row("trading_states", SCOPE.key, "manual")
    assert (row.state, row.at) == (TradingState.HALTED, desk.at.wall)


def test_a_halt_with_cancel_asks_for_the_working_orders_of_its_scope() -> None:
    desk = Desk()
    for name, symbol in (("one", "AIG"), ("two", "IBM"), ("three", "AIG")):
        desk.submit(name, symbol=symbol, **limit("10"))
    said = desk.halt(Scope(kind=ScopeKind.SYMBOL, name="AIG"), cancel=True)
    cancels = [event for event in said if isinstance(event, CancelRequested)]
    assert [event.order_id for event in cancels] == ["one", "three"]
    assert {event.account_id for event in cancels} == {ACCOUNT}
    everything = desk.halt(Scope(kind=ScopeKind.ALL), cancel=True)
    assert len(everything) == 4


def test_a_halt_with_cancel_leaves_the_exits_of_groups_alone() -> None:
    desk = Desk()
    desk.buy("IBM", "100", "50")
    desk.submit("protection", symbol="IBM", **oco("60", stop_loss("45", "l2")))
    accept(desk, "protection")
    placed(desk)
    desk.fill("one", "40", "100")
    desk.submit("own", symbol="IBM", **limit("10"))
    said = desk.halt(SCOPE, cancel=True)
    cancels = [event.order_id for event in said if isinstance(event, CancelRequested)]
    assert cancels == ["one", "own"]


def test_a_resume_takes_the_halt_off() -> None:
    desk = Desk()
    desk.halt(Scope(kind=ScopeKind.FIRM, name=FIRM))
    assert desk.denied("one") == ["TRADING_STATE_HALTED"]
    (said,) = desk.resume(Scope(kind=ScopeKind.FIRM))
    assert said.state is TradingState.ACTIVE
    assert desk.denied("two") == []


def test_a_resume_of_what_is_active_says_so() -> None:
    (said,) = Desk().resume(SCOPE)
    assert said.state is TradingState.ACTIVE


def test_a_halt_that_expires_is_taken_off_by_the_clock() -> None:
    desk = Desk()
    desk.halt(SCOPE, expires_at=desk.at.wall.plus(5_000_000))
    assert desk.tick(4.9) == []
    (said,) = desk.tick(0.1)
    assert isinstance(said, TradingStateChanged)
    assert (said.state, said.actor, said.firm_id) == (TradingState.ACTIVE, "clock", FIRM)
    assert desk.denied("one") == []
    assert expire(desk.state, desk.at) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"actor": ""}, "ACTOR_MISSING"),
        ({"reason": " "}, "REASON_MISSING"),
        ({"state": TradingState.ACTIVE}, "STATE_INVALID"),
        ({"scope": Scope(kind=ScopeKind.ACCOUNT, name="nobody")}, "ACCOUNT_UNKNOWN"),
        ({"scope": Scope(kind=ScopeKind.SYMBOL)}, "SCOPE_INVALID"),
    ],
)
def test_what_is_no_halt_is_refused(fields: dict[str, Any], code: str) -> None:
    desk = Desk()
    answer = desk.halt(**{"scope": SCOPE, **fields})[0]
    assert answer.code == code
    assert desk.denied("one", quantity=D(1)) == []
