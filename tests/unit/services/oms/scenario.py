"""Plays order-state scenarios (../shared/scenarios, tests/scenarios) through the handlers of OMS.

The player is gateway, risk and broker. Ids of the file are the client's; the order id of X is
`order-X`. A message delivered again (`dup`) is dropped by the loop ahead of the handlers, which has
tests of its own: here its step only shows that nothing moved.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from shared.events.venue import ReportKind
from shared.messages import Event
from shared.types import TimeInForce
from tests.unit.services.oms.desk import Desk, standing

KINDS = {
    "OrderAccepted": "new",
    "OrderFilled": "trade",
    "OrderDoneForDay": "done_for_day",
    "CancelPending": "pending_cancel",
    "OrderCanceled": "canceled",
    "ReplacePending": "pending_replace",
    "OrderReplaced": "replaced",
    "OrderRejected": "rejected",
    "OrderDenied": "rejected",
    "OrderExpired": "expired",
    "OrderSuspended": "suspended",
    "OrderRestated": "restated",
    "ExecutionBusted": "trade_cancel",
    "ExecutionCorrected": "trade_correct",
    "CancelRefused": "cancel_reject",
    "ReplaceRefused": "cancel_reject",
}
SENT = {"OrderSubmitted": "new", "CancelPending": "cancel", "ReplacePending": "replace"}
AVERAGE_STEP = Decimal("1E-8")
SHOWN = {"denied": "rejected"}


class Player:
    """One scenario. `restarts`: the process dies after every step."""

    def __init__(self, restarts: bool = False) -> None:
        self.desk, self._restarts = Desk(), restarts
        self._used: set[str] = set()
        self._again = 0
        self._read: list[list[str | None]] = []

    def play(self, scenario: dict[str, Any]) -> list[str]:
        """What went otherwise than written, one line a step."""
        self.desk = Desk(negative_prices=scenario.get("neg_ok", False))
        failures = []
        for number, step in enumerate(scenario["steps"], 1):
            wrong = self._step(step)
            failures += [f"{scenario['id']} step {number}: {text}" for text in wrong]
            if self._restarts:
                self.desk.restart()
        return failures

    def _step(self, step: dict[str, Any]) -> list[str]:
        name = step.get("o", "X")
        self._read = []
        events = [] if step.get("dup") else self._hear(step["i"], name)
        reports = [self._report(event) for event in events if type(event).__name__ in KINDS]
        return [
            *_differ("out", self._read or reports, self._wanted(step.get("out", []))),
            *_differ("snd", self._sent(events), step.get("snd", [])),
            *_compare(self._stands(name), _wanted_state(step.get("x"))),
            *_differ("alert", _alerts(events), [step["alert"]] if "alert" in step else []),
        ]

    def _hear(self, what: dict[str, Any], name: str) -> list[Event]:
        kind = what["t"]
        order_id = self._id(what.get("id", name) if kind == "submit" else name)
        if kind in CLIENT:
            return CLIENT[kind](self, what, order_id)
        if kind == "restart":
            self.desk.restart()
            return []
        if kind == "timeout":
            return self.desk.tick(11)
        told_of = self._id(what["clid"]) if "clid" in what else self._current(order_id)
        return _broker(self.desk, what, told_of)

    # -- the client's words ----------------------------------------------------------------------

    def submit(self, what: dict[str, Any], order_id: str) -> list[Event]:
        """risk denies what it is told to deny, and an id that was used; a possible resend of a
        used one is a read.
        """
        name, quantity = what["id"], _decimal(what["qty"])
        if name in self._used or self.desk.row("requests", order_id) is not None:
            if what.get("poss"):
                self._read = [["order_status", name, None, None]]
                return []
            self._read = [["rejected", name, None, "duplicate_order"]]
            self._again += 1
            return self.desk.deny(f"{order_id}-again-{self._again}", "duplicate_order")
        self._used.add(name)
        if what.get("deny"):
            return self.desk.deny(order_id, what["deny"], quantity=quantity)
        tif = TimeInForce(what.get("tif", "day"))
        return self.desk.submit(order_id, quantity=quantity, time_in_force=tif)

    def cancel(self, what: dict[str, Any], _: str) -> list[Event]:
        """A cancel by the client's id; one that names nothing reaches nobody."""
        orig = self._id(what["orig"])
        if self.desk.row("orders", orig) is None and self.desk.row("requests", orig) is None:
            self._read = [["cancel_reject", what["id"], what["orig"], "unknown_order"]]
            return []
        return self.desk.cancel(self._id(what["id"]), orig)

    def replace(self, what: dict[str, Any], _: str) -> list[Event]:
        """A replace that risk approves, unless told to deny it."""
        old, new = self._id(what["orig"]), self._id(what["id"])
        if what.get("deny"):
            return self.desk.deny_replace(new, old, what["deny"])
        row = self.desk.row("orders", self._current(old))
        tif = TimeInForce.DAY if row is None else row.time_in_force
        return self.desk.replace(new, old, quantity=_decimal(what["qty"]), time_in_force=tif)

    def status(self, what: dict[str, Any], _: str) -> list[Event]:
        """A read."""
        name = what["id"]
        known = self.desk.row("orders", self._id(name)) is not None
        self._read = [["order_status", name, None, None if known else "unknown_order"]]
        return []

    # -- what is compared ------------------------------------------------------------------------

    def _report(self, event: Event) -> list[str | None]:
        kind = KINDS[type(event).__name__]
        state = getattr(event, "state", None)
        order_id = getattr(event, "order_id", None) or state.order.order_id
        request_id = getattr(event, "request_id", None)
        if kind == "replaced":
            successor = event.successor.order.order_id  # type: ignore[attr-defined]
            return [kind, _name(successor), _name(order_id), None]
        if request_id is not None:
            return [kind, _name(request_id), _name(order_id), getattr(event, "reason", None)]
        if kind == "canceled" and event.cause != order_id:
            return [kind, _name(event.cause or ""), _name(order_id), None]
        reason = state.reason if kind == "rejected" and state is not None else None
        return [kind, _name(order_id), None, reason]

    @staticmethod
    def _wanted(out: list[list[str | None]]) -> list[list[str | None]]:
        return [[*report, None, None][:4] for report in out]

    @staticmethod
    def _sent(events: list[Event]) -> list[list[str]]:
        sent = []
        for event in events:
            word = SENT.get(type(event).__name__)
            if word is not None:
                order_id = event.state.order.order_id  # type: ignore[attr-defined]
                sent.append([word, _name(getattr(event, "request_id", order_id))])
        return sent

    def _stands(self, name: str) -> object:
        order_id = self._current(self._id(name))
        if self.desk.row("orders", order_id) is None:
            return "absent"
        status, *numbers = self.desk.stands(order_id)
        return (SHOWN.get(status, status), *numbers)

    def _current(self, order_id: str) -> str:
        row = self.desk.row("orders", order_id)
        while row is not None and row.state.replaced_by is not None:
            order_id = row.state.replaced_by
            row = self.desk.row("orders", order_id)
        return order_id

    @staticmethod
    def _id(name: str) -> str:
        return f"order-{name}"


