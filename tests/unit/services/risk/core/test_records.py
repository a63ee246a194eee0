"""What is written down for people."""

from __future__ import annotations

import msgspec

from services.risk.core.records import code_and_scope, of_order, write_events
from shared.events.risk import (
    AlertRaised,
    BreakerRearmed,
    CancelRequested,
    Evidence,
    LimitsChanged,
    LimitWarned,
    TradingStateChanged,
)
from shared.types import Scope, ScopeKind, TradingState
from tests.builders import order
from tests.unit.services.risk.desk import D, Desk

SCOPE = Scope(kind=ScopeKind.ALL)


def test_events_for_people_are_numbered_and_whole() -> None:
    desk = Desk()
    desk.submit("one", quantity=D(10_000_000))
    desk.submit("two", quantity=D(10_000_000))
    first, second = desk.rows("risk_events")[-2:]
    assert int(second.number) == int(first.number) + 1
    body = msgspec.json.decode(first.body)
    assert (body["type"], body["order"]["order_id"], body["cause"]) == ("OrderDenied", "one", "one")
    assert body["at"] == str(desk.at.wall)


def test_a_restart_goes_on_numbering() -> None:
    desk = Desk()
    desk.submit("one", quantity=D(10_000_000))
    desk.restart()
    desk.submit("two", quantity=D(10_000_000))
    numbers = [int(row.number) for row in desk.rows("risk_events")]
    assert numbers == list(range(1, len(numbers) + 1))


def test_what_nobody_hears_is_not_written() -> None:
    desk = Desk()
    before = len(desk.rows("risk_events"))
    told = [CancelRequested(order_id="one", reason="test")]
    assert write_events(desk.state, told, None, desk.at) == told
    assert len(desk.rows("risk_events")) == before


def test_every_event_has_a_code_and_a_scope() -> None:
    alert = AlertRaised(code="ODD", scope=SCOPE, text="")
    rearmed = BreakerRearmed(breaker="daily_loss", scope=SCOPE, actor="ada", reason="r")
    warned = LimitWarned(limit_name="daily_loss_max", scope=SCOPE, limit=D(1), value=D(1))
    state = TradingStateChanged(scope=SCOPE, state=TradingState.HALTED, reason="r", actor="ada")
    limits = LimitsChanged(scope=SCOPE, version=1, values={}, changed={}, actor="ada", reason="r")
    assert [code_and_scope(event) for event in (alert, rearmed, warned, state, limits)] == [
        ("ODD", "all::"),
        ("daily_loss", "all::"),
        ("daily_loss_max", "all::"),
        ("TRADING_STATE_HALTED", "all::"),
        ("LIMITS_CHANGED", "all::"),
    ]


def test_a_decision_about_an_order_without_a_number_keeps_none() -> None:
    assert of_order(order("one", quantity=D("NaN")), Evidence(), False)["quantity"] is None
