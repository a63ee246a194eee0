"""A halted symbol does not trade."""

from __future__ import annotations

from services.venue.core.matching.halts import free_from, is_halted, told
from services.venue.core.rows import HaltRow
from shared.events.market import SymbolHalted
from shared.types import TimeInForce
from tests.unit.services.venue.floor import Floor, at, fills, kinds, quote, trade


def said(ms: float, is_halted: bool) -> SymbolHalted:
    return SymbolHalted(
        at=at(ms), market_at=at(ms), symbol="AIG", is_halted=is_halted, source="test"
    )


def test_a_halt_lasts_from_its_time_to_before_the_time_it_ends() -> None:
    halt = HaltRow(symbol="AIG", halted_at=at(1), resumed_at=at(3))
    assert [is_halted(halt, at(ms)) for ms in (0.999, 1, 2.999, 3)] == [False, True, True, False]
    assert not is_halted(None, at(1))


def test_a_time_in_a_halt_is_free_when_the_halt_ends_if_that_is_known() -> None:
    open_end = HaltRow(symbol="AIG", halted_at=at(1))
    ended = HaltRow(symbol="AIG", halted_at=at(1), resumed_at=at(3))
    assert [free_from(open_end, at(ms)) for ms in (0, 1)] == [at(0), None]
    assert [free_from(ended, at(ms)) for ms in (0, 1, 5)] == [at(0), at(3), at(5)]


def test_what_is_said_again_changes_nothing() -> None:
    halted = told(None, said(1, True))
    assert halted == HaltRow(symbol="AIG", halted_at=at(1))
    assert told(halted, said(2, True)) is halted
    ended = told(halted, said(3, False))
    assert ended == HaltRow(symbol="AIG", halted_at=at(1), resumed_at=at(3))
    assert told(ended, said(4, False)) is ended
    assert told(ended, said(5, True)) == HaltRow(symbol="AIG", halted_at=at(5))
    assert told(None, said(1, False)) is None


def halted_floor() -> Floor:
    """A resting buy at 47.50 and a market order with 40 to take; halted at 10 ms."""
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82, ask_size=60))
    floor.submit("rests", limit_price="47.50")
    floor.submit("takes")
    floor.halt(10)
    return floor


def test_in_a_halt_neither_quotes_nor_prints_fill_anything() -> None:
    floor = halted_floor()
    assert floor.ticks(quote(11, 11, 47.4, 47.45), trade(12, 47.0, 900)) == []
    assert floor.paper("rests").status == "resting"


def test_when_it_ends_the_next_ticks_fill() -> None:
    floor = halted_floor()
    floor.ticks(quote(11, 11, 47.81, 47.82), trade(12, 47.0, 900))
    floor.halt(20, is_halted=False)
    reports = floor.ticks(quote(21, 12, 47.81, 47.83), trade(22, 47.0, 900))
    assert fills(reports) == [(40, 47.83, 21, 12), (100, 47.5, 22, None)]


def test_an_order_that_arrives_in_a_halt_waits_for_its_end() -> None:
    floor = halted_floor()
    assert kinds(floor.submit("late", ms=11)) == ["accepted"]
    assert floor.ticks(quote(15, 11, 47.81, 47.84)) == []
    floor.halt(20, is_halted=False)
    reports = [one for one in floor.complete(30) if one.order_id == "late"]
    assert fills(reports) == [(100, 47.84, 20, 11)]


def test_an_order_that_arrived_before_a_halt_but_was_not_matched_yet_still_trades() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82))
    floor.submit("early", ms=9)
    floor.halt(10)
    assert fills(floor.complete(30)) == [(100, 47.82, 9, 10)]


def test_an_ioc_in_a_halt_is_canceled() -> None:
    floor = halted_floor()
    floor.complete(12)
    reports = floor.submit("ioc", ms=12, time_in_force=TimeInForce.IOC)
    assert (kinds(reports), reports[-1].reason) == (["accepted", "canceled"], "halted")


def test_orders_can_be_canceled_in_a_halt_and_other_symbols_trade() -> None:
    floor = halted_floor()
    assert kinds(floor.cancel("c1", "rests")) == ["canceled"]
    floor.ticks(quote(11, 1, 180, 180.1), symbol="IBM")
    assert kinds(floor.submit("ibm", ms=11, symbol="IBM")) == ["accepted", "filled"]


def test_a_halt_outlives_a_restart() -> None:
    floor = halted_floor()
    floor.restart()
    assert floor.ticks(trade(12, 47.0, 900)) == []
