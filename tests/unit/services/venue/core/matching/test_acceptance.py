"""What the exchange takes, and the orders that end, hide or will not take."""

from __future__ import annotations

from typing import Any

import pytest

from shared.types import OrderType, Side, TimeInForce
from tests.unit.services.venue.floor import Floor, at, fills, kinds, quote, trade

GTD: dict[str, Any] = {"time_in_force": TimeInForce.GTD, "limit_price": "47.50"}
POST: dict[str, Any] = {"post_only": True}


def open_floor(symbol: str = "AIG") -> Floor:
    """47.81 x 47.82, 500 a side, row 10, complete to noon."""
    floor = Floor()
    floor.ticks(quote(-5, 10, 47.81, 47.82), through=0, symbol=symbol)
    return floor


ONLY_RESTING = "only a limit order of day, gtc or gtd can rest"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (GTD, "gtd: no time is given at which the order ends"),
        ({**GTD, "expires_at": at(0)}, "gtd: it ended at 2013-10-09T16:00:00Z"),
        (POST, f"post_only: {ONLY_RESTING}"),
        ({**POST, "limit_price": 47, "time_in_force": TimeInForce.IOC},
         f"post_only: {ONLY_RESTING}"),
        ({"display_quantity": 10}, f"display_quantity: {ONLY_RESTING}"),
        ({"display_quantity": 101, "limit_price": 47},
         "display_quantity 101 is not within the quantity of 100"),
        ({"display_quantity": 0, "limit_price": 47},
         "display_quantity 0 is not within the quantity of 100"),
        ({"quantity": "0.5"}, "0.5 is no multiple of the lot of 1"),
        ({"display_quantity": "2.5", "limit_price": 47}, "2.5 is no multiple of the lot of 1"),
        ({"type": OrderType.TRAILING_STOP}, "order type trailing_stop is not supported"),
    ],
)  # fmt: skip
def test_the_first_reason_against_an_order_is_told(fields: dict, reason: str) -> None:
    floor = open_floor()
    reports = floor.submit(**fields)
    assert (kinds(reports), reports[0].reason) == (["rejected"], reason)
    assert floor.paper().status == "rejected"


def test_a_replacement_is_held_to_the_same() -> None:
    floor = open_floor()
    floor.submit(limit_price="47.50")
    (report,) = floor.replace("order-2", limit_price="47.50", quantity="99.5")
    assert report.reason == "99.5 is no multiple of the lot of 1"


# -- gtd ------------------------------------------------------------------------------------------

SESSION = (True, "2013-10-10T13:30:00Z", "2013-10-09T20:00:00Z")


def test_a_gtd_order_trades_until_its_time_and_is_reported_expired_by_the_clock() -> None:
    floor = open_floor()
    floor.submit("ends", expires_at=at(2000), **GTD)
    floor.submit("stays", expires_at=at(9000), **GTD)
    assert fills(floor.ticks(trade(1999, 47.4, 60))) == [(60, 47.5, 1999, None)]
    assert floor.ticks(trade(2000, 47.4, 40)) != []
    assert floor.paper("ends").cum_quantity == 60
    assert floor.clock("2013-10-09T16:00:01.999999Z", *SESSION) == []
    (report,) = floor.clock("2013-10-09T16:00:02Z", *SESSION)
    assert (report.order_id, str(report.kind), report.cum_quantity) == ("ends", "expired", 60)
    assert floor.clock("2013-10-09T16:00:03Z", *SESSION) == []


def test_a_gtd_order_lives_over_the_close() -> None:
    floor = open_floor()
    floor.clock("2013-10-09T16:00:00Z", *SESSION)
    days = {"expires_at": at(0).plus(2 * 86_400_000_000)}
    floor.submit(**GTD, **days)
    closed = (False, "2013-10-10T13:30:00Z", "2013-10-10T20:00:00Z")
    assert floor.clock("2013-10-09T20:00:00Z", *closed) == []
    assert floor.paper().is_live


def test_a_gtd_order_can_be_given_another_end() -> None:
    floor = open_floor()
    floor.submit(**GTD, expires_at=at(2000))
    floor.replace("order-2", **GTD, expires_at=at(9000))
    assert floor.clock("2013-10-09T16:00:05Z", *SESSION) == []
    assert kinds(floor.clock("2013-10-09T16:00:09Z", *SESSION)) == ["expired"]


# -- post only ------------------------------------------------------------------------------------


def test_a_post_only_order_that_would_take_is_rejected() -> None:
    reports = open_floor().submit(limit_price="47.82", **POST)
    assert kinds(reports) == ["accepted", "rejected"]
    assert reports[-1].reason == "post_only: it would take at 47.82"


