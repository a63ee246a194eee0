"""The gate: every check runs, exits pass what limits new risk, and it fails closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.risk.core import checks, gate
from services.risk.core.codes import VIOLATIONS
from services.risk.core.gate import CHECKS, EXIT, NOT_FOR_EXITS, WITH_NUMBERS, evidence, without
from shared.table import Latest
from shared.types import AccountType, Scope, ScopeKind, Side
from tests.unit.services.risk.desk import D, Desk, codes, limit


def test_every_violation_is_returned_in_the_order_of_the_checks() -> None:
    desk = Desk(
        AccountType.CASH, "1000", order_quantity_max="5", order_notional_max="100",
        position_quantity_max="5", open_orders_max="0",
    )  # fmt: skip
    desk.halt(Scope(kind=ScopeKind.SYMBOL, name="AIG"))
    assert desk.denied("one") == [
        "TRADING_STATE_HALTED",
        "QUANTITY_EXCEEDS_MAX_PER_ORDER",
        "NOTIONAL_EXCEEDS_MAX_PER_ORDER",
        "BUYING_POWER_INSUFFICIENT",
        "POSITION_EXCEEDS_QUANTITY_MAX",
        "OPEN_ORDERS_EXCEED_MAX",
    ]


def test_every_file_of_checks_is_in_the_tuple() -> None:
    folder = Path(str(checks.__file__)).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert files == {check.__name__ for check in CHECKS}
    assert len(CHECKS) == len(set(CHECKS)) == 29


def test_an_exit_needs_no_limits_no_price_no_power_no_state_and_no_rate() -> None:
    desk = Desk()
    desk.buy("AIG", "100", "100")
    desk.set_limits(orders_per_second_max="0", open_orders_max="0", order_notional_max="1")
    desk.halt(Scope(kind=ScopeKind.ALL))
    desk.wait(3600)
    verdict = desk.submit(
        "out", side=Side.SELL, quantity=D(60), asked_at=desk.at.wall.plus(-(9**9))
    )
    assert verdict.exit
    assert desk.denied("in", quantity=D(1)) != []


def test_an_exit_with_an_unknown_price_is_reserved_as_an_exit() -> None:
    desk = Desk()
    desk.buy("AIG", "100", "100")
    desk.state.latest = Latest()
    assert desk.denied("out", side=Side.SELL, quantity=D(60)) == []
    assert desk.denied("rest", side=Side.SELL, quantity=D(41)) != []
    assert desk.denied("last", side=Side.SELL, quantity=D(40)) == []


def test_a_gate_that_cannot_decide_denies() -> None:
    desk = Desk()
    desk.state.latest = Latest()
    desk.state.limits.delete(next(desk.state.limits.rows()).scope_key)
    assert desk.denied("one") == [
        "LIMITS_MISSING",
        "VALUATION_MISSING",
        "ROOM_SILENT",
        "REFERENCE_PRICE_MISSING",
    ]


def test_checks_that_reckon_are_left_out_where_there_is_no_number() -> None:
    assert set(gate.UNSOUND) == set(CHECKS) - WITH_NUMBERS
    assert set(EXIT) == set(CHECKS) - NOT_FOR_EXITS
    assert without(frozenset(CHECKS)) == ()


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-1", "0"])
def test_numbers_that_are_none_die_at_the_gate(text: str) -> None:
    assert Desk().denied("one", quantity=D(text)) == ["ORDER_QUANTITY_INVALID"]
    assert Desk().denied("two", **limit(text)) == ["ORDER_PRICE_INVALID"]


def test_price_and_quantity_in_each_others_place_are_denied_or_held_to_the_money() -> None:
    # Mizuho 2005: 610,000 shares at 1 instead of 1 at 610,000.
    desk = Desk(order_quantity_max="100000", price_collar_pct="5")
    assert "QUANTITY_EXCEEDS_MAX_PER_ORDER" in desk.denied("one", quantity=D(610_000))
    assert "PRICE_OUTSIDE_COLLAR" in desk.denied("two", side=Side.SELL, **limit("1"))


def test_the_same_evidence_gives_the_same_verdict() -> None:
    desk = Desk(order_quantity_max="5")
    first, second = desk.judge()[2], desk.judge()[2]
    assert first == second
    assert set(codes(first.violations)) <= set(VIOLATIONS)


def test_evidence_names_the_quote_and_what_it_led_to() -> None:
    desk = Desk()
    asked, _, _ = desk.judge(side=Side.SELL, **limit("101"))
    told = evidence(asked, desk.state)
    assert (told.bid, told.ask, told.reference) == (100.0, 100.1, 100)
    assert (told.worst_notional, told.buying_power) == (10_100, 200_000)


def test_without_a_quote_evidence_is_the_limits_version_only() -> None:
    desk = Desk()
    asked, _, _ = desk.judge(symbol="FIX")
    told = evidence(asked, desk.state)
    assert (told.bid, told.quote_at, told.limits_version) == (None, None, 1)
