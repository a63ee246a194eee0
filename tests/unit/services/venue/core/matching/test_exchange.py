"""The paper exchange, by hand: every price, size and time below is worked out on paper."""

from __future__ import annotations

import pytest

from shared.table import Latest
from shared.types import Side, TimeInForce
from tests.unit.services.venue.floor import Floor, batch, fills, kinds, quote, trade

SELL = {"side": Side.SELL}


def open_floor() -> Floor:
    """47.81 x 47.82, 500 a side, row 10, complete to noon."""
    floor = Floor()
    floor.ticks(quote(-5, 10, 47.81, 47.82), through=0)
    return floor


# -- when an order meets the market ---------------------------------------------------------------


def test_a_market_order_pays_the_far_side_of_the_quote_in_force() -> None:
    floor = open_floor()
    reports = floor.submit()
    assert kinds(reports) == ["accepted", "filled"]
    assert fills(reports) == [(100, 47.82, 0, 10)]
    assert fills(floor.submit("order-2", **SELL)) == [(100, 47.81, 0, 10)]


def test_a_fill_names_the_time_and_row_of_its_quote() -> None:
    (_, filled) = open_floor().submit()
    execution = filled.execution
    assert execution is not None and execution.quote_at is not None
    assert (execution.transact_at - execution.quote_at, execution.quote_row) == (5000, 10)


def test_an_order_waits_until_every_tick_up_to_its_arrival_is_known() -> None:
    floor = open_floor()
    assert kinds(floor.submit(ms=7)) == ["accepted"]
    assert floor.paper().status == "waiting"
    reports = floor.ticks(quote(9, 12, 47.84, 47.85))
    assert fills(reports) == [(100, 47.82, 7, 10)]


def test_an_order_meets_the_last_quote_that_is_not_after_its_arrival() -> None:
    floor = open_floor()
    floor.submit(ms=7)
    reports = floor.ticks(
        quote(6, 11, 47.82, 47.83), quote(7, 12, 47.83, 47.84), quote(8, 13, 47.9, 47.91)
    )
    assert fills(reports) == [(100, 47.84, 7, 12)]


def test_of_several_quotes_of_one_microsecond_the_last_is_in_force() -> None:
    floor = open_floor()
    floor.submit(ms=7)
    reports = floor.ticks(
        quote(7, 11, 47.82, 47.83), quote(7, 12, 47.83, 47.84), quote(7, 13, 47.84, 47.85)
    )
    assert fills(reports) == [(100, 47.85, 7, 13)]


def test_an_order_of_a_quiet_symbol_is_matched_when_its_partition_is_complete() -> None:
    floor = open_floor()
    floor.submit(ms=7)
    assert floor.complete(6) == []
    assert fills(floor.complete(9)) == [(100, 47.82, 7, 10)]


def test_an_order_that_comes_late_meets_the_market_as_it_is_known() -> None:
    floor = open_floor()
    floor.ticks(quote(40, 11, 47.84, 47.85), through=50)
    assert fills(floor.submit(ms=7)) == [(100, 47.85, 50, 11)]


def test_no_other_partition_completes_a_symbol() -> None:
    floor = open_floor()
    floor.submit(ms=7)
    assert floor.complete(9, "IBM") == []
    assert floor.paper().status == "waiting"


def test_without_any_quote_a_market_order_takes_the_first_that_comes() -> None:
    floor = Floor()
    assert kinds(floor.submit(ms=7)) == ["accepted"]
    assert floor.complete(8) == []
    assert fills(floor.ticks(quote(9, 1, 47.81, 47.82))) == [(100, 47.82, 9, 1)]


def test_orders_that_wait_meet_the_market_in_the_order_of_their_arrival() -> None:
    floor = open_floor()
    floor.submit("order-b", ms=3, quantity=300)
    floor.submit("order-a", ms=7, quantity=300)
    reports = floor.ticks(quote(9, 11, 47.81, 47.83))
    assert [report.order_id for report in reports] == ["order-b", "order-a", "order-a"]
    assert fills(reports) == [(300, 47.82, 3, 10), (200, 47.82, 7, 10), (100, 47.83, 9, 11)]


# -- size -----------------------------------------------------------------------------------------


def test_a_market_order_takes_the_displayed_size_and_waits_for_the_next_quotes() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82, ask_size=200))
    reports = floor.submit(quantity=500)
    assert fills(reports) == [(200, 47.82, 0, 10)]
    reports = floor.ticks(
        quote(1, 11, 47.81, 47.83, ask_size=100), quote(2, 12, 47.81, 47.85, ask_size=900)
    )
    assert fills(reports) == [(100, 47.83, 1, 11), (200, 47.85, 2, 12)]
    assert floor.paper().status == "filled"


