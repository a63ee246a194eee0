"""What a split makes of an order and of its executions; whatever the ratio, nothing is lost."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.oms.core.order import new_row
from services.oms.core.rows import ExecutionRow, OrderRow
from services.oms.core.splits import (
    PART_MAX,
    counted,
    filled_parts,
    is_ratio,
    parts_of,
    split_order,
    split_row,
    today,
)
from shared.events.oms import ExecutionBusted, ExecutionCorrected
from shared.events.venue import ReportKind
from shared.types import Leg, OrderStatus, OrderType, Side
from tests.builders import ACCOUNT, FIRM, NOON, order
from tests.unit.services.oms.desk import Desk, standing

D = Decimal


def a_row(quantity: str = "100", **fields: object) -> OrderRow:
    return new_row(order(quantity=D(quantity), **fields), OrderStatus.NEW, NOON)


def execution(quantity: str, price: str, splits: int) -> ExecutionRow:
    return ExecutionRow(
        execution_id="A", order_id="order-1", account_id=ACCOUNT, firm_id=FIRM, symbol="AIG",
        side=Side.BUY, quantity=D(quantity), price=D(price), transact_at=NOON, quote_at=None,
        quote_row=None, fee=D(0), currency="USD", execution_ref=None, kind="fill", booked_at=NOON,
        chain_id="order-1", splits=splits,
    )  # fmt: skip


@pytest.mark.parametrize("good", [(2, 1), (1, 10), (3, 2), (PART_MAX, 1)])
def test_shares_for_shares_are_a_ratio(good: tuple[int, int]) -> None:
    assert is_ratio(good)


@pytest.mark.parametrize("bad", [(0, 1), (1, 0), (-2, 1), (2, -1), (PART_MAX + 1, 1)])
def test_a_part_that_is_not_above_zero_or_absurd_is_none(bad: tuple[int, int]) -> None:
    assert not is_ratio(bad)


def test_an_order_is_restated_with_its_prices_and_those_of_its_legs() -> None:
    leg = Leg(order_id="leg", client_order_id="leg", type=OrderType.STOP, stop_price=D(30))
    asked = order(
        quantity=D(100), limit_price=D(50), stop_price=D(49), trail_price=D(3), legs=(leg,),
        display_quantity=D(10), trail_percent=D(5),
    )  # fmt: skip
    found = split_order(asked, (2, 1))
    assert (found.quantity, found.display_quantity) == (200, 20)
    assert (found.limit_price, found.stop_price, found.trail_price) == (25, D("24.5"), D("1.5"))
    assert (found.trail_percent, found.legs[0].stop_price) == (5, 15)
    assert (found.legs[0].limit_price, found.notional) == (None, None)


def test_a_row_keeps_its_money_and_scales_the_rest() -> None:
    row = msgspec.structs.replace(a_row(), cum_quantity=D(40), amount=D(400))
    state = msgspec.structs.replace(row.state, hwm=D(12), stop_price=D(9))
    row = msgspec.structs.replace(row, state=state, pending_quantity=D(150))
    after = split_row(row, (3, 2))
    assert after is not None
    assert (after.quantity, after.cum_quantity, after.amount) == (150, 60, 400)
    assert after.average_price == D("6.666666666667")
    assert (after.pending_quantity, after.splits, after.parts) == (225, ((3, 2),), 120)
    assert (after.state.hwm, after.state.stop_price) == (8, 6)


def test_a_split_beyond_what_can_be_counted_makes_no_row() -> None:
    row = a_row("1E-59")
    after = split_row(row, (1, 10))
    assert after is not None and split_row(after, (1, 10)) is None


def test_an_execution_is_what_the_splits_after_it_made_of_it() -> None:
    row = msgspec.structs.replace(a_row(), splits=((2, 1), (3, 2)))
    first, second, last = (today(execution("10", "60", n), row) for n in (0, 1, 2))
    assert (first.quantity, first.price) == (30, 20)
    assert (second.quantity, second.price) == (15, 40)
    assert (last.quantity, last.price) == (10, 60)
    assert [parts_of(D(10), row, since) for since in (0, 1, 2)] == [60, 30, 20]


RATIOS = st.tuples(st.integers(1, 12), st.integers(1, 12))
QUANTITIES = st.decimals("0.001", 1000, places=3)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.lists(st.one_of(RATIOS, QUANTITIES), max_size=12))
def test_whatever_splits_and_fills_come_the_sum_is_that_of_fractions(
    happened: list[tuple[int, int] | Decimal],
) -> None:
    row, booked = a_row("1000000"), list[tuple[Decimal, int]]()
    exact = Fraction(0)
    for one in happened:
        if isinstance(one, tuple):
            after = split_row(row, one)
            assert after is not None
            row, exact = after, exact * Fraction(*one)
        else:
            booked.append((one, len(row.splits)))
            parts = filled_parts(row) + parts_of(one, row, len(row.splits))
            row = msgspec.structs.replace(row, **counted(row, parts, row.amount))
            exact += Fraction(one)
    assert abs(Fraction(row.cum_quantity) - exact) <= Fraction(1, 10**12)
    left = filled_parts(row) - sum(parts_of(one, row, since) for one, since in booked)
    assert counted(row, left, D(0))["cum_quantity"] == 0


# -- what the books of others are told ------------------------------------------------------------


def split_desk() -> Desk:
    """40 at 10 were bought ahead of a split of 2 for 1."""
    desk = Desk()
    desk.submit()
    desk.fill("A", 40, 10, fee=D(1))
    desk.report(ReportKind.RESTATED, split=(2, 1))
    return desk


def test_a_split_is_told_with_its_ratio_and_books_nothing() -> None:
    desk = Desk()
    desk.submit(limit_price=D(12), type=OrderType.LIMIT)
    desk.fill("A", 40, 10)
    (event,) = desk.report(ReportKind.RESTATED, split=(2, 1))
    assert type(event).__name__ == "OrderRestated"
    assert event.split == (2, 1)  # type: ignore[attr-defined]
    assert desk.stands() == standing("partially_filled", 200, 80, 120, 5)
    assert desk.order().limit_price == 6
    assert len(desk.rows("executions")) == 1


def test_a_bust_after_a_split_carries_the_quantity_and_price_that_are_in_the_book_now() -> None:
    (event,) = split_desk().amend(ReportKind.BUSTED, "B", "A")
    assert isinstance(event, ExecutionBusted)
    taken = event.execution
    assert (taken.execution_id, taken.quantity, taken.price, taken.fee) == ("A", 80, 5, 1)


def test_a_correction_after_a_split_takes_out_the_scaled_one_and_puts_in_what_was_told() -> None:
    (event,) = split_desk().amend(ReportKind.CORRECTED, "B", "A", 70, 6)
    assert isinstance(event, ExecutionCorrected)
    assert (event.previous.quantity, event.previous.price) == (80, 5)
    assert (event.execution.quantity, event.execution.price) == (70, 6)


def test_the_request_that_is_outstanding_is_restated_too() -> None:
    desk = Desk()
    desk.submit()
    desk.replace("order-2", quantity=150, limit_price=D(9), type=OrderType.LIMIT)
    desk.report(ReportKind.RESTATED, split=(3, 1))
    desk.report(ReportKind.REPLACED, request_id="order-2")
    assert desk.stands("order-2") == standing("new", 450, 0, 450, 0)
    assert desk.order("order-2").limit_price == 3
