"""An entry and its legs."""

from __future__ import annotations

from typing import Any

from services.gateway.core.families import legs_in, parents_of
from shared.types import Leg, OrderClass, OrderState, OrderStatus, OrderType
from tests.builders import order as order_of
from tests.fakes.gateway_world import state_of


def named(name: str) -> Leg:
    return Leg(order_id=name, client_order_id=name, type=OrderType.STOP)


def entry(order_id: str, chain_id: str = "e-1", **fields: Any) -> OrderState:
    legs = (named("profit"), named("loss"))
    kind = {"order_class": OrderClass.BRACKET, "legs": legs, "chain_id": chain_id}
    return state_of(order_of(order_id, **kind), **fields)


def leg(order_id: str, parent_id: str = "e-1", **fields: Any) -> OrderState:
    chain_id = fields.pop("chain_id", order_id)
    kind = {"order_class": OrderClass.BRACKET, "parent_id": parent_id, "chain_id": chain_id}
    return state_of(order_of(order_id, **kind), **fields)


def test_legs_come_in_the_order_in_which_they_were_asked_for() -> None:
    found = [leg("loss"), leg("profit"), leg("stranger", "e-2")]
    assert legs_in(entry("e-1"), found) == [found[1], found[0]]


def test_a_leg_that_was_replaced_is_stood_for_by_its_successor() -> None:
    old = leg("profit", status=OrderStatus.REPLACED)
    new = leg("profit-2", chain_id="profit")
    assert legs_in(entry("e-1"), [leg("loss"), old, new])[0] is new


def test_the_legs_of_a_replaced_entry_are_its_successors() -> None:
    old = entry("e-1", status=OrderStatus.REPLACED)
    new = entry("e-2", "e-1")
    assert legs_in(old, [leg("loss")]) == []
    assert legs_in(new, [leg("loss")]) == [leg("loss")]
    assert legs_in(new, [leg("loss", "e-2")]) == [leg("loss", "e-2")]
    assert parents_of([old, new]) == ["e-1", "e-2"]


def test_simple_orders_and_legs_have_none() -> None:
    assert parents_of([state_of(order_of("o-1")), leg("loss")]) == []
