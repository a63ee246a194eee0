"""Orders for the opening and the close, from the first print to the last."""

from __future__ import annotations

from typing import Any

import pytest

from shared.table import At
from shared.types import Side, Time, TimeInForce
from tests.unit.services.venue.core.matching.test_hours import (
    CLOSE,
    CLOSE_10,
    OPEN,
    OPEN_10,
    ms,
)
from tests.unit.services.venue.floor import Floor, fills, kinds, quote, trade

OPG: dict[str, Any] = {"time_in_force": TimeInForce.OPG}
CLS: dict[str, Any] = {"time_in_force": TimeInForce.CLS}
OPENS, CLOSES = ms(OPEN), ms(CLOSE)
MINUTE = 60_000.0
EARLY, MIDDAY, LATE = "2013-10-09T12:30:00Z", "2013-10-09T16:00:00Z", "2013-10-09T21:00:00Z"


def a_floor(now: str = "2013-10-09T12:00:00Z", is_open: bool = False) -> Floor:
    """47.81 x 47.82 since 12:00; the clock is at `now`."""
    floor = Floor()
    midnight = Time.parse("2013-10-09T04:00:00Z")
    floor.at = At(midnight, midnight)
    floor.clock("2013-10-09T12:00:00Z", False, OPEN, CLOSE)
    floor.ticks(quote(ms("2013-10-09T12:00:00Z"), 10, 47.81, 47.82))
    if is_open:
        floor.clock(now, True, OPEN_10, CLOSE)
    return floor


def opening_floor(**fields: Any) -> Floor:
    """An opg order of before the opening."""
    floor = a_floor()
    assert kinds(floor.submit(ms=ms(EARLY), **{**OPG, **fields})) == ["accepted"]
    return floor


def closing_floor(**fields: Any) -> Floor:
    """A cls order of the afternoon; 47.90 has printed, 200 shares, a second before the close."""
    floor = a_floor(OPEN, is_open=True)
    assert kinds(floor.submit(ms=ms(MIDDAY), **{**CLS, **fields})) == ["accepted"]
    floor.ticks(trade(CLOSES - 2000, 47.7, 900), trade(CLOSES - 1000, 47.90, 200))
    return floor


def test_an_order_that_ticks_have_overtaken_comes_too_late() -> None:
    floor = a_floor()
    floor.ticks(quote(OPENS + 1, 11, 47.81, 47.82))
    reports = floor.submit(ms=OPENS - 1, **OPG)
    assert (kinds(reports), reports[0].reason) == (["rejected"], "opg: the session has opened")


# -- the opening ----------------------------------------------------------------------------------


def test_the_first_print_at_or_after_the_opening_fills_it_and_the_rest_expires() -> None:
    floor = opening_floor(quantity=300)
    assert floor.ticks(trade(OPENS - 1, 47.5, 900), quote(OPENS, 11, 47.9, 47.91)) == []
    reports = floor.ticks(trade(OPENS + 317, 47.68, 200), trade(OPENS + 318, 47.6, 900))
    assert (kinds(reports), fills(reports)) == (
        ["filled", "expired"],
        [(200, 47.68, OPENS + 317, None)],
    )
    assert reports[-1].reason == "opg"
    assert [row.liquidity for row in floor.rows("paper_executions")] == ["taker"]


@pytest.mark.parametrize(
    ("side", "limit", "wanted"),
    [
        (Side.BUY, "47.68", ["filled"]),
        (Side.BUY, "47.67", ["expired"]),
        (Side.SELL, "47.68", ["filled"]),
        (Side.SELL, "47.69", ["expired"]),
    ],
)
def test_a_limit_for_the_opening_respects_its_limit(
    side: Side, limit: str, wanted: list[str]
) -> None:
    floor = opening_floor(side=side, limit_price=limit)
    reports = floor.ticks(trade(OPENS, 47.68, 900))
    assert kinds(reports) == wanted
    assert all(found == (100, 47.68, OPENS, None) for found in fills(reports))


def test_orders_of_a_firm_share_the_first_print() -> None:
    floor = opening_floor()
    floor.submit("limit", ms=ms(EARLY), limit_price="48", quantity=100, **OPG)
    floor.submit("other", ms=ms(EARLY), quantity=100, firm_id="firm-2", **OPG)
    reports = floor.ticks(trade(OPENS, 47.68, 150))
    found = [(r.order_id, str(r.kind), r.cum_quantity) for r in reports]
    assert found == [("order-1", "filled", 100), ("other", "filled", 100),
                     ("limit", "filled", 50), ("limit", "expired", 50)]  # fmt: skip


