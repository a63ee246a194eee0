"""Algorithms at work: children through the gate, sums in the parent, one end for both."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from shared.commands import SubmitOrder
from shared.events.venue import ReportKind
from shared.ids import derived_id
from shared.messages import Event
from shared.types import Algorithm, Order, OrderType, TimeInForce
from tests.unit.services.oms.desk import X, alerts, standing, told
from tests.unit.services.oms.keeping import Floor, at

MINUTE_MS = 60_000


def twap(**fields: Any) -> Algorithm:
    """Ten minutes from a second after noon, ten bins."""
    times = {"starts_at": at(1000), "ends_at": at(1000 + 10 * MINUTE_MS)}
    return Algorithm(**{"name": "twap", "bins": 10, **times, **fields})


class Works(Floor):
    """A floor on which the gate approves children by hand."""

    def __init__(self, quantity: int = 1000, plan: Algorithm | None = None, **fields: Any) -> None:
        super().__init__()
        self.second(0)
        self.began = self.submit(quantity=quantity, algorithm=plan or twap(), **fields)

    def children(self) -> list[Order]:
        """What was handed to the gate since the last call."""
        orders = [one.order for one in self.handed if isinstance(one, SubmitOrder)]
        self.handed.clear()
        return orders

    def approve(self, child: Order) -> list[Event]:
        """The gate approves a child as it was handed over."""
        fields = {name: getattr(child, name) for name in Order.__struct_fields__}
        return self.submit(fields.pop("order_id"), **fields)

    def trade(self, child: Order, execution_id: str, price: object = 48) -> list[Event]:
        """A child is approved, accepted and filled."""
        self.approve(child)
        self.accept(child.order_id)
        return self.fill(execution_id, child.quantity, price, child.order_id)


def test_a_parent_is_kept_and_nothing_is_due_before_its_time() -> None:
    floor = Works()
    assert told(floor.began) == ["OrderAccepted"]
    floor.second(999)
    assert floor.children() == []


def test_each_bin_hands_a_child_to_the_gate_whose_id_follows_from_its_parent() -> None:
    floor = Works()
    for minute in range(10):
        floor.second(1000 + minute * MINUTE_MS)
        (child,) = floor.children()
        assert (child.quantity, child.parent_id, child.algorithm) == (100, X, None)
        assert child.order_id == derived_id("child", X, minute + 1)
        assert told(floor.trade(child, f"e{minute}", 48 + minute)) == [
            "OrderFilled",
            "OrderProgressed",
        ]
    # 48, 49 ... 57, a hundred each: 52.5 on average
    assert floor.stands() == standing("filled", 1000, 1000, 0, "52.5")
    assert floor.rows("works") == []


def test_a_child_that_the_gate_has_not_answered_for_is_not_handed_over_again() -> None:
    floor = Works()
    floor.second(1000)
    assert len(floor.children()) == 1
    floor.restart()
    floor.second(2000)
    assert floor.children() == []
    floor.second(1000 + MINUTE_MS)
    (second,) = floor.children()
    assert second.quantity == 100


def test_what_a_denied_child_could_not_do_comes_with_the_next_bin() -> None:
    floor = Works()
    floor.second(1000)
    (child,) = floor.children()
    events = floor.deny(child.order_id, "BUYING_POWER", parent_id=X, quantity=child.quantity)
    assert alerts(events) == ["child_denied"]
    floor.second(2000)
    assert floor.children() == []
    floor.second(1000 + MINUTE_MS)
    (second,) = floor.children()
    assert second.quantity == 200


def test_a_cancel_of_the_parent_cancels_its_children_and_ends_after_them() -> None:
    floor = Works()
    floor.second(1000)
    (child,) = floor.children()
    floor.approve(child)
    floor.accept(child.order_id)
    floor.fill("e1", 30, 48, child.order_id)
    events = floor.cancel("c1")
    assert told(events) == ["CancelPending", "CancelPending"]
    assert floor.stands()[0] == "pending_cancel"
    events = floor.canceled(child.order_id)
    assert told(events) == ["OrderCanceled", "OrderCanceled"]
    assert events[1].cause == "c1"
    assert floor.stands() == standing("canceled", 1000, 30, 0, 48)
    floor.second(1000 + MINUTE_MS)
    assert floor.children() == []


def test_a_child_that_is_approved_after_the_cancel_of_its_parent_is_never_sent() -> None:
    floor = Works()
    floor.second(1000)
    (child,) = floor.children()
    assert told(floor.cancel("c1")) == ["CancelPending"]
    assert told(floor.approve(child)) == ["OrderCanceled", "OrderCanceled"]
    assert floor.stands(child.order_id)[0] == floor.stands()[0] == "canceled"


def test_when_its_time_is_over_children_are_canceled_and_the_parent_expires() -> None:
    floor = Works(quantity=100, type=OrderType.LIMIT, limit_price=Decimal(48))
    floor.second(1000)
    (child,) = floor.children()
    assert (child.type, child.limit_price) == (OrderType.LIMIT, 48)
    floor.approve(child)
    floor.accept(child.order_id)
    assert told(floor.second(1000 + 10 * MINUTE_MS)) == ["CancelPending"]
    floor.canceled(child.order_id)
    assert told(floor.second(2000 + 10 * MINUTE_MS)) == ["OrderExpired"]
    assert floor.stands() == standing("expired", 100, 0, 0, 0)
    assert floor.rows("works") == []


def test_busts_and_corrections_of_children_reach_the_parent() -> None:
    floor = Works(quantity=200, plan=twap(bins=2))
    floor.second(1000)
    (child,) = floor.children()
    floor.trade(child, "e1", 48)
    corrected = floor.amend(ReportKind.CORRECTED, "e2", "e1", 100, 50, child.order_id)
    assert told(corrected) == ["ExecutionCorrected", "OrderProgressed"]
    assert floor.stands() == standing("partially_filled", 200, 100, 100, 50)
    assert told(floor.amend(ReportKind.BUSTED, "e3", "e2", 0, 0, child.order_id)) == [
        "ExecutionBusted",
        "OrderProgressed",
    ]
    assert floor.stands() == standing("new", 200, 0, 200, 0)


def test_a_bust_opens_a_parent_that_was_filled_and_it_waits_for_its_child() -> None:
    floor = Works(quantity=100, plan=twap(bins=1))
    floor.second(1000)
    (child,) = floor.children()
    floor.trade(child, "e1", 48)
    assert (floor.stands(), floor.rows("works")) == (standing("filled", 100, 100, 0, 48), [])
    floor.restart()
    events = floor.amend(ReportKind.BUSTED, "b1", "e1", 0, 0, child.order_id)
    assert told(events) == ["ExecutionBusted", "OrderProgressed"]
    assert floor.stands() == standing("new", 100, 0, 100, 0)
    assert told(floor.second(2000)) == []
    assert floor.children() == []
    floor.fill("e2", 100, 49, child.order_id)
    assert (floor.stands(), floor.rows("works")) == (standing("filled", 100, 100, 0, 49), [])


def test_a_bust_when_the_parent_was_canceled_counts_and_has_the_child_canceled() -> None:
    floor = Works(quantity=200, plan=twap(bins=2))
    floor.second(1000)
    (child,) = floor.children()
    floor.trade(child, "e1", 48)
    floor.cancel("c1")
    assert floor.stands() == standing("canceled", 200, 100, 0, 48)
    events = floor.amend(ReportKind.BUSTED, "b1", "e1", 0, 0, child.order_id)
    assert told(events) == ["ExecutionBusted", "OrderProgressed", "CancelPending"]
    assert floor.stands() == standing("canceled", 200, 0, 0, 0)


def test_pov_follows_the_tape_minute_by_minute_and_its_children_end_with_the_minute() -> None:
    plan = twap(name="pov", rate=Decimal("0.1"))
    floor = Works(quantity=500, plan=plan)
    floor.ticks(("t", 500, 48, 5000))  # before it begins
    assert floor.children() == []
    floor.ticks(("t", 2000, 48, 400), ("t", 3000, 48, 309))
    (first,) = floor.children()
    assert first.quantity == 70  # a tenth of 709, whole lots
    assert (first.time_in_force, first.expires_at) == (TimeInForce.GTD, at(MINUTE_MS))
    floor.ticks(("t", 4000, 48, 91))
    (second,) = floor.children()
    assert second.quantity == 10  # a tenth of 800, less 70
    floor.ticks(("t", MINUTE_MS + 1, 48, 100))
    (third,) = floor.children()
    assert third.quantity == 10


def test_nothing_is_released_outside_the_session() -> None:
    floor = Works()
    floor.second(1000, is_open=False)
    assert floor.children() == []


def test_a_parent_cannot_be_replaced() -> None:
    floor = Works()
    (event,) = floor.replace("order-2", algorithm=twap(), quantity=500)
    assert told([event]) == ["ReplaceRefused"]
    assert floor.stands()[0] == "new"
