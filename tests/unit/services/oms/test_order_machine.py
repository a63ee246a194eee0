"""Clients, a venue that tells right and wrong, restarts and silence, in any order: the numbers stay
those of an oracle that counts the inputs by itself, and every request is answered once.
"""

from __future__ import annotations

import os
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
)

from shared.events.venue import ReportKind
from shared.types import TimeInForce
from tests.unit.services.oms.desk import alerts, told
from tests.unit.services.oms.machine import Machine

IS_DEEP = os.environ.get("PLIMSOLL_DEEP") == "1"
EXAMPLES, STEPS = (3000, 60) if IS_DEEP else (300, 50)
ORDERS_MAX = 2
SOON = [ReportKind.REPLACED, ReportKind.REPLACED, ReportKind.CANCELED]
D = Decimal

PLAIN = [
    ReportKind.ACCEPTED,
    ReportKind.PENDING,
    ReportKind.DONE_FOR_DAY,
    ReportKind.SUSPENDED,
    ReportKind.OPEN_ORDER,
]
ENDS = [ReportKind.REJECTED, ReportKind.NOT_SENT, ReportKind.CANCELED, ReportKind.EXPIRED]
ANSWERS = [
    ReportKind.CANCELED,
    ReportKind.CANCEL_REJECTED,
    ReportKind.REPLACE_REJECTED,
    ReportKind.REPLACED,
    ReportKind.REPLACED,
]
pick = st.integers(0, 99)
quantities = st.sampled_from([D(1), D(7), D(40), D(100), D("0.5"), D("33.333333333333")])
prices = st.sampled_from([D(10), D("9.99"), D(0), D("123456789.123456789012")])
bad_numbers = st.sampled_from(
    [(D(0), D(10)), (D(-1), D(10)), (D("NaN"), D(10)), (D("Infinity"), D(10)), (D(1), D("NaN")),
     (D(1), D("-0.01")), (D(1), D("Infinity")), (D("1E+99"), D(1))]
)  # fmt: skip
wanted = st.sampled_from([D(50), D(120), D(1), D("0.5"), D(1000)])
no_quantities = st.sampled_from([D(0), D(-3), D("NaN"), D("Infinity")])
splits = st.sampled_from([(2, 1), (3, 2), (1, 10), (1, 3), (7, 5)])
no_splits = st.sampled_from([(0, 1), (1, -2)])
times_in_force = st.sampled_from([TimeInForce.DAY, TimeInForce.GTC, TimeInForce.IOC])


