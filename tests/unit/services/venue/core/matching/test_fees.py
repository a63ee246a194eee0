"""What an order costs, by hand from the published schedules."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.venue.core.matching.fees import order_fee
from services.venue.core.matching.terms import FeeSchedule
from tests.unit.services.venue.floor import Floor, quote, trade

FIXED, TIERED = FeeSchedule.IB_FIXED, FeeSchedule.IB_TIERED


@pytest.mark.parametrize(
    ("schedule", "quantity", "price", "fee"),
    [
        (FeeSchedule.ZERO, "1000", "47.82", "0"),
        (FIXED, "100", "47.82", "1"),  # 0.50 is below the minimum
        (FIXED, "200", "47.82", "1"),  # exactly the minimum
        (FIXED, "1000", "47.82", "5"),
        (FIXED, "1000", "0.25", "2.5"),  # 1 % of 250 is below 5.00
        (FIXED, "1", "47.82", "0.4782"),  # 1 % of 47.82 is below the minimum
        (TIERED, "100", "47.82", "0.35"),  # exactly the minimum
        (TIERED, "1000", "47.82", "3.5"),
        (TIERED, "1", "20", "0.2"),
    ],
)
def test_the_fee_of_an_order_is_within_its_minimum_and_its_share_of_the_value(
    schedule: FeeSchedule, quantity: str, price: str, fee: str
) -> None:
    traded = Decimal(quantity)
    assert str(order_fee(schedule, traded, traded * Decimal(price))) == fee


def charged(floor: Floor) -> list[str]:
    rows = sorted(floor.rows("paper_executions"), key=lambda row: row.transact_at)
    return [str(row.fee) for row in rows]


def test_parts_of_an_order_pay_its_minimum_once() -> None:
    """20, 130, 250 shares: 1.00; 1.00 in all (0.75); 2.00 in all (400 x 0.005)."""
    floor = Floor()
    floor.terms(fees=FIXED)
    floor.ticks(quote(0, 10, 49.99, 50, ask_size=20))
    floor.submit(quantity=400)
    floor.ticks(quote(1, 11, 49.99, 50, ask_size=130), quote(2, 12, 49.99, 50, ask_size=900))
    assert charged(floor) == ["1", "0", "1"]
    assert (floor.paper().fee, floor.paper().amount) == (2, 20_000)


def test_the_maximum_grows_with_what_has_traded() -> None:
    """1 share at 50: 1 % is 0.50; then 99 more: the minimum of 1.00, of which 0.50 is paid."""
    floor = Floor()
    floor.terms(fees=FIXED)
    floor.ticks(quote(0, 10, 49.99, 50, ask_size=1))
    floor.submit()
    floor.ticks(quote(1, 11, 49.99, 50))
    assert charged(floor) == ["0.5", "0.5"]


def test_the_fee_is_told_with_the_execution_and_kept_over_a_replace() -> None:
    floor = Floor()
    floor.terms(fees=FIXED)
    floor.ticks(quote(0, 10, 47.81, 47.82))
    floor.submit(limit_price="47.80", quantity=200)
    (first,) = floor.ticks(trade(1, 47.5, 120))
    floor.replace("order-2", limit_price="47.81", quantity=300)
    (second,) = floor.ticks(trade(2, 47.5, 900))
    assert first.execution is not None and second.execution is not None
    assert (str(first.execution.fee), str(second.execution.fee)) == ("1", "0.5")


def test_without_a_schedule_nothing_is_charged() -> None:
    floor = Floor()
    floor.ticks(quote(0, 10, 47.81, 47.82))
    floor.submit()
    assert charged(floor) == ["0"]