def test_two_orders_of_a_firm_do_not_take_the_same_displayed_size() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82, ask_size=150))
    assert fills(floor.submit("order-1")) == [(100, 47.82, 0, 10)]
    assert fills(floor.submit("order-2")) == [(50, 47.82, 0, 10)]
    assert fills(floor.submit("order-3")) == []
    assert fills(floor.ticks(quote(1, 11, 47.81, 47.82, ask_size=120))) == [
        (50, 47.82, 1, 11),
        (70, 47.82, 1, 11),
    ]


def test_the_two_sides_of_a_quote_are_taken_apart() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82, bid_size=100, ask_size=100))
    assert fills(floor.submit("order-1")) == [(100, 47.82, 0, 10)]
    assert fills(floor.submit("order-2", **SELL)) == [(100, 47.81, 0, 10)]


def test_firms_do_not_see_each_other() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82, ask_size=100))
    assert fills(floor.submit("order-1")) == [(100, 47.82, 0, 10)]
    assert fills(floor.submit("order-2", firm_id="firm-2")) == [(100, 47.82, 0, 10)]


def test_what_was_taken_is_remembered_over_a_restart() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82, ask_size=150))
    floor.submit("order-1")
    floor.restart()
    assert fills(floor.submit("order-2")) == [(50, 47.82, 0, 10)]


def test_a_displayed_size_of_zero_gives_nothing() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82, ask_size=0))
    assert kinds(floor.submit()) == ["accepted"]


# -- time in force --------------------------------------------------------------------------------


def test_what_is_left_of_an_ioc_is_canceled_at_once() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82, ask_size=60))
    reports = floor.submit(time_in_force=TimeInForce.IOC)
    assert kinds(reports) == ["accepted", "filled", "canceled"]
    assert fills(reports) == [(60, 47.82, 0, 10)]
    assert reports[-1].reason == "ioc"


def test_an_ioc_limit_that_is_not_marketable_is_canceled_whole() -> None:
    reports = open_floor().submit(limit_price="47", time_in_force=TimeInForce.IOC)
    assert kinds(reports) == ["accepted", "canceled"]


def test_an_ioc_waits_for_its_market_time_like_any_order() -> None:
    floor = open_floor()
    assert kinds(floor.submit(ms=3, time_in_force=TimeInForce.IOC)) == ["accepted"]
    assert kinds(floor.complete(3)) == ["filled"]


@pytest.mark.parametrize(("size", "wanted"), [(100, ["filled"]), (99, ["canceled"])])
def test_a_fok_trades_whole_or_not_at_all(size: int, wanted: list[str]) -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82, ask_size=size))
    assert kinds(floor.submit(time_in_force=TimeInForce.FOK)) == ["accepted", *wanted]


# -- quotes that are none -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bid", "ask"),
    [(47.83, 47.82), (0.0, 47.82), (47.81, 0.0), (float("nan"), 47.82), (47.81, float("inf"))],
)
def test_nothing_trades_against_a_quote_that_is_missing_one_sided_or_crossed(
    bid: float, ask: float
) -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, bid, ask))
    assert kinds(floor.submit()) == ["accepted"]
    assert floor.ticks(quote(1, 11, bid, ask)) == []
    assert fills(floor.ticks(quote(2, 12, 47.81, 47.82))) == [(100, 47.82, 2, 12)]


def test_a_locked_quote_can_be_traded_against() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.82, 47.82))
    assert fills(floor.submit()) == [(100, 47.82, 0, 10)]


# -- shards ---------------------------------------------------------------------------------------


def test_the_shards_of_a_process_see_the_same_market_whatever_their_order() -> None:
    seen: dict = {}
    floors = [Floor(Latest(seen)) for _ in range(3)]
    for floor in floors:
        floor.ticks(quote(-5, 10, 47.81, 47.82), through=0)
    for floor in floors:
        floor.submit(ms=7)
    ticks = batch(quote(9, 11, 47.84, 47.85), through=10)
    found = [fills(floor.see("AIG", ticks)) for floor in floors]  # type: ignore[arg-type]
    assert found == [[(100, 47.82, 7, 10)]] * 3


def test_executions_have_ids_that_follow_from_the_order() -> None:
    ids = []
    for _ in range(2):
        floor = Floor()
        floor.ticks(quote(0, 10, 47.81, 47.82, ask_size=60))
        floor.submit()
        floor.ticks(quote(1, 11, 47.81, 47.82))
        ids.append([row.execution_id for row in floor.rows("paper_executions")])
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2


def test_the_exchange_keeps_a_book_of_its_own() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82, ask_size=60))
    floor.submit()
    row = floor.paper()
    assert (row.cum_quantity, row.leaves, row.status, row.fills) == (60, 40, "taking", 1)
    (done,) = floor.rows("paper_executions")
    assert (done.quantity, float(done.price), done.liquidity) == (60, 47.82, "taker")
    assert done.venue_order_id == row.venue_order_id


def test_a_resting_fill_is_the_makers() -> None:
    floor = open_floor()
    floor.submit(limit_price="47.80")
    floor.ticks(trade(1, 47.5, 900))
    assert [row.liquidity for row in floor.rows("paper_executions")] == ["maker"]
