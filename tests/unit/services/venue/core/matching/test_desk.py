"""What can be traded against: ages, sides and what was taken; the book that the rows keep."""

from __future__ import annotations

import pytest

from shared.types import OrderType, Side, Time, TimeInForce
from tests.builders import ACCOUNT
from tests.unit.services.venue.core.matching.test_hours import closed_floor, ms
from tests.unit.services.venue.floor import Floor, fills, kinds, quote, trade


def aged_floor() -> Floor:
    """47.81 x 47.82 at noon; quotes older than 100 ms are none."""
    floor = Floor()
    floor.terms(quote_age_us_max=100_000)
    floor.ticks(quote(0, 10, 47.81, 47.82))
    return floor


@pytest.mark.parametrize(("arrives", "wanted"), [(100, ["filled"]), (100.001, [])])
def test_an_order_does_not_trade_against_a_quote_that_is_too_old(
    arrives: float, wanted: list[str]
) -> None:
    floor = aged_floor()
    floor.submit(ms=arrives)
    assert kinds(floor.complete(arrives)) == wanted


def test_it_takes_the_next_quote_instead() -> None:
    floor = aged_floor()
    floor.submit(ms=500)
    assert fills(floor.ticks(quote(600, 11, 47.83, 47.84))) == [(100, 47.84, 600, 11)]


def test_an_ioc_that_finds_an_old_quote_is_canceled() -> None:
    floor = aged_floor()
    floor.submit(ms=500, time_in_force=TimeInForce.IOC)
    assert kinds(floor.complete(500)) == ["canceled"]


def test_without_the_setting_the_quote_in_force_counts_however_old() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82))
    floor.submit(ms=3_600_000)
    assert fills(floor.complete(3_600_000)) == [(100, 47.82, 3_600_000, 10)]


def test_a_print_of_before_an_orders_arrival_does_not_fill_it_and_the_standing_quote_does() -> None:
    floor = Floor()
    floor.ticks(trade(0, 47.0, 900), quote(1, 10, 47.81, 47.82), trade(2, 47.0, 900), through=5)
    assert floor.submit("rests", ms=3, limit_price="47.5")[1:] == []
    assert fills(floor.submit("takes", ms=3)) == [(100, 47.82, 5, 10)]


def test_what_was_taken_at_a_quote_counts_for_resting_orders_too() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82))
    floor.submit("first", limit_price="47.80", quantity=100)
    floor.submit("second", limit_price="47.80", quantity=100)
    reports = floor.ticks(quote(1, 11, 47.7, 47.8, ask_size=130))
    assert [quantity for quantity, *_ in fills(reports)] == [100, 30]
    assert fills(floor.submit("third", ms=1)) == []


def test_positions_are_the_sum_of_executions() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82))
    floor.submit("b", quantity=70)
    floor.submit("s", quantity=100, side=Side.SELL)
    assert floor.row("paper_positions", ACCOUNT, "AIG").quantity == -30


def test_a_limit_with_extended_hours_rests_and_is_filled_before_the_open_and_others_are_not() -> (
    None
):
    floor = closed_floor()
    begin = ms("2013-10-09T12:00:00Z")
    floor.submit("early", ms=begin, limit_price="47.80", extended_hours=True)
    floor.submit("regular", ms=begin, limit_price="47.80")
    reports = floor.ticks(trade(begin + 1, 47.5, 900), quote(begin + 2, 11, 47.5, 47.6))
    assert [(one.order_id, fills([one])) for one in reports] == [
        ("early", [(100, 47.80, begin + 1, None)])
    ]
    assert floor.paper("regular").type is OrderType.LIMIT
    assert floor.paper("regular").expires_at == Time.parse("2013-10-09T20:00:00Z")
