"""What a child takes from its parent, and what children hold."""

from __future__ import annotations

from decimal import Decimal

from services.oms.core.children import child_of, children, open_quantity
from shared.types import OrderType, TimeInForce
from tests.builders import order
from tests.unit.services.oms.core.test_working import Works
from tests.unit.services.oms.desk import X
from tests.unit.services.oms.keeping import at


def test_a_child_is_as_its_parent_but_for_its_quantity_and_its_end() -> None:
    parent = order(X, type=OrderType.LIMIT, limit_price=Decimal(48), strategy="trend")
    child = child_of(parent, 3, Decimal(7), None)
    assert (child.quantity, child.parent_id, child.strategy) == (7, X, "trend")
    assert (child.type, child.limit_price, child.time_in_force) == ("limit", 48, "day")
    assert child.order_id == child.client_order_id == child.chain_id
    assert child.order_id != child_of(parent, 4, Decimal(7), None).order_id
    bounded = child_of(parent, 3, Decimal(7), at(60_000))
    assert (bounded.time_in_force, bounded.expires_at) == (TimeInForce.GTD, at(60_000))


def test_what_children_hold_is_their_leaves_and_what_the_gate_has_not_answered_for() -> None:
    floor = Works()
    floor.second(1000)
    (child,) = floor.children()
    work = floor.state.works.get(X)
    assert open_quantity(work, floor.state) == 100
    floor.approve(child)
    floor.accept(child.order_id)
    floor.fill("e1", 30, 48, child.order_id)
    assert [row.order_id for row in children(X, floor.state)] == [child.order_id]
    assert open_quantity(floor.state.works.get(X), floor.state) == 70