def test_it_is_judged_when_it_arrives() -> None:
    floor = open_floor()
    floor.submit("taken over", ms=5, limit_price="47.82", side=Side.SELL, **POST)
    floor.submit("in time", ms=5, limit_price="47.83", side=Side.SELL, **POST)
    reports = floor.ticks(quote(4, 11, 47.82, 47.84), quote(6, 12, 47.7, 47.71))
    assert [(one.order_id, str(one.kind)) for one in reports] == [("taken over", "rejected")]
    assert floor.paper("in time").status == "resting"


def test_it_rests_and_is_filled_as_a_maker_when_the_other_side_comes_to_it() -> None:
    floor = open_floor()
    assert kinds(floor.submit(limit_price="47.80", **POST)) == ["accepted"]
    assert fills(floor.ticks(quote(1, 11, 47.7, 47.79))) == [(100, 47.80, 1, 11)]
    assert [row.liquidity for row in floor.rows("paper_executions")] == ["maker"]


def test_without_a_quote_there_is_nothing_to_take_and_it_rests() -> None:
    floor = Floor()
    floor.complete(0)
    floor.submit(limit_price="48", **POST)
    assert floor.paper().status == "resting"
    assert fills(floor.ticks(quote(1, 11, 47.7, 47.79))) == [(100, 48, 1, 11)]


# -- icebergs -------------------------------------------------------------------------------------

ICEBERG: dict[str, Any] = {"limit_price": "47.81", "quantity": 250, "display_quantity": 100}


def test_an_iceberg_gives_no_more_than_it_shows_at_one_touch() -> None:
    floor = open_floor()
    floor.submit(**ICEBERG)
    found = fills(floor.ticks(trade(1, 47.7, 900), trade(2, 47.7, 900), quote(3, 11, 47.7, 47.75)))
    assert found == [(100, 47.81, 1, None), (100, 47.81, 2, None), (50, 47.81, 3, 11)]


def test_a_part_of_what_it_shows_leaves_the_rest_in_its_place_and_a_refill_goes_to_the_end() -> (
    None
):
    """500 ahead. 560: 60 of the shown 100. 20: 20. 900: the last 20 shown; then all again."""
    floor = open_floor()
    floor.submit(**ICEBERG)
    found = fills(floor.ticks(trade(1, 47.81, 560), trade(2, 47.81, 20), trade(3, 47.81, 900)))
    assert [quantity for quantity, *_ in found] == [60, 20, 20]
    row = floor.paper()
    assert (row.shown, row.ahead, row.leaves) == (100, None, 150)
    assert floor.ticks(trade(4, 47.81, 900)) == []
    floor.ticks(quote(5, 11, 47.81, 47.82, bid_size=300))
    assert fills(floor.ticks(trade(6, 47.81, 900))) == [(100, 47.81, 6, None)]
    assert floor.paper().shown == 50


def test_a_refill_comes_behind_the_firms_other_orders_at_its_price() -> None:
    floor = open_floor()
    floor.submit("iceberg", **ICEBERG)
    floor.submit("plain", limit_price="47.81", quantity=100)
    floor.ticks(trade(1, 47.7, 100))
    reports = floor.ticks(trade(2, 47.7, 150))
    found = [(one.order_id, float(one.execution.quantity)) for one in reports if one.execution]
    assert found == [("plain", 100), ("iceberg", 50)]


def test_an_iceberg_that_takes_takes_all_it_can() -> None:
    floor = open_floor()
    reports = floor.submit(limit_price="47.82", quantity=450, display_quantity=100)
    assert fills(reports) == [(450, 47.82, 0, 10)]


def test_what_an_iceberg_shows_outlives_a_restart() -> None:
    floor = open_floor()
    floor.submit(**ICEBERG)
    floor.ticks(trade(1, 47.7, 70))
    floor.restart()
    assert fills(floor.ticks(trade(2, 47.7, 900))) == [(30, 47.81, 2, None)]


# -- fractions ------------------------------------------------------------------------------------


def test_a_fractionable_instrument_trades_in_parts_of_a_share() -> None:
    floor = open_floor("PART")
    reports = floor.submit(symbol="PART", quantity="0.123456789")
    assert fills(reports) == [(0.123456789, 47.82, 0, 10)]
    floor.submit("rests", symbol="PART", quantity="1.5", limit_price="47.80")
    reports = floor.ticks(trade(1, 47.7, 1), trade(2, 47.7, 1), symbol="PART")
    assert [quantity for quantity, *_ in fills(reports)] == [1, 0.5]
