"""Two books at the same number: equal, or an alert and a halt. (Stories: test_handlers.)"""

from __future__ import annotations

from services.risk.core.reconciliation import break_off, catch_up, shift
from services.risk.core.rows import ExpectedPositionRow
from shared.events.risk import AlertRaised, BreakerTripped, TradingStateChanged
from tests.builders import ACCOUNT, FIRM
from tests.unit.services.risk.desk import D, Desk


def waiting(quantity: str) -> Desk:
    desk = Desk()
    row = ExpectedPositionRow(account_id=ACCOUNT, symbol="AIG", oms_seq=5, quantity=D(quantity))
    desk.state.expected_positions.put(row)
    return desk


def caught_up(desk: Desk, seq: int) -> list[type]:
    told = catch_up(FIRM, ACCOUNT, "AIG", seq, desk.state, desk.at)
    return [type(event) for event in told]


def test_an_earlier_event_leaves_it_waiting() -> None:
    desk = waiting("1")
    assert caught_up(desk, 4) == []
    assert len(desk.state.expected_positions) == 1


def test_the_same_event_compares() -> None:
    assert caught_up(waiting("0"), 5) == []
    assert caught_up(waiting("1"), 5) == [AlertRaised, BreakerTripped, TradingStateChanged]


def test_a_later_event_makes_it_moot() -> None:
    desk = waiting("1")
    assert caught_up(desk, 6) == []
    assert len(desk.state.expected_positions) == 0


def test_an_adjustment_moves_what_is_waited_for() -> None:
    desk = waiting("1")
    shift(ACCOUNT, "AIG", D(-1), desk.state)
    shift(ACCOUNT, "IBM", D(-1), desk.state)
    assert caught_up(desk, 5) == []


def test_a_second_break_is_an_alert_and_no_second_trip() -> None:
    desk = Desk()
    told = (FIRM, ACCOUNT, "CODE", "text", D(1), desk.state, desk.at)
    assert len(break_off(*told)) == 3
    assert [type(event) for event in break_off(*told)] == [AlertRaised]
