"""What a shard of risk loads is what it lived."""

from __future__ import annotations

from services.risk.core.state import RiskState
from shared.table import Latest
from tests.builders import ACCOUNT
from tests.unit.services.risk.desk import INSTRUMENTS, D, Desk


def test_tables_are_named_as_their_attributes() -> None:
    state = RiskState(Latest(), INSTRUMENTS, 0)
    for table in state.tables():
        assert getattr(state, table.name) is table


def test_only_what_is_written_leaves_memory() -> None:
    desk = Desk()
    desk.submit("one")
    state = desk.state
    assert len(state.decisions) == len(state.client_ids) == 0
    assert len(state.live_orders) == 1
    assert len(desk.rows("decisions")) == len(desk.rows("client_ids")) == 1


def test_limits_follow_their_rows() -> None:
    desk = Desk(order_quantity_max="7")
    book = desk.state.books.of(ACCOUNT)
    assert book.limits.order_quantity_max == D(7)
    desk.state.limits.delete(f"account::{ACCOUNT}")
    assert not book.limits.is_loaded


def test_observations_that_come_from_elsewhere_are_looked_at_there() -> None:
    desk = Desk()
    state = desk.state
    state.latest = Latest()
    assert desk.denied("one") == [
        "VALUATION_MISSING",
        "ROOM_SILENT",
        "REFERENCE_PRICE_MISSING",
    ]
    assert state.look_anew().latest is state.latest