CLIENT = {
    "submit": Player.submit,
    "cancel": Player.cancel,
    "replace": Player.replace,
    "status": Player.status,
}


def _broker(desk: Desk, what: dict[str, Any], order_id: str) -> list[Event]:
    request = f"order-{what['id']}" if "id" in what else None
    kind = what["t"]
    if kind == "fill":
        return desk.fill(what["e"], what["q"], what["p"], order_id)
    if kind in ("bust", "correct"):
        report = ReportKind.BUSTED if kind == "bust" else ReportKind.CORRECTED
        return desk.amend(
            report, what["e"], what["ref"], what.get("q", 1), what.get("p", 1), order_id
        )
    return desk.report(
        BROKER[kind],
        order_id,
        request_id=request,
        reason=what.get("reason"),
        quantity=_decimal(what["qty"]) if "qty" in what else None,
        split=tuple(what["split"]) if "split" in what else None,
    )


BROKER = {
    "ack": ReportKind.ACCEPTED,
    "reject": ReportKind.REJECTED,
    "pend": ReportKind.PENDING,
    "canceled": ReportKind.CANCELED,
    "replaced": ReportKind.REPLACED,
    "cxl_reject": ReportKind.CANCEL_REJECTED,
    "dfd": ReportKind.DONE_FOR_DAY,
    "expired": ReportKind.EXPIRED,
    "suspended": ReportKind.SUSPENDED,
    "restated": ReportKind.RESTATED,
}


def _wanted_state(x: Any) -> object:
    return x if x == "absent" else standing(x[0], *x[1:])


def _decimal(value: object) -> Decimal:
    return Decimal(str(value))


def _compare(found: Any, wanted: Any) -> list[str]:
    """Status and quantities exactly, the average to AVERAGE_STEP."""
    if "absent" in (found, wanted) or found[:-1] != wanted[:-1]:
        return _differ("x", found, wanted)
    return [] if abs(found[-1] - wanted[-1]) <= AVERAGE_STEP else _differ("x", found, wanted)


def _alerts(events: list[Event]) -> list[str]:
    return [event.alert for event in events if hasattr(event, "alert")]


def _name(order_id: str) -> str:
    return order_id.removeprefix("order-")


def _differ(what: str, found: object, wanted: object) -> list[str]:
    return [] if found == wanted else [f"{what} is {found}, wanted {wanted}"]