class OrderMachine(Machine):
    """What clients, the venue and the system do."""

    # -- clients ---------------------------------------------------------------------------------

    @initialize(tif=times_in_force)
    def begin(self, tif: TimeInForce) -> None:
        self.submit(tif)

    @rule(tif=times_in_force)
    def submit(self, tif: TimeInForce) -> None:
        if len(self.oracle.newest) < ORDERS_MAX:
            order_id = self._new_order("order")
            self._heard(self.desk.submit(order_id, quantity=D(100), time_in_force=tif))

    @rule()
    def submit_denied(self) -> None:
        if len(self.oracle.newest) < ORDERS_MAX:
            self._heard(self.desk.deny(self._new_order("denied")))

    @rule(which=pick)
    def submit_again(self, which: int) -> None:
        events = self._heard(self.desk.submit(self._order(which), quantity=D(55)))
        assert alerts(events) == ["duplicate_order"]

    @rule(which=pick)
    def cancel(self, which: int) -> None:
        named = [*self.ids, *self.ids, *self.request_ids[-2:], "nobody"]
        request_id = self._new_request("cancel")
        self._heard(self.desk.cancel(request_id, named[which % len(named)]))

    @rule(which=pick, again=pick)
    def cancel_with_a_used_id(self, which: int, again: int) -> None:
        used = [*self.ids, *self.request_ids]
        used = [one for one in used if self._is_kept(one)]
        events = self._heard(self.desk.cancel(used[again % len(used)], self._order(which)))
        assert (told(events), [e.reason for e in events]) == (  # type: ignore[attr-defined]
            ["CancelRefused"],
            ["duplicate_id"],
        )

    @rule(which=pick, quantity=wanted)
    def replace(self, which: int, quantity: Decimal) -> None:
        order_id = self._order(which)
        row = self.desk.order(order_id)
        request_id = self._new_request("replace")
        tif = row.time_in_force
        events = self.desk.replace(request_id, order_id, quantity=quantity, time_in_force=tif)
        self._heard(events)

    @rule(which=pick, quantity=wanted, queues=st.booleans(), kind=st.none() | st.sampled_from(SOON))
    def replace_at_length(
        self, which: int, quantity: Decimal, queues: bool, kind: ReportKind | None
    ) -> None:
        """A replace, perhaps a cancel that waits for it, perhaps its answer or an end at once."""
        self.replace(which, quantity)
        order_id = self._order(which)
        if queues:
            self._heard(self.desk.cancel(self._new_request("cancel"), order_id))
        row = self._newest_of(order_id)
        if kind is not None and row.status == "pending_replace":
            request_id = row.request_id if kind is ReportKind.REPLACED else None
            self._heard(self.desk.report(kind, order_id, request_id=request_id))

    @rule(which=pick)
    def cancel_by_risk(self, which: int) -> None:
        self.number += 1
        self._heard(self.desk.cancel_by_risk(self._order(which), seq=1000 + self.number))

    # -- the venue -------------------------------------------------------------------------------

    @rule(which=pick, kind=st.sampled_from(PLAIN))
    def report(self, which: int, kind: ReportKind) -> None:
        self._heard(self.desk.report(kind, self._order(which)))

    @rule(which=pick, kind=st.sampled_from(ENDS), dice=pick)
    def end(self, which: int, kind: ReportKind, dice: int) -> None:
        if dice % 3 == 0:
            self._heard(self.desk.report(kind, self._order(which), reason="venue"))

    @precondition(lambda self: self._outstanding())
    @rule(which=pick, quantity=st.none() | wanted)
    def grant(self, which: int, quantity: Decimal | None) -> None:
        """The venue does what was asked of it, and names any id of the chain."""
        row, order_id = self._asked(which)
        kind = ReportKind.CANCELED if row.status == "pending_cancel" else ReportKind.REPLACED
        fields: dict[str, Any] = {"quantity": quantity} if kind is ReportKind.REPLACED else {}
        self._heard(self.desk.report(kind, order_id, request_id=row.request_id, **fields))

    @precondition(lambda self: self._outstanding())
    @rule(which=pick)
    def refuse(self, which: int) -> None:
        """The venue does not."""
        row, order_id = self._asked(which)
        kind, request_id = ReportKind.CANCEL_REJECTED, row.request_id
        self._heard(self.desk.report(kind, order_id, request_id=request_id, reason="venue"))

    @rule(which=pick, kind=st.sampled_from(ANSWERS), request=pick)
    def answer_wrongly(self, which: int, kind: ReportKind, request: int) -> None:
        request_id = self.request_ids[request % len(self.request_ids)] if self.request_ids else "x"
        reason = "unknown_order" if request % 2 else "venue"
        self._heard(
            self.desk.report(kind, self._order(which), request_id=request_id, reason=reason)
        )

    @rule(which=pick, quantity=st.none() | wanted)
    def restate(self, which: int, quantity: Decimal | None) -> None:
        self.may_open = True
        self._heard(self.desk.report(ReportKind.RESTATED, self._order(which), quantity=quantity))

    @rule(which=pick, split=splits)
    def split(self, which: int, split: Any) -> None:
        self.may_open = True
        self._heard(self.desk.report(ReportKind.RESTATED, self._order(which), split=split))

    @rule(which=pick, quantity=quantities, price=prices)
    def fill(self, which: int, quantity: Decimal, price: Decimal) -> None:
        self._fill(self._order(which), self._new_execution(), quantity, price)

    @rule(which=pick, execution=pick, quantity=quantities, price=prices)
    def fill_told_again(
        self, which: int, execution: int, quantity: Decimal, price: Decimal
    ) -> None:
        if self.executions:
            execution_id = self.executions[execution % len(self.executions)]
            self._fill(self._order(which), execution_id, quantity, price)

    @rule(which=pick, numbers=bad_numbers)
    def fill_with_poison(self, which: int, numbers: tuple[Decimal, Decimal]) -> None:
        if numbers[0].is_finite() and numbers[0] > 100:
            events = self._heard(self.desk.fill("poison", *numbers, self._order(which)))
        else:
            events = self._fill(self._order(which), self._new_execution(), *numbers)
        assert alerts(events) == ["poison"]

    @rule(quantity=quantities)
    def fill_of_a_stranger(self, quantity: Decimal) -> None:
        events = self._fill("stranger", self._new_execution(), quantity, D(10))
        assert alerts(events) == ["orphan_fill"]

    @rule(which=pick, ref=pick, is_new=st.booleans())
    def bust(self, which: int, ref: int, is_new: bool) -> None:
        self._amend(ReportKind.BUSTED, which, ref, None, is_new)

    @rule(which=pick, ref=pick, quantity=quantities, price=prices, is_new=st.booleans())
    def correct(
        self, which: int, ref: int, quantity: Decimal, price: Decimal, is_new: bool
    ) -> None:
        self._amend(ReportKind.CORRECTED, which, ref, (quantity, price), is_new)

    @rule(which=pick, ref=pick, numbers=bad_numbers)
    def correct_with_poison(self, which: int, ref: int, numbers: tuple[Decimal, Decimal]) -> None:
        if numbers[0] != D("1E+99"):
            self._amend(ReportKind.CORRECTED, which, ref, numbers, True)

    @rule(which=pick, quantity=no_quantities, split=no_splits)
    def say_nonsense(self, which: int, quantity: Decimal, split: Any) -> None:
        order_id = self._order(which)
        row, kind = self._newest_of(order_id), ReportKind.RESTATED
        for fields in ({"quantity": quantity}, {"split": split}):
            events = self._heard(self.desk.report(kind, order_id, **fields))
            assert alerts(events) == ["poison"]
        kind, request_id = ReportKind.REPLACED, row.request_id
        events = self.desk.report(kind, order_id, request_id=request_id, quantity=quantity)
        assert alerts(self._heard(events)) == ["poison"]
        events = self.desk.replace(self._new_request("replace"), order_id, quantity=quantity)
        assert told(self._heard(events)) == ["ReplaceRefused"]

    # -- the system ------------------------------------------------------------------------------

    @rule()
    def restart(self) -> None:
        self.desk.restart()

    @rule(seconds=st.sampled_from([1, 6, 11]))
    def pass_time(self, seconds: int) -> None:
        events = self._heard(self.desk.tick(seconds))
        assert set(alerts(events)) <= {"unknown_outcome"} and len(told(events)) == len(
            alerts(events)
        )


OrderMachine.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestOrderMachine = pytest.mark.timeout(1800 if IS_DEEP else 240)(OrderMachine.TestCase)