def test_without_a_print_it_takes_the_far_side_in_force_when_the_wait_is_over() -> None:
    floor = opening_floor(quantity=300)
    floor.ticks(quote(OPENS + 5, 11, 47.85, 47.86, ask_size=200))
    assert floor.complete(OPENS + MINUTE - 0.002) == []
    reports = floor.complete(OPENS + MINUTE)
    assert (kinds(reports), fills(reports)) == (
        ["filled", "expired"],
        [(200, 47.86, OPENS + MINUTE, 11)],
    )


def test_where_no_valid_quote_is_in_force_then_it_takes_the_first_that_comes() -> None:
    floor = opening_floor()
    floor.ticks(quote(OPENS + 5, 11, 47.85, 0.0))
    assert floor.ticks(quote(OPENS + MINUTE + 5, 12, 47.9, 47.8)) == []
    reports = floor.ticks(quote(OPENS + MINUTE + 9, 13, 47.9, 47.91))
    assert fills(reports) == [(100, 47.91, OPENS + MINUTE + 9, 13)]


def test_a_print_after_the_wait_is_too_late() -> None:
    floor = opening_floor()
    floor.ticks(quote(OPENS + 5, 11, 47.85, 47.86))
    reports = floor.ticks(trade(OPENS + MINUTE, 40, 900))
    assert fills(reports) == [(100, 47.86, OPENS + MINUTE, 11)]


def test_the_wait_is_a_setting() -> None:
    floor = a_floor()
    floor.terms(auction_us=1000)
    floor.submit(ms=ms(EARLY), **OPG)
    assert fills(floor.complete(OPENS + 1)) == [(100, 47.82, OPENS + 1, 10)]


def test_an_order_for_the_opening_of_a_market_that_never_came_ends_with_the_session() -> None:
    floor = opening_floor()
    assert floor.clock(OPEN, True, OPEN_10, CLOSE) == []
    assert kinds(floor.clock(CLOSE, False, OPEN_10, CLOSE_10)) == ["expired"]


def test_an_order_in_the_opening_outlives_a_restart_and_can_be_canceled() -> None:
    floor = opening_floor()
    floor.complete(OPENS + 1)
    floor.restart()
    assert fills(floor.ticks(trade(OPENS + 2, 47.7, 900))) == [(100, 47.7, OPENS + 2, None)]
    assert kinds(opening_floor().cancel("c1")) == ["canceled"]


# -- the close ------------------------------------------------------------------------------------


def test_it_trades_at_the_last_print_before_the_close_when_the_close_is_complete() -> None:
    floor = closing_floor(quantity=300)
    assert floor.complete(CLOSES - 0.002) == []
    reports = floor.complete(CLOSES)
    assert (kinds(reports), fills(reports)) == (["filled", "expired"], [(200, 47.9, CLOSES, None)])
    assert reports[-1].reason == "cls"


def test_a_print_of_after_the_close_in_the_same_stretch_is_not_the_close() -> None:
    reports = closing_floor().ticks(trade(CLOSES - 1, 47.88, 500), trade(CLOSES, 47.0, 900))
    assert fills(reports) == [(100, 47.88, CLOSES, None)]


@pytest.mark.parametrize(("limit", "wanted"), [("47.90", ["filled"]), ("47.89", ["expired"])])
def test_a_limit_for_the_close_respects_its_limit(limit: str, wanted: list[str]) -> None:
    assert kinds(closing_floor(limit_price=limit).complete(CLOSES)) == wanted


def test_orders_of_a_firm_share_the_last_print_market_first() -> None:
    floor = closing_floor(limit_price="48")
    floor.submit("market", ms=CLOSES - 1500, quantity=150, **CLS)
    reports = floor.complete(CLOSES)
    found = [(r.order_id, str(r.kind), r.cum_quantity) for r in reports]
    assert found == [("market", "filled", 150), ("order-1", "filled", 50),
                     ("order-1", "expired", 50)]  # fmt: skip


def test_prints_before_the_session_are_no_close() -> None:
    floor = a_floor()
    floor.ticks(trade(OPENS - 1000, 47.5, 900))
    floor.submit(ms=OPENS - 500, **CLS)
    assert kinds(floor.complete(CLOSES)) == ["expired"]


def test_the_clock_closes_what_no_tick_shows_to_be_over() -> None:
    floor = closing_floor()
    assert floor.clock(CLOSE, False, OPEN_10, CLOSE_10) == []
    reports = floor.clock("2013-10-09T20:01:00Z", False, OPEN_10, CLOSE_10)
    assert fills(reports) == [(100, 47.9, CLOSES, None)]


def test_the_close_counts_when_the_clock_tells_the_evening_before_the_ticks_do() -> None:
    floor = closing_floor()
    floor.clock(CLOSE, False, OPEN_10, CLOSE_10)
    assert fills(floor.complete(CLOSES)) == [(100, 47.9, CLOSES, None)]


def test_a_halted_symbol_has_no_close() -> None:
    floor = closing_floor()
    floor.halt(CLOSES - 500)
    assert kinds(floor.complete(CLOSES)) == ["expired"]
