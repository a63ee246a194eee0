"""What stays in the memory of the paper link, and how orders are found."""

from __future__ import annotations

import msgspec

from services.venue.core.state import VenueState
from shared.topics import partition_of
from shared.types import TimeInForce
from tests.unit.services.venue.floor import Floor, quote


def test_an_order_leaves_memory_when_it_ends() -> None:
    floor = Floor()
    floor.submit()
    assert len(floor.state.paper_orders) == 1  # type: ignore[attr-defined]
    floor.ticks(quote(1, 1, 47.81, 47.82))
    assert len(floor.state.paper_orders) == 0  # type: ignore[attr-defined]
    assert floor.paper().status == "filled"


def test_a_waiting_order_is_found_by_the_partition_of_its_ticks_until_it_was_matched() -> None:
    floor = Floor()
    partition = partition_of("AIG", 4)
    floor.submit(limit_price="40")
    assert len(floor.state.paper_orders.by("waiting", partition)) == 1  # type: ignore[attr-defined]
    floor.ticks(quote(1, 1, 47.81, 47.82))
    assert floor.state.paper_orders.by("waiting", partition) == []  # type: ignore[attr-defined]
    assert len(floor.state.paper_orders.by("symbol", "AIG")) == 1  # type: ignore[attr-defined]


def test_without_an_opening_the_session_has_number_zero() -> None:
    assert Floor().state.session().number == 0  # type: ignore[attr-defined]


def test_the_book_of_a_symbol_follows_its_rows_when_a_change_is_taken_back_too() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82))
    floor.submit(limit_price="47.50")
    state = floor.state
    assert isinstance(state, VenueState)
    before = state.book("AIG")
    assert state.book("AIG") is before
    outer = state.paper_orders.mark()
    state.paper_orders.put(msgspec.structs.replace(floor.paper(), status="canceled"))
    assert not state.book("AIG").is_live
    state.paper_orders.revert(outer)
    assert [entry.order for entry in state.book("AIG").working] == [floor.paper()]


def test_an_order_in_the_opening_waits_for_the_ticks_of_its_partition() -> None:
    floor = Floor()
    floor.clock("2013-10-09T16:00:00Z", False, "2013-10-09T16:00:01Z", "2013-10-09T20:00:00Z")
    floor.submit(time_in_force=TimeInForce.OPG)
    partition = partition_of("AIG", 4)
    for ms in (0, 1000):
        floor.complete(ms)
        assert len(floor.state.paper_orders.by("waiting", partition)) == 1
    floor.complete(70_000)
    assert floor.state.paper_orders.by("waiting", partition) == []  # type: ignore[attr-defined]


def test_a_symbol_that_is_not_listed_has_an_empty_book() -> None:
    state = Floor().state
    assert isinstance(state, VenueState) and not state.book("XYZ").is_live
