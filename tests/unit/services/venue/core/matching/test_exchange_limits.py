"""Limits at the paper exchange, by hand: what takes, what rests, and what goes through it."""

from __future__ import annotations

from shared.types import Side
from tests.unit.services.venue.floor import Floor, fills, kinds, quote, trade

SELL = {"side": Side.SELL}


def open_floor() -> Floor:
    """47.81 x 47.82, 500 a side, row 10, complete to noon."""
    floor = Floor()
    floor.ticks(quote(-5, 10, 47.81, 47.82), through=0)
    return floor


def test_a_marketable_limit_pays_the_far_side_and_not_its_limit() -> None:
    assert fills(open_floor().submit(limit_price="48")) == [(100, 47.82, 0, 10)]
    assert fills(open_floor().submit(limit_price="47", **SELL)) == [(100, 47.81, 0, 10)]


def test_a_limit_at_the_far_side_is_marketable() -> None:
    assert fills(open_floor().submit(limit_price="47.82")) == [(100, 47.82, 0, 10)]


def test_a_limit_that_is_not_marketable_rests() -> None:
    floor = open_floor()
    assert kinds(floor.submit(limit_price="47.80")) == ["accepted"]
    assert floor.paper().status == "resting"


def test_a_resting_buy_gets_its_limit_when_the_ask_comes_to_it_or_through_it() -> None:
    for ask in (47.80, 47.70):
        floor = open_floor()
        floor.submit(limit_price="47.80")
        assert fills(floor.ticks(quote(1, 11, 47.69, ask))) == [(100, 47.80, 1, 11)]


def test_a_resting_sell_gets_its_limit_when_the_bid_comes_to_it_or_through_it() -> None:
    for bid in (47.83, 47.95):
        floor = open_floor()
        floor.submit(limit_price="47.83", **SELL)
        assert fills(floor.ticks(quote(1, 11, bid, 47.96))) == [(100, 47.83, 1, 11)]


def test_a_resting_order_gets_no_more_than_the_size_that_crosses_it() -> None:
    floor = open_floor()
    floor.submit(limit_price="47.80", quantity=500)
    assert fills(floor.ticks(quote(1, 11, 47.7, 47.8, ask_size=200))) == [(200, 47.8, 1, 11)]
    assert fills(floor.ticks(quote(2, 12, 47.7, 47.79, ask_size=900))) == [(300, 47.8, 2, 12)]


def test_a_resting_buy_is_filled_by_a_print_strictly_below_its_limit() -> None:
    floor = open_floor()
    floor.submit(limit_price="47.80")
    assert floor.ticks(trade(1, 47.80, 1000)) == []
    assert fills(floor.ticks(trade(2, 47.79, 60))) == [(60, 47.80, 2, None)]
    assert fills(floor.ticks(trade(3, 47.79, 1000))) == [(40, 47.80, 3, None)]


def test_a_resting_sell_is_filled_by_a_print_strictly_above_its_limit() -> None:
    floor = open_floor()
    floor.submit(limit_price="47.83", **SELL)
    assert floor.ticks(trade(1, 47.83, 1000)) == []
    assert fills(floor.ticks(trade(2, 47.84, 1000))) == [(100, 47.83, 2, None)]


def test_the_size_of_a_print_is_shared_out_best_limit_first_then_first_come() -> None:
    floor = open_floor()
    floor.submit("order-1", limit_price="47.79", quantity=100)
    floor.submit("order-2", limit_price="47.80", quantity=100)
    floor.submit("order-3", limit_price="47.80", quantity=100)
    reports = floor.ticks(trade(1, 47.5, 250))
    found = [(report.order_id, report.cum_quantity) for report in reports]
    assert found == [("order-2", 100), ("order-3", 100), ("order-1", 50)]


def test_a_print_of_before_its_arrival_fills_no_order() -> None:
    floor = open_floor()
    floor.submit(limit_price="47.80", ms=7)
    assert fills(floor.ticks(trade(5, 47.5, 900), trade(7, 47.5, 900))) == []
    assert fills(floor.ticks(trade(8, 47.5, 900))) == [(100, 47.80, 8, None)]


def test_a_print_never_fills_a_market_order() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82, ask_size=50))
    floor.submit()
    assert floor.ticks(trade(1, 47.0, 900)) == []


def test_a_limit_that_took_all_there_was_goes_on_taking_within_its_limit() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82, ask_size=100))
    assert fills(floor.submit(limit_price="47.85", quantity=300)) == [(100, 47.82, 0, 10)]
    assert floor.paper().status == "taking"
    assert fills(floor.ticks(quote(1, 11, 47.81, 47.84, ask_size=100))) == [(100, 47.84, 1, 11)]


def test_from_the_first_quote_beyond_its_limit_it_rests_and_gets_its_limit() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82, ask_size=100))
    floor.submit(limit_price="47.85", quantity=300)
    floor.ticks(quote(1, 11, 47.85, 47.86))
    assert floor.paper().status == "resting"
    assert fills(floor.ticks(quote(2, 12, 47.82, 47.84, ask_size=150))) == [(150, 47.85, 2, 12)]


def test_a_quote_that_is_missing_one_sided_or_crossed_fills_no_resting_order() -> None:
    floor = open_floor()
    floor.submit(limit_price="47.80")
    floor.submit("sell", limit_price="47.83", **SELL)
    for bid, ask in ((47.79, 47.78), (0.0, 47.7), (47.9, 0.0), (float("nan"), 47.7)):
        assert floor.ticks(quote(1, 11, bid, ask)) == []


def test_a_print_without_a_price_or_size_fills_no_resting_order() -> None:
    floor = open_floor()
    floor.submit(limit_price="47.80")
    for price, size in ((0.0, 900), (-1.0, 900), (47.0, 0.0), (47.0, float("nan"))):
        assert floor.ticks(trade(1, price, size)) == []


def test_a_tick_behind_the_stretchs_own_end_is_played_all_the_same() -> None:
    floor = open_floor()
    floor.submit(limit_price="47.80")
    floor.submit("later", ms=7)
    reports = floor.ticks(trade(5, 47.5, 900), quote(9, 11, 47.83, 47.84), through=4)
    assert fills(reports) == [(100, 47.80, 5, None), (100, 47.82, 7, 10)]
