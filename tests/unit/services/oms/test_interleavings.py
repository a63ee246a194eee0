"""Random interleavings of client, venue and clock: whatever comes, the numbers agree and no input
of a broker raises. The oracle adds up what was told, by itself.
"""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from shared.events.oms import ExecutionBusted, ExecutionCorrected, OrderFilled
from shared.events.venue import ReportKind
from shared.messages import Event
from shared.types import Execution, TimeInForce
from tests.unit.services.oms.desk import Desk

OPEN = {"pending_new", "new", "partially_filled", "suspended", "pending_cancel", "pending_replace"}
PLAIN = [
    ReportKind.ACCEPTED,
    ReportKind.PENDING,
    ReportKind.REJECTED,
    ReportKind.CANCELED,
    ReportKind.CANCEL_REJECTED,
    ReportKind.REPLACED,
    ReportKind.REPLACE_REJECTED,
    ReportKind.EXPIRED,
    ReportKind.DONE_FOR_DAY,
    ReportKind.SUSPENDED,
    ReportKind.RESTATED,
    ReportKind.OPEN_ORDER,
    ReportKind.NOT_SENT,
]


class Oracle:
    """What counts, by execution id, from the events alone."""

    def __init__(self) -> None:
        self.counted: dict[str, Execution] = {}

    def hear(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, OrderFilled):
                assert event.execution.execution_id not in self.counted
                self.counted[event.execution.execution_id] = event.execution
            elif isinstance(event, ExecutionBusted):
                del self.counted[event.execution.execution_id]
            elif isinstance(event, ExecutionCorrected):
                del self.counted[event.previous.execution_id]
                self.counted[event.execution.execution_id] = event.execution

    @property
    def quantity(self) -> Decimal:
        return sum((one.quantity for one in self.counted.values()), Decimal(0))

    @property
    def amount(self) -> Decimal:
        return sum((one.quantity * one.price for one in self.counted.values()), Decimal(0))


@pytest.mark.parametrize("seed", range(60))
def test_quantities_and_prices_agree_with_what_was_told_whatever_comes(seed: int) -> None:
    dice, desk, oracle = random.Random(seed), Desk(), Oracle()
    desk.submit("order-0", time_in_force=dice.choice([TimeInForce.DAY, TimeInForce.GTC]))
    current, requests = "order-0", ["nothing"]
    for step in range(40):
        events = happen(desk, dice, step, current, requests)
        oracle.hear(events)
        if dice.random() < 0.1:
            desk.restart()
        successor = desk.order(current).state.replaced_by
        current = successor if successor is not None else current
        check(desk, current, oracle)


def happen(
    desk: Desk, dice: random.Random, step: int, order_id: str, requests: list[str]
) -> list[Event]:
    """One thing that a client, the venue or the clock may do."""
    what, earlier = dice.randrange(9), f"E{dice.randrange(step + 1)}"
    if what < 3:
        price = Decimal(dice.randrange(1, 9999)).scaleb(-dice.randrange(5))
        execution_id = f"E{step}" if dice.random() < 0.8 else earlier
        return desk.fill(execution_id, dice.randrange(1, 40), price, order_id)
    if what == 3:
        kind = dice.choice([ReportKind.BUSTED, ReportKind.CORRECTED])
        return desk.amend(kind, f"E{step}", earlier, dice.randrange(1, 40), 7, order_id)
    if what == 4:
        requests.append(f"cancel-{step}")
        return desk.cancel(requests[-1], order_id)
    if what == 5:
        requests.append(f"order-r{step}")
        return desk.replace(requests[-1], order_id, quantity=dice.randrange(50, 200))
    if what == 6:
        return desk.tick(dice.randrange(8))
    request_id = dice.choice([None, *requests[-2:]])
    return desk.report(dice.choice(PLAIN), order_id, request_id=request_id, reason="r")


def check(desk: Desk, order_id: str, oracle: Oracle) -> None:
    row = desk.order(order_id)
    assert row.cum_quantity == oracle.quantity
    assert row.amount == oracle.amount
    if row.cum_quantity:
        assert abs(row.average_price - oracle.amount / oracle.quantity) <= Decimal("1E-12")
    else:
        assert row.average_price == 0
    assert row.leaves_quantity in (0, row.quantity - row.cum_quantity)
    if row.status in OPEN and row.under in OPEN:
        assert row.leaves_quantity == max(Decimal(0), row.quantity - row.cum_quantity)
    assert (row.status in ("pending_cancel", "pending_replace")) == (row.request_id is not None)
    assert row.status == row.under or row.request_id is not None
