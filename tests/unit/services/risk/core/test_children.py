"""Parent and children reserve the parent's quantity once, whatever becomes of the children."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.risk.core.children import hand, is_like, left, parent_of
from shared.events.oms import ExecutionBusted, ExecutionCorrected, OrderProgressed
from shared.events.risk import OrderApproved
from shared.types import (
    SECOND_US,
    ZERO,
    AccountType,
    Algorithm,
    Execution,
    OrderStatus,
    Scope,
    ScopeKind,
    Side,
)
from tests.builders import ACCOUNT, NOON, order
from tests.unit.services.risk.desk import D, Desk, examples, limit, state_of

TWAP = Algorithm(name="twap", starts_at=NOON, ends_at=NOON.plus(3600 * SECOND_US))


def worked(desk: Desk | None = None, **fields: Any) -> Desk:
    """A desk with a parent of 100 at a limit of 100."""
    desk = Desk() if desk is None else desk
    assert desk.denied("one", algorithm=TWAP, **{**limit("100"), **fields}) == []
    return desk


def child(desk: Desk, name: str, quantity: int, **fields: Any) -> list[str]:
    return desk.denied(name, **limit("100", parent_id="one", quantity=D(quantity), **fields))


def reserved(desk: Desk) -> tuple[Decimal, Decimal]:
    """Units and worth of the open buys, as the book has them."""
    holding = desk.state.books.of(ACCOUNT).holdings["AIG"]
    return holding.buy_quantity, holding.buy_notional


def test_a_child_is_carved_out_of_its_parent() -> None:
    desk = worked()
    assert reserved(desk) == (100, 10_000)
    assert child(desk, "first", 40) == []
    assert (desk.row("live_orders", "one").cum_quantity, reserved(desk)) == (40, (100, 10_000))
    desk.fill("first", "30", "100")
    assert reserved(desk) == (70, 7_000)
    desk.cancel("first")  # ten come back
    assert (desk.row("live_orders", "one").cum_quantity, reserved(desk)) == (30, (70, 7_000))
    assert child(desk, "second", 70) == []
    desk.fill("second", "70", "100")
    assert (desk.row("live_orders", "one").cum_quantity, reserved(desk)) == (100, (0, 0))


def test_a_child_needs_no_money_that_its_parent_has_not_reserved() -> None:
    desk = worked(Desk(AccountType.CASH, "10000"))
    assert desk.denied("other", quantity=D(1), **limit("1")) == ["BUYING_POWER_INSUFFICIENT"]
    assert child(desk, "first", 60) == []
    desk.fill("first", "60", "100")
    assert child(desk, "second", 40) == []
    assert desk.row("accounts", ACCOUNT).cash == 4000


def test_a_child_at_a_higher_price_is_judged_by_the_increase() -> None:
    desk = worked(Desk(AccountType.CASH, "10050"))
    # 50 more at 101 instead of 100 need the last 50 dollars; then there is no dollar left.
    first = {"parent_id": "one", "quantity": D(50)}
    assert desk.denied("first", **limit("101", **first)) == []
    told = desk.submit("second", **limit("101", **first)).violations
    assert [(one.code, one.limit, one.value) for one in told] == [
        ("BUYING_POWER_INSUFFICIENT", "0", "50")
    ]
    assert desk.denied("third", **limit("100", **first)) == []


def test_a_market_parent_needs_more_when_the_price_has_risen() -> None:
    desk = Desk(AccountType.CASH, "10210.2")
    assert desk.denied("one", algorithm=TWAP) == []  # 100 at 100.10 and two per cent: all of it
    half = {"parent_id": "one", "quantity": D(50)}
    assert desk.denied("first", **half) == []
    desk.quote("AIG", 100.1, 100.2)
    assert desk.denied("second", **half) == ["BUYING_POWER_INSUFFICIENT"]


def test_limits_of_position_and_gross_count_parent_and_child_once() -> None:
    desk = worked(Desk(position_quantity_max="100", gross_exposure_max="10000"))
    assert child(desk, "first", 100) == []
    desk.fill("first", "50", "100")
    assert desk.denied("other", quantity=D(1), **limit("1")) == [
        "POSITION_EXCEEDS_QUANTITY_MAX", "GROSS_EXPOSURE_EXCEEDS_MAX"
    ]  # fmt: skip


def test_children_count_as_orders_open_and_a_second() -> None:
    desk = worked(Desk(open_orders_max="2", orders_per_second_max="3"))
    assert child(desk, "first", 10) == []
    assert child(desk, "second", 10) == ["OPEN_ORDERS_EXCEED_MAX"]
    desk.cancel("first")
    assert child(desk, "third", 10) == []
    desk.cancel("third")
    assert child(desk, "fourth", 10) == ["RATE_EXCEEDS_MAX_PER_SECOND"]


def test_a_halt_holds_children_back_unless_they_are_exits() -> None:
    desk = worked()
    desk.halt(Scope(kind=ScopeKind.ALL))
    assert child(desk, "first", 10) == ["TRADING_STATE_HALTED"]
    desk = Desk()
    desk.buy("AIG", "100", "100")
    assert desk.submit("one", algorithm=TWAP, side=Side.SELL).exit
    desk.halt(Scope(kind=ScopeKind.ALL))
    out = {"parent_id": "one", "side": Side.SELL}
    assert desk.submit("first", quantity=D(60), **out).exit
    assert desk.submit("second", quantity=D(40), **out).exit
    assert desk.denied("third", quantity=D(1), **out) != []


def test_what_oms_tells_of_a_parent_only_says_whether_it_lives() -> None:
    desk = worked()
    assert child(desk, "first", 40) == []
    parent = desk.order_of("one").order
    desk.told(OrderProgressed, "oms", state=state_of(parent, OrderStatus.PARTIALLY_FILLED, D(7)))
    assert desk.row("live_orders", "one").cum_quantity == 40
    desk.told(OrderProgressed, "oms", state=state_of(parent, OrderStatus.FILLED, D(100)))
    assert desk.row("live_orders", "one") is None
    assert reserved(desk) == (40, 4_000)  # the child still works


def test_a_restart_knows_what_was_handed_out() -> None:
    desk = worked()
    child(desk, "first", 40)
    desk.restart()
    desk.refresh()
    assert reserved(desk) == (100, 10_000)
    assert child(desk, "second", 61) == ["ORDER_CHILD_EXCEEDS_PARENT"]
    assert child(desk, "third", 60) == []


def executed(desk: Desk, name: str, quantity: Decimal) -> Execution:
    return Execution(
        execution_id=f"e-{name}", order_id=name, account_id=ACCOUNT, symbol="AIG", side=Side.BUY,
        quantity=quantity, price=D(100), transact_at=desk.at.market,
    )  # fmt: skip


def test_an_execution_taken_back_returns_to_whoever_may_still_trade_it() -> None:
    desk = worked()
    child(desk, "first", 40)
    body = desk.order_of("first").order
    desk.fill("first", "40", "100")
    # The venue takes 10 back and the child works on: it holds its 40 as before.
    told = state_of(body, OrderStatus.PARTIALLY_FILLED, D(30))
    desk.told(ExecutionBusted, "oms", state=told, execution=executed(desk, "first", D(10)))
    assert (desk.row("live_orders", "one").cum_quantity, reserved(desk)[0]) == (40, 70)
    desk.cancel("first")
    # It takes 5 more back of the ended child: those are the parent's again.
    told = state_of(body, OrderStatus.CANCELED, D(25))
    desk.told(ExecutionBusted, "oms", state=told, execution=executed(desk, "first", D(5)))
    assert (desk.row("live_orders", "one").cum_quantity, reserved(desk)[0]) == (25, 75)
    corrected = state_of(body, OrderStatus.CANCELED, D(27))
    desk.told(
        ExecutionCorrected, "oms", state=corrected, execution=executed(desk, "first", D(27)),
        previous=executed(desk, "first", D(25)),
    )  # fmt: skip
    assert (desk.row("live_orders", "one").cum_quantity, reserved(desk)[0]) == (27, 73)


def test_a_late_fill_of_an_ended_child_is_taken_from_its_parent() -> None:
    desk = worked()
    child(desk, "first", 40)
    body = desk.order_of("first").order
    desk.cancel("first")
    assert reserved(desk)[0] == 100
    desk.fill("first", "15", "100", body=body)
    assert (desk.row("live_orders", "one").cum_quantity, reserved(desk)[0]) == (15, 85)


def test_words_of_a_family() -> None:
    desk = worked()
    parent = desk.row("live_orders", "one")
    one = order("child", parent_id="one")
    assert parent_of(one, desk.state) == parent
    assert parent_of(order("child"), desk.state) is None
    assert is_like(one, parent) and not is_like(order(side=Side.SELL), parent)
    assert left(parent) == 100
    hand(one, ZERO, D(150), desk.state)  # overfilled
    assert left(desk.state.live_orders.get("one")) == 0


@settings(max_examples=examples(20), derandomize=True, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_parent_and_children_together_reserve_what_is_not_filled(seed: int) -> None:
    chance, desk, filled = Random(seed), worked(), ZERO
    for number in range(40):
        rows = [row for row in desk.rows("live_orders") if row.body.parent_id is not None]
        act = chance.random()
        if act < 0.5 or not rows:
            name, quantity = f"child-{number}", D(chance.choice([5, 20, 60, 101]))
            asked = limit("100", parent_id="one", quantity=quantity)
            free = left(desk.row("live_orders", "one"))
            verdict = desk.submit(name, **asked)
            assert isinstance(verdict, OrderApproved) is (quantity <= free)
        elif act < 0.8:
            row = chance.choice(rows)
            quantity = min(D(chance.choice([1, 7, 60])), row.quantity - row.cum_quantity)
            desk.fill(row.order_id, str(quantity), "100")
            filled += quantity
        else:
            desk.cancel(chance.choice(rows).order_id)
        assert reserved(desk) == (100 - filled, (100 - filled) * 100)
        desk.restart()
        desk.refresh()
