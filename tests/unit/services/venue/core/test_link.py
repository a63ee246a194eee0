"""The paper link: sending once, cancels, replaces, refusals."""

from __future__ import annotations

import pytest

from services.venue.core.guard import GuardLimits
from shared.types import OrderType, Scope, ScopeKind, Side, TimeInForce
from tests.unit.services.venue.floor import Floor, at, fills, kinds, quote, trade

ALL = Scope(kind=ScopeKind.ALL)


def open_floor(limits: GuardLimits | None = None) -> Floor:
    """47.81 x 47.82, 500 a side, row 10, complete to noon."""
    floor = Floor(limits=limits)
    floor.ticks(quote(-5, 10, 47.81, 47.82), through=0)
    return floor


def reasons(reports: list) -> list[str | None]:
    return [report.reason for report in reports]


def test_an_order_is_sent_once_and_a_second_time_is_told_as_it_stands() -> None:
    floor = open_floor()
    floor.submit(limit_price="47")
    (again,) = floor.submit(limit_price="47")
    assert (str(again.kind), again.quantity, again.cum_quantity) == ("open_order", 100, 0)
    assert len(floor.rows("paper_orders")) == 1


def test_a_filled_order_is_not_sent_again_either() -> None:
    floor = open_floor()
    floor.submit()
    (again,) = floor.submit()
    assert (str(again.kind), again.cum_quantity) == ("open_order", 100)
    assert len(floor.rows("paper_executions")) == 1


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"symbol": "XYZ"}, "unknown instrument XYZ"),
        ({"symbol": "OLD"}, "unknown instrument OLD"),
        ({"type": OrderType.STOP}, "order type stop is not supported"),
        ({"time_in_force": TimeInForce.OPG}, "opg: no session is known yet"),
        ({"type": OrderType.LIMIT}, "a limit order needs a limit price"),
    ],
)
def test_the_exchange_rejects_what_it_cannot_trade(fields: dict, reason: str) -> None:
    reports = open_floor().submit(**fields)
    assert (kinds(reports), reasons(reports)) == (["rejected"], [reason])


def test_a_refusal_of_the_guard_is_a_rejection_and_nothing_trades() -> None:
    floor = open_floor()
    floor.kill(ALL)
    reports = floor.submit()
    assert (kinds(reports), reasons(reports)) == (["rejected"], ["guard: kill flag is set"])
    assert floor.paper().status == "rejected"
    assert floor.ticks(quote(1, 11, 47.81, 47.82)) == []


def test_with_the_flag_set_exits_and_cancels_pass_and_after_it_everything() -> None:
    floor = open_floor()
    floor.submit("resting", limit_price="47")
    floor.kill(ALL)
    assert kinds(floor.submit("exit", exit_=True, side=Side.SELL)) == ["accepted", "filled"]
    assert kinds(floor.cancel("c1", "resting")) == ["canceled"]
    floor.kill()
    assert kinds(floor.submit("later")) == ["accepted", "filled"]


def test_the_guards_rate_begins_anew_with_the_next_second() -> None:
    floor = open_floor(GuardLimits(orders_per_second_max=2))
    found = [kinds(floor.submit(f"order-{n}", limit_price="40"))[0] for n in range(3)]
    assert found == ["accepted", "accepted", "rejected"]
    floor.wait(1)
    assert kinds(floor.submit("order-4", limit_price="40"))[0] == "accepted"


def test_a_cancel_takes_the_order_out_of_the_book() -> None:
    floor = open_floor()
    floor.submit(limit_price="47.80")
    (report,) = floor.cancel("c1")
    assert (str(report.kind), report.request_id, report.cause) == ("canceled", "c1", "c1")
    assert floor.ticks(trade(1, 47.0, 900)) == []


def test_an_order_that_waits_for_its_market_time_can_be_canceled() -> None:
    floor = open_floor()
    floor.submit(ms=7)
    assert kinds(floor.cancel("c1")) == ["canceled"]
    assert floor.ticks(quote(9, 11, 47.81, 47.82)) == []


