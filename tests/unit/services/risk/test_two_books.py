"""Risk's book against the venue's word and against portfolio's."""

from __future__ import annotations

from typing import Any

import pytest

from shared.events.oms import (
    ExecutionBusted,
    ExecutionCorrected,
    OrderFlagged,
)
from shared.events.portfolio import PositionAdjusted, PositionChanged
from shared.events.risk import (
    AlertRaised,
    BreakerTripped,
    TradingStateChanged,
)
from shared.types import Execution, OrderStatus, Scope, ScopeKind, Side
from tests.builders import ACCOUNT
from tests.unit.services.risk.desk import D, Desk, limit, state_of

ACCOUNT_SCOPE = Scope(kind=ScopeKind.ACCOUNT, name=ACCOUNT)


def execution(quantity: str, price: str, name: str = "execution-1") -> Execution:
    return Execution(
        execution_id=name, order_id="one", account_id=ACCOUNT, symbol="AIG", side=Side.BUY,
        quantity=D(quantity), price=D(price), transact_at=Desk().at.market,
    )  # fmt: skip


def test_a_bust_takes_quantity_and_cash_back_and_the_order_lives_again() -> None:
    desk = Desk()
    verdict = desk.submit("one", **limit("100"))
    desk.fill("one", "100", "100")
    told = state_of(verdict.order, OrderStatus.NEW)
    desk.told(ExecutionBusted, "oms", state=told, execution=execution("100", "100"))
    assert desk.row("positions", ACCOUNT, "AIG").quantity == 0
    assert desk.row("accounts", ACCOUNT).cash == 100_000
    assert desk.row("live_orders", "one").quantity == 100


def test_a_correction_puts_one_execution_in_the_place_of_another() -> None:
    desk = Desk()
    verdict = desk.submit("one", **limit("100"))
    desk.fill("one", "100", "100")
    told = state_of(verdict.order, OrderStatus.PARTIALLY_FILLED, D(90))
    desk.told(
        ExecutionCorrected, "oms", state=told, execution=execution("90", "99", "execution-2"),
        previous=execution("100", "100"),
    )  # fmt: skip
    assert desk.row("positions", ACCOUNT, "AIG").quantity == 90
    assert desk.row("accounts", ACCOUNT).cash == D(100_000 - 90 * 99)
    assert desk.row("live_orders", "one").cum_quantity == 90


def position(desk: Desk, quantity: str, seq: int) -> list[Any]:
    return desk.told(
        PositionChanged, "portfolio", symbol="AIG", quantity=D(quantity), average_price=D(100),
        cost_basis=D(0), realised=D(0), cash=D(0), currency="USD", oms_seq=seq, order_id="one",
        execution_id="execution-1",
    )  # fmt: skip


def test_the_same_position_at_the_same_number_says_nothing() -> None:
    desk = Desk()
    desk.submit("one")
    desk.fill("one", "60", "100")
    assert position(desk, "60", desk.numbers["oms"]) == []


def test_a_difference_raises_an_alert_and_halts_the_account() -> None:
    desk = Desk()
    desk.submit("one")
    desk.fill("one", "60", "100")
    said = position(desk, "61", desk.numbers["oms"])
    assert [type(event) for event in said] == [AlertRaised, BreakerTripped, TradingStateChanged]
    assert "risk has 60, portfolio 61" in said[0].text
    assert desk.denied("two") == ["TRADING_STATE_HALTED"]


def test_what_portfolio_says_first_waits_until_risk_has_handled_the_same_event() -> None:
    desk = Desk()
    desk.submit("one")
    number = desk.numbers["oms"] + 1
    assert position(desk, "60", number) == []
    desk.told(PositionAdjusted, "portfolio", symbol="AIG", quantity_delta=D(5), reason="import")
    desk.fill("one", "60", "100")
    assert desk.rows("expected_positions") == []
    assert desk.denied("two") == []
    assert position(desk, "65", number) == []


def test_an_older_position_is_not_compared() -> None:
    desk = Desk()
    desk.submit("one")
    desk.fill("one", "60", "100")
    desk.fill("one", "10", "100")
    assert position(desk, "60", desk.numbers["oms"] - 1) == []


@pytest.mark.parametrize(("alert", "halts"), [("reconcile", True), ("late_fill", False)])
def test_what_oms_flags_is_an_alert_and_a_broken_book_a_halt(alert: str, halts: bool) -> None:
    desk = Desk()
    said = desk.told(OrderFlagged, "oms", order_id="one", alert=alert, text="look")
    assert isinstance(said[0], AlertRaised)
    assert (desk.denied("one") == ["TRADING_STATE_HALTED"]) is halts


def test_a_reconciliation_halt_is_taken_off_by_a_person_only() -> None:
    desk = Desk()
    desk.told(OrderFlagged, "oms", order_id="one", alert="reconcile", text="look")
    assert desk.resume(ACCOUNT_SCOPE)[0].code == "BREAKER_LATCHED"
    offer: Any = desk.rearm("reconciliation")
    desk.rearm("reconciliation", token=offer.token)
    assert desk.denied("one") == []
