"""The quick look: the checks that a passed stage answers for would let the order pass. Always."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.risk.core.gate import CHECKS, CLEARED_BY, LEFT, checks_for, decide, judge
from services.risk.core.screen import CAUGHT_UP, CLEAR, FREE, NOTHING, PLAIN, ROOMY, look
from services.risk.core.view import View
from shared.types import (
    AccountType,
    Algorithm,
    Leg,
    Order,
    OrderClass,
    OrderType,
    Scope,
    ScopeKind,
    Side,
    TimeInForce,
)
from tests.builders import FIRM, NOON, order
from tests.unit.services.risk.desk import D, Desk, examples, limit

LIMITS = {
    "order_quantity_max": ("off", "100", "5000"),
    "order_notional_max": ("off", "10000", "10210.2"),
    "price_collar_pct": ("off", "0", "1"),
    "position_quantity_max": ("off", "150", "300"),
    "position_notional_max": ("off", "15000", "30000"),
    "gross_exposure_max": ("off", "20000", "40000"),
    "leverage_max": ("off", "0.2", "1"),
    "open_orders_max": ("off", "1", "3"),
    "orders_per_second_max": ("off", "0", "1", "3"),
}
desks = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in LIMITS.items()})
orders = st.fixed_dictionaries(
    {
        "symbol": st.sampled_from(["AIG", "IBM", "FIX", "OLD", "EUX", "FUT", "NONE"]),
        "side": st.sampled_from(list(Side)),
        "quantity": st.sampled_from([D(1), D(99), D(100), D(101), D("0.5"), D(10_000), D("NaN")]),
        "type": st.sampled_from([OrderType.MARKET, OrderType.LIMIT, *OrderType]),
        "limit_price": st.sampled_from([None, D(100), D("100.10"), D("100.2"), D("99.001"), D(1)]),
        "time_in_force": st.sampled_from([TimeInForce.DAY, TimeInForce.DAY, *TimeInForce]),
        "client_order_id": st.sampled_from(["mine", "mine", "client-one", ""]),
        "firm_id": st.sampled_from([FIRM, FIRM, "firm-2"]),
        "reduce_only": st.sampled_from([False, False, True]),
        "order_class": st.sampled_from(["simple", "simple", "bracket"]),
        "stop_price": st.sampled_from([None, None, D(90)]),
    }
)
LEG = Leg(order_id="leg", client_order_id="leg", type=OrderType.STOP, stop_price=D(90))
TWAP = Algorithm(name="twap", starts_at=NOON, ends_at=NOON.plus(1))
extras: dict[str, Any] = {
    "trail_price": D(1),
    "trail_percent": D(1),
    "notional": D(100),
    "extended_hours": True,
    "post_only": True,
    "display_quantity": D(1),
    "expires_at": NOON.plus(1),
    "parent_id": "parent",
    "legs": (LEG,),
    "algorithm": TWAP,
    "reduce_only": True,
    "order_class": OrderClass.OTO,
    "stop_price": D(90),
}
"""What makes an order more than a plain one, a field at a time."""
worlds = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(list(AccountType)),
        "before": st.sampled_from(["nothing", "long", "short", "working", "withdrawn"]),
        "wait": st.sampled_from([0, 0, 2.5, 3.5]),
        "wake": st.sampled_from(["all", "rooms", "quotes", "valuation", "none"]),
        "halt": st.sampled_from([False, False, False, True]),
        "bid": st.sampled_from([100.0, 100.0, 100.2, 0.0]),
    }
)


def make(world: dict[str, Any], limits: dict[str, str]) -> Desk:
    desk = Desk(world["kind"], "100000", **limits)
    for symbol in ("FIX", "OLD", "EUX", "FUT"):
        desk.quote(symbol, 100.0, 100.1)
    if world["before"] in ("long", "short"):
        side = Side.BUY if world["before"] == "long" else Side.SELL
        if desk.denied("one", side=side, quantity=D(100)) == []:
            desk.fill("one", "100", "100")
            desk.value()
    if world["before"] == "working":
        desk.submit("one", **limit("100", quantity=D(100)))
    if world["before"] == "withdrawn":
        desk.withdraw("90000")
    if world["halt"]:
        desk.halt(Scope(kind=ScopeKind.SYMBOL, name="AIG"))
    if world["bid"] != 100.0:
        desk.quote("AIG", world["bid"], 100.1)
    desk.wait(world["wait"])
    wake(desk, world["wake"])
    return desk


def wake(desk: Desk, what: str) -> None:
    if what in ("all", "rooms"):
        desk.alive()
    if what in ("all", "quotes"):
        desk.feed("AIG", "IBM", "FIX", "OLD", "EUX", "FUT")
    if what in ("all", "valuation"):
        desk.value()


@pytest.mark.timeout(300)
@settings(max_examples=examples(80), derandomize=True, deadline=None)
@given(
    world=worlds,
    limits=desks,
    asked=st.lists(orders, min_size=12, max_size=12),
    extra=st.sampled_from([*extras, *[None] * len(extras)]),
)
def test_what_a_stage_answers_for_would_let_the_order_pass(
    world: dict[str, Any], limits: dict[str, str], asked: list[dict[str, Any]], extra: str | None
) -> None:
    desk = make(world, limits)
    for plain in asked:
        fields = plain if extra is None else {**plain, extra: extras[extra]}
        one = order("looked-at", **fields)
        passed = look(one, desk.at.wall, desk.state, desk.at)
        view = View(one, desk.at.wall, desk.state, desk.at)
        for stage, cleared in CLEARED_BY.items():
            for check in cleared if passed & stage else ():
                assert check(one, view, view.limits) is None, check.__name__
        assert passed == NOTHING or not view.is_exit
        whole = decide(one, view)
        assert judge(one, desk.at.wall, desk.state, desk.at) == whole
        assert decide(one, view, passed) == whole


def stages(desk: Desk, **fields: Any) -> int:
    return look(order("one", **fields), desk.at.wall, desk.state, desk.at)


def ready(**limits: str) -> Desk:
    """A desk on which the symbol was seen before."""
    desk = Desk(**limits)
    desk.judge()
    return desk


def test_an_order_that_is_near_nothing_is_clear() -> None:
    desk = ready(price_collar_pct="1")
    assert stages(desk, **limit("100")) == CLEAR
    assert stages(desk) == CLEAR
    assert stages(desk, side=Side.SELL) == CLEAR


def test_an_order_stops_where_something_is_near() -> None:
    desk = ready(order_quantity_max="100")
    assert stages(desk, quantity=D(101)) == CLEAR - ROOMY
    assert stages(desk, **limit("100.001")) == CAUGHT_UP
    assert stages(desk, **limit("100.11")) == CLEAR - FREE
    assert stages(desk, client_order_id="") == CLEAR - FREE
    desk.wait(3.001)
    assert stages(desk) == NOTHING


def test_no_field_that_makes_an_order_more_than_plain_is_overlooked() -> None:
    desk = ready()
    plain = {"type", "time_in_force", "limit_price", "client_order_id", "symbol", "side"}
    plain |= {"order_id", "account_id", "firm_id", "quantity", "strategy", "actor", "venue"}
    plain |= {"chain_id", "replaces"}
    assert set(Order.__struct_fields__) == plain | set(extras)
    for name, value in extras.items():
        assert stages(desk, **{name: value}) == CAUGHT_UP, name
        assert stages(desk, **limit("100"), **{name: value}) == CAUGHT_UP, name
    for kind in set(OrderType) - {OrderType.MARKET}:
        assert stages(desk, type=kind) == CAUGHT_UP, kind
    for kind in set(OrderType) - {OrderType.LIMIT}:
        assert stages(desk, type=kind, limit_price=D(100)) == CAUGHT_UP, kind
    clear = {TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC}
    for force in TimeInForce:
        passed = stages(desk, time_in_force=force)
        assert passed == (CLEAR if force in clear else CAUGHT_UP), force


def test_an_order_against_a_position_stops_at_once() -> None:
    desk = Desk()
    desk.buy("AIG", "100", "100")
    assert stages(desk, side=Side.SELL, quantity=D(1)) == NOTHING
    assert stages(desk, quantity=D(1)) == CLEAR


def test_a_quiet_symbol_of_a_live_feed_is_clear() -> None:
    desk = ready()
    desk.wait(60)
    desk.alive()
    desk.value()
    assert stages(desk) == NOTHING
    desk.feed("AIG")
    assert stages(desk) == CLEAR


def test_every_check_is_answered_for_by_one_stage_or_always_runs() -> None:
    answered = [check for cleared in CLEARED_BY.values() for check in cleared]
    assert len(answered) == len(set(answered))
    assert LEFT[NOTHING] == CHECKS
    assert set(CHECKS) - set(LEFT[CLEAR]) == set(answered)
    _, view, _ = Desk().judge()
    assert checks_for(view, PLAIN) == LEFT[PLAIN]


def test_a_replace_is_never_cleared_as_a_whole() -> None:
    desk = Desk()
    desk.submit("one", **limit("100"))
    assert desk.replace("one", quantity=D(10_000_000)).violations[0].code == (
        "BUYING_POWER_INSUFFICIENT"
    )
