"""What stays in memory, and that SQL and Python agree about it."""

from __future__ import annotations

import msgspec

from services.oms.core.order import is_live
from services.oms.core.state import LIVE_SQL
from shared.events.venue import ReportKind
from shared.types import OrderStatus, TimeInForce
from tests.unit.services.oms.desk import Desk


def in_memory(desk: Desk) -> list[str]:
    return [row.order_id for row in desk.state.orders.rows()]  # type: ignore[attr-defined]


def test_an_order_leaves_memory_when_it_ends_and_comes_back_when_it_is_named() -> None:
    desk = Desk()
    desk.submit()
    desk.fill("A", 100, 10)
    assert in_memory(desk) == []
    desk.fill("B", 1, 10)
    assert desk.order().cum_quantity == 101
    assert in_memory(desk) == []


def test_an_order_whose_cancel_is_unanswered_stays_in_memory_though_it_filled() -> None:
    desk = Desk()
    desk.submit()
    desk.cancel("c1")
    desk.fill("A", 100, 10)
    assert in_memory(desk) == ["order-1"]
    desk.restart()
    assert in_memory(desk) == ["order-1"]
    desk.report(ReportKind.CANCEL_REJECTED, request_id="c1", reason="too_late")
    assert in_memory(desk) == []


def test_a_day_order_done_for_the_day_leaves_memory_and_a_gtc_order_stays() -> None:
    for time_in_force, wanted in ((TimeInForce.DAY, []), (TimeInForce.GTC, ["order-1"])):
        desk = Desk()
        desk.submit(time_in_force=time_in_force)
        desk.report(ReportKind.DONE_FOR_DAY)
        assert in_memory(desk) == wanted


def test_the_sql_names_the_statuses_that_python_counts_as_ended() -> None:
    desk = Desk()
    desk.submit(time_in_force=TimeInForce.GTC)
    row = desk.order()
    for status in OrderStatus:
        as_status = msgspec.structs.replace(row, status=status, under=status)
        assert is_live(as_status) == (f"'{status}'" not in LIVE_SQL.split(")")[0])


def test_executions_never_stay_in_memory() -> None:
    desk = Desk()
    desk.submit()
    desk.fill("A", 40, 10)
    assert len(desk.state.executions) == 0  # type: ignore[attr-defined]
    assert desk.fill("A", 40, 10) == []
