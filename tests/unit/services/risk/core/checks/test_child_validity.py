"""What `child_validity` denies, and what it lets pass."""

from __future__ import annotations

from typing import Any

import pytest

from services.risk.core.checks.child_validity import child_validity
from shared.types import SECOND_US, Algorithm, OrderClass, OrderStatus, Side
from tests.builders import NOON
from tests.unit.services.risk.desk import D, Desk, limit, state_of

TWAP = Algorithm(name="twap", starts_at=NOON, ends_at=NOON.plus(3600 * SECOND_US))
CHILD: dict[str, Any] = {"parent_id": "one", "quantity": D(40)}


def worked() -> Desk:
    """A parent of 100 that an algorithm works."""
    desk = Desk()
    assert desk.denied("one", algorithm=TWAP) == []
    return desk


def test_children_take_what_their_parent_has_and_no_more() -> None:
    desk = worked()
    assert desk.denied("first", **CHILD) == []
    assert desk.denied("second", **CHILD) == []
    told = desk.submit("third", parent_id="one", quantity=D(21)).violations
    assert [(one.code, one.limit, one.value) for one in told] == [
        ("ORDER_CHILD_EXCEEDS_PARENT", "20", "21")
    ]
    assert desk.denied("fourth", parent_id="one", quantity=D(20)) == []
    assert desk.denied("fifth", parent_id="one", quantity=D(1)) == ["ORDER_CHILD_EXCEEDS_PARENT"]


def test_an_order_without_a_parent_is_none_of_its_business() -> None:
    assert worked().check(child_validity) is None


def test_a_child_of_nobody_is_denied() -> None:
    desk = worked()
    desk.submit("plain")
    for parent_id in ("nobody", "plain", ""):
        fields = {**CHILD, "parent_id": parent_id}
        assert desk.denied(f"of-{parent_id}", **fields) == ["ORDER_CHILD_OF_NONE"]


def test_a_child_of_an_ended_parent_is_denied() -> None:
    desk = worked()
    desk.cancel("one")
    assert desk.denied("late", **CHILD) == ["ORDER_CHILD_OF_NONE"]
    desk = worked()
    parent = desk.order_of("one").order
    desk.told_state(state_of(parent, OrderStatus.FILLED, D(100)))
    assert desk.denied("late", **CHILD) == ["ORDER_CHILD_OF_NONE"]


@pytest.mark.parametrize(
    "fields",
    [
        {"symbol": "IBM"},
        {"side": Side.SELL},
        {"strategy": "other"},
        {"algorithm": TWAP},
        {"order_class": OrderClass.OTO},
    ],
)
def test_a_child_unlike_its_parent_is_denied(fields: dict[str, Any]) -> None:
    assert "ORDER_CHILD_UNLIKE_PARENT" in worked().denied("child", **{**CHILD, **fields})


def test_a_child_of_another_account_is_denied() -> None:
    desk = worked()
    other = {**CHILD, "account_id": "another"}
    assert "ORDER_CHILD_UNLIKE_PARENT" in desk.denied("child", **other)


def test_a_child_is_judged_by_every_other_rule_too() -> None:
    desk = worked()
    assert desk.denied("one-of-it", **{**CHILD, **limit("100.001")}) == ["ORDER_PRICE_OFF_TICK"]
    assert desk.denied("half", parent_id="one", quantity=D("0.5")) == ["ORDER_QUANTITY_OFF_LOT"]
    assert desk.denied("used", client_order_id="client-one", **CHILD) == ["CLIENT_ORDER_ID_USED"]