def test_a_cancel_of_an_order_that_ended_comes_too_late() -> None:
    floor = open_floor()
    floor.submit()
    reports = floor.cancel("c1")
    assert (kinds(reports), reasons(reports)) == (["cancel_rejected"], ["too_late"])
    assert reports[0].cum_quantity == 100


def test_a_cancel_of_an_order_that_the_guard_refused_comes_too_late() -> None:
    floor = open_floor()
    floor.kill(ALL)
    floor.submit()
    assert reasons(floor.cancel("c1")) == ["too_late"]


def test_a_cancel_of_an_order_that_never_came_is_unknown() -> None:
    reports = open_floor().cancel("c1", "nobody")
    assert (kinds(reports), reasons(reports)) == (["cancel_rejected"], ["unknown_order"])


def test_orders_of_other_links_are_none_of_its_business() -> None:
    floor = open_floor()
    assert floor.submit(venue="ib") == []
    assert floor.cancel("c1", venue="ib") == []
    assert floor.rows("paper_orders") == []


# -- replaces -------------------------------------------------------------------------------------


def test_a_replace_puts_the_new_order_in_the_place_of_the_old() -> None:
    floor = open_floor()
    floor.submit(limit_price="47.80")
    (report,) = floor.replace("order-2", limit_price="47.70", quantity=80)
    assert (str(report.kind), report.order_id, report.request_id) == (
        "replaced",
        "order-1",
        "order-2",
    )
    assert report.quantity == 80
    assert fills(floor.ticks(trade(1, 47.75, 900))) == []
    (filled,) = floor.ticks(trade(2, 47.69, 900))
    assert (filled.order_id, fills([filled])) == ("order-2", [(80, 47.70, 2, None)])
    assert filled.venue_order_id == report.venue_order_id


def test_a_smaller_quantity_keeps_the_place_and_a_bigger_one_loses_it() -> None:
    for quantity, first in ((90, "order-a2"), (110, "order-b")):
        floor = open_floor()
        floor.submit("order-a", limit_price="47.80")
        floor.submit("order-b", limit_price="47.80")
        floor.replace("order-a2", "order-a", limit_price="47.80", quantity=quantity)
        assert floor.ticks(trade(1, 47.0, 50))[0].order_id == first


def test_a_replace_that_becomes_marketable_pays_the_far_side_at_its_market_time() -> None:
    floor = open_floor()
    floor.submit(limit_price="47.80")
    assert kinds(floor.replace("order-2", ms=5, limit_price="47.90")) == ["replaced"]
    reports = floor.ticks(quote(6, 11, 47.84, 47.85))
    assert fills(reports) == [(100, 47.82, 5, 10)]


def test_a_replace_below_what_was_filled_is_amended_to_it() -> None:
    floor = open_floor()
    floor.submit(limit_price="47.80")
    floor.ticks(trade(1, 47.0, 60))
    (report,) = floor.replace("order-2", limit_price="47.80", quantity=50)
    assert (report.quantity, floor.paper("order-2").status) == (60, "filled")


def test_a_replace_of_an_order_that_ended_comes_too_late() -> None:
    floor = open_floor()
    floor.submit()
    reports = floor.replace("order-2", quantity=200)
    assert (kinds(reports), reasons(reports)) == (["replace_rejected"], ["too_late"])


def test_the_guard_refuses_a_replace_while_the_flag_is_set() -> None:
    floor = open_floor()
    floor.submit(limit_price="47.80")
    floor.kill(ALL)
    reports = floor.replace("order-2", limit_price="47.90")
    assert reasons(reports) == ["guard: kill flag is set"]
    assert floor.paper().status == "resting"


def test_an_old_order_is_refused_when_the_link_catches_up() -> None:
    floor = open_floor()
    floor.wait(31)
    assert reasons(floor.submit(ms=0)) == ["guard: 31000 ms old, limit 30000 ms"]
    assert at(0) < floor.at.wall
