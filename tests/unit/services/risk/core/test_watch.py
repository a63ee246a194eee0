"""Breakers at work: warnings at 80 %, trips, and what they do."""

from __future__ import annotations

from typing import Any

import pytest

from services.risk.core.watch import arm, measure
from shared.events.portfolio import AccountValued
from shared.events.risk import BreakerTripped, LimitWarned, TradingStateChanged
from shared.types import TradingState
from tests.builders import ACCOUNT
from tests.unit.services.risk.desk import D, Desk


def lose(desk: Desk, amount: str) -> list[Any]:
    """A valuation with that much lost today."""
    desk.wait(1)
    return desk.value(equity=D("100000") - D(amount))


def test_below_80_per_cent_nothing_is_said() -> None:
    assert lose(Desk(daily_loss_max="1000"), "799.99") == []


def test_a_warning_is_said_once_a_crossing() -> None:
    desk = Desk(daily_loss_max="1000")
    (warned,) = lose(desk, "800")
    assert isinstance(warned, LimitWarned)
    assert (warned.limit_name, warned.limit, warned.value) == ("daily_loss_max", 1000, 800)
    assert lose(desk, "850") == []
    assert lose(desk, "700") == []
    assert isinstance(lose(desk, "900")[0], LimitWarned)


def test_at_the_limit_it_trips_and_halts() -> None:
    desk = Desk(daily_loss_max="1000")
    tripped, halted = lose(desk, "1000")
    assert isinstance(tripped, BreakerTripped)
    assert (tripped.breaker, tripped.action) == ("daily_loss", "halt")
    assert (tripped.limit, tripped.value) == (1000, 1000)
    assert isinstance(halted, TradingStateChanged)
    assert (halted.by, halted.state) == ("breaker/daily_loss", TradingState.HALTED)
    assert lose(desk, "5000") == []


def test_flows_are_not_losses() -> None:
    desk = Desk(daily_loss_max="1000")
    desk.move_cash("withdrawal", "-50000")
    desk.wait(1)
    assert desk.value() == []
    desk.move_cash("deposit", "50000")
    desk.wait(1)
    assert lose(desk, "1000")[0].value == 1000


def test_a_deposit_does_not_hide_a_loss() -> None:
    desk = Desk(daily_loss_max="1000")
    desk.move_cash("deposit", "5000")
    desk.wait(1)
    assert isinstance(desk.value(equity=D(104_000))[0], BreakerTripped)


def test_reduce_lets_only_exits_through_too() -> None:
    desk = Desk(daily_loss_max="1000", daily_loss_action="reduce")
    assert lose(desk, "1000")[0].action == "reduce"
    desk.refresh()
    assert desk.denied("one") == ["TRADING_STATE_REDUCING"]


def test_warn_never_trips() -> None:
    desk = Desk(daily_loss_max="1000", daily_loss_action="warn")
    assert [type(event) for event in lose(desk, "5000")] == [LimitWarned]
    desk.refresh()
    assert desk.denied("one") == []


@pytest.mark.parametrize("loss", ["0", "1000000"])
def test_a_limit_that_is_off_says_nothing(loss: str) -> None:
    assert lose(Desk(), loss) == []


def test_with_a_limit_of_zero_the_first_loss_trips_and_none_does_not() -> None:
    desk = Desk(daily_loss_max="0")
    assert lose(desk, "0") == []
    assert isinstance(lose(desk, "0.01")[0], BreakerTripped)


def test_an_account_begins_with_its_breakers_armed() -> None:
    desk = Desk()
    row = desk.row("breakers", ACCOUNT, "daily_loss")
    assert (row.state, row.value) == ("armed", None)
    arm(ACCOUNT, desk.state, desk.at)
    assert not desk.state.breakers.is_changed()


def test_a_valuation_of_an_unknown_account_is_not_measured() -> None:
    desk = Desk()
    seen = desk.state.latest.read(AccountValued, ACCOUNT)
    desk.state.accounts.delete(ACCOUNT)
    assert measure(seen, desk.state, desk.at) == []
