"""The order book with its oracle, as a state machine: what always holds, and what must hold in the
end. The rules that move it are in `test_order_machine`.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from services.oms.core.rows import OrderRow
from shared.events.venue import ReportKind
from shared.messages import Event
from shared.types import TimeInForce
from tests.unit.services.oms.desk import Desk, alerts, told
from tests.unit.services.oms.oracle import Oracle

D = Decimal
STEP = Fraction(1, 10**12)
OPEN = {"pending_new", "new", "partially_filled", "suspended", "pending_cancel", "pending_replace"}
AFTER = {
    "canceled": {"canceled", "filled"},
    "expired": {"expired", "filled"},
    "rejected": {"rejected", "canceled", "filled"},
    "denied": {"denied", "canceled", "filled"},
    "replaced": {"replaced"},
    "filled": {"filled", "done_for_day"},
}
"""Where an order may stand after it had ended, but for busts, corrections and restatements."""
TAKEN_BACK = {"filled": OPEN | {"filled", "canceled", "expired"}}
LASTING = {TimeInForce.GTC, TimeInForce.GTD}
LATE = {"canceled", "expired", "rejected", "denied"}


class Machine(RuleBasedStateMachine):
    """One shard of OMS and what is known of it."""

    def __init__(self) -> None:
        super().__init__()
        self.desk, self.oracle = Desk(), Oracle()
        self.ids: list[str] = []
        self.request_ids: list[str] = []
        self.executions: list[str] = []
        self.number = 0
        self.stood: dict[str, str] = {}
        self.over: set[str] = set()
        self.may_open = False

    # -- what always holds -----------------------------------------------------------------------

    @invariant()
    def numbers_are_those_of_the_oracle(self) -> None:
        for chain, newest in self.oracle.newest.items():
            row = self.desk.order(newest)
            quantity, money = self.oracle.quantity(chain), self.oracle.money(chain)
            assert abs(Fraction(row.cum_quantity) - quantity) <= STEP
            assert Fraction(row.amount) == money
            average = money / quantity if quantity else Fraction(0)
            assert abs(Fraction(row.average_price) - average) <= STEP

    @invariant()
    def every_execution_is_booked_once_and_no_other(self) -> None:
        kinds = {row.execution_id: row.kind for row in self.desk.rows("executions")}
        assert kinds == {name: one.kind for name, one in self.oracle.booked.items()}
        assert all(times == 1 for times in self.oracle.fills_told.values())
        fills = {name for name, one in self.oracle.booked.items() if one.kind == "fill"}
        assert set(self.oracle.fills_told) == fills

    @invariant()
    def what_is_open_adds_up(self) -> None:
        for row in self._rows():
            left = row.quantity - row.cum_quantity
            is_open = row.status in OPEN and row.under in OPEN
            assert row.leaves_quantity == (max(D(0), left) if is_open else row.leaves_quantity)
            if row.under in AFTER:
                assert row.leaves_quantity == 0
            pending = row.status in ("pending_cancel", "pending_replace")
            assert pending == (row.request_id is not None)
            assert pending or row.status == row.under
            if row.under == "filled":
                assert row.cum_quantity >= row.quantity

    @invariant()
    def moves_are_legal(self) -> None:
        for row in self._rows():
            before = self.stood.get(row.order_id)
            allowed = AFTER.get(before or "")
            if allowed is not None and self.may_open:
                allowed = allowed | TAKEN_BACK.get(before or "", set())
            assert allowed is None or row.status in allowed, (before, row.status)
            self.stood[row.order_id] = row.status
            if row.status in LATE:
                self.over.add(row.order_id)
            assert row.order_id not in self.over or row.status in LATE | {"filled"}
        self.may_open = False

    @invariant()
    def no_request_is_answered_twice(self) -> None:
        assert [one for one, times in self.oracle.answers.items() if times > 1] == []

    def teardown(self) -> None:
        """The venue refuses what is still outstanding: now everything has been answered."""
        for _ in range(2):
            for row in self._rows():
                if row.request_id is not None:
                    kind = ReportKind.CANCEL_REJECTED
                    request_id = row.request_id
                    self._heard(
                        self.desk.report(kind, row.order_id, request_id=request_id, reason="v")
                    )
        assert {one: self.oracle.answers[one] for one in self.oracle.asked} == dict.fromkeys(
            self.oracle.asked, 1
        )
        assert all(row.request_id is None and row.queued_id is None for row in self._rows())

    # -- helpers ---------------------------------------------------------------------------------

    def _heard(self, events: list[Event]) -> list[Event]:
        self.oracle.hear(events)
        for event in events:
            if type(event).__name__ == "OrderReplaced":
                self.ids.append(event.successor.order.order_id)  # type: ignore[attr-defined]
        return events

    def _fill(
        self, order_id: str, execution_id: str, quantity: Decimal, price: Decimal
    ) -> list[Event]:
        before = None if order_id == "stranger" else self._newest_of(order_id)
        is_booked = self.oracle.fill(order_id, execution_id, quantity, price)
        events = self._heard(self.desk.fill(execution_id, quantity, price, order_id))
        assert ("OrderFilled" in told(events)) == is_booked
        if is_booked and before is not None:
            day_over = before.under == "done_for_day" and before.time_in_force not in LASTING
            assert ("late_fill" in alerts(events)) == (before.under in LATE or day_over)
            row = self.desk.order(before.order_id)
            ceiling = max(row.quantity, row.pending_quantity or D(0))
            assert ("overfill" in alerts(events)) == (row.cum_quantity > ceiling)
        return events

    def _amend(self, kind: ReportKind, which: int, ref: int, numbers: Any, is_new: bool) -> None:
        self.may_open = True
        order_id, refs = self._order(which), self.executions or ["never"]
        execution_id = self._new_execution() if is_new else refs[which % len(refs)]
        ref_id = refs[ref % len(refs)]
        is_booked = self.oracle.amend(order_id, execution_id, ref_id, numbers)
        events = self.desk.amend(kind, execution_id, ref_id, *(numbers or (0, 0)), order_id)
        name = "ExecutionBusted" if kind is ReportKind.BUSTED else "ExecutionCorrected"
        assert (name in told(self._heard(events))) == is_booked

    def _new_order(self, word: str) -> str:
        self.number += 1
        order_id = f"{word}-{self.number}"
        self.ids.append(order_id)
        self.oracle.begin(order_id)
        return order_id

    def _new_request(self, word: str) -> str:
        self.number += 1
        self.request_ids.append(f"{word}-{self.number}")
        self.oracle.asked.append(self.request_ids[-1])
        return self.request_ids[-1]

    def _new_execution(self) -> str:
        self.number += 1
        self.executions.append(f"E{self.number}")
        return self.executions[-1]

    def _order(self, which: int) -> str:
        return self.ids[which % len(self.ids)]

    def _newest_of(self, order_id: str) -> OrderRow:
        return self.desk.order(self.oracle.newest[self.oracle.chain_of[order_id]])

    def _is_kept(self, used: str) -> bool:
        """Whether the id is an order's, or a request's that named a known order."""
        return any(self.desk.row(table, used) is not None for table in ("orders", "requests"))

    def _outstanding(self) -> list[OrderRow]:
        return [row for row in self._rows() if row.request_id is not None]

    def _asked(self, which: int) -> tuple[OrderRow, str]:
        """An order with a request that is outstanding, and any id of its chain."""
        rows = self._outstanding()
        row = rows[which % len(rows)]
        chain = [one for one in self.ids if self.oracle.chain_of[one] == row.chain_id]
        return row, chain[which % len(chain)]

    def _rows(self) -> list[OrderRow]:
        return [self.desk.order(order_id) for order_id in self.ids]
