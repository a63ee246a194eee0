"""What stays in the memory of the paper link, and how orders are found."""

from __future__ import annotations

from shared.topics import partition_of
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
