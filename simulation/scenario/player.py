"""Plays one scenario: it is gateway, risk and broker to OMS, and compares what OMS says and stores
with what is written.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from shared.bus.ports import Partition
from shared.messages import Event
from shared.types import Order, OrderState
from simulation.scenario import inputs, words
from simulation.scenario.file import CLIENT, Scenario, Step
from simulation.scenario.inputs import Rooms, Told, number
from simulation.scenario.living import Living

Words = tuple[str | None, ...]
AVERAGE_WITHIN = Decimal("1e-8")
OPTIONAL = {"pending_new"}
"""Reports that a scenario may name and OMS need not make."""
DAY_OVER = {"done_for_day", "pending_cancel", "pending_replace"}
"""What a day order that the venue is done with may show: a request may still be on top."""
ENDED = {"filled", "canceled", "expired", "rejected", "replaced"}


class Player:
    """One scenario on one OMS."""

    def __init__(self, oms: Living) -> None:
        self.oms, self.rooms = oms, Rooms()
        self._orders: dict[str, str] = {}
        self._used: set[str] = set()
        self._requests: dict[str, str] = {}
        self._on: dict[str, str] = {}
        self._answers: list[Words] = []
        self._places: dict[str, tuple[Partition, int] | None] = {}
        self._refusals = 0

    def play(self, scenario: Scenario) -> list[str]:
        """What went otherwise than written: a text for each thing of each step."""
        failures = []
        for place, step in enumerate(scenario.steps, 1):
            try:
                wrong = self._step(step)
            except Exception as error:  # noqa: BLE001 - it is told as this step's failure
                return [*failures, f"step {place}: {type(error).__name__}: {error}"]
            failures += [f"step {place} ({step.i['t']}): {text}" for text in wrong]
        return failures

    def _step(self, step: Step) -> list[str]:
        self._answers = []
        self._take(step)
        self.oms.run()
        events = self.oms.said()
        reports = [told for told in map(words.report, events) if told is not None]
        found = [*self._answers, *(told.words for told in reports)]
        state = self.oms.state_of(self._current(step.o))
        stands = words.stands(state)
        wanted = [tuple([*one, None, None][:4]) for one in step.out if one[0] not in OPTIONAL]
        return [
            *differ("out", found, wanted),
            *differ("snd", [s for s in map(words.sent, events) if s is not None], step.snd),
            *compare(stands, step.x),
            *self._agree(reports, state),
            *unsound(state, is_over=step.over),
            *alerts(events, step.alert),
        ]

    @staticmethod
    def _agree(reports: list[words.Report], state: OrderState | None) -> list[str]:
        """The last report about this order carries what is stored."""
        if not reports or state is None or reports[-1].state is None:
            return []
        told = reports[-1].state
        if told.order.order_id != state.order.order_id:
            return []
        carried, stored = (words.stands(one) or () for one in (told, state))
        return differ("the report carries", [*map(comparable, carried)], [*map(comparable, stored)])

    # -- what is told to OMS ---------------------------------------------------------------------

    def _take(self, step: Step) -> None:
        what, kind = step.i, step.i["t"]
        key = repr((step.o, sorted(what.items(), key=str)))
        if step.dup:
            place = self._places[key]
            if place is not None:
                self.oms.again(*place)
            return
        self._places[key] = None
        if kind == "restart":
            self.oms.restart()
        else:
            told = self._message(what, kind, step.o)
            if told is not None:
                name = self.oms.hear(told)
                self._places[key] = name, len(self.oms.log.partitions[name]) - 1

    def _message(self, what: dict[str, Any], kind: str, about: str) -> Told | None:
        if kind in CLIENT:
            return SAYS[kind](self, what)
        if kind == "timeout":
            return self.rooms.clock()
        return self._broker(what, kind, about)

    def _submit(self, what: dict[str, Any]) -> Told | None:
        """risk denies what it is told to deny, an id that was used, and a quantity that is none."""
        client_id = str(what["id"])
        if client_id in self._used or client_id in self._requests:
            return self._submit_again(what, client_id)
        order_id = self._orders.setdefault(client_id, f"order/{client_id}")
        if self.oms.state_of(order_id) is not None:  # denied before: another order with that id
            self._refusals += 1
            order_id = self._orders[client_id] = f"order/{client_id}~{self._refusals}"
        order = inputs.order(order_id, client_id, what)
        is_sound = order.quantity.is_finite() and order.quantity > 0
        reason = what.get("deny") or (None if is_sound else "bad_qty")
        if reason:
            return self.rooms.denied(order, str(reason))
        self._used.add(client_id)
        return self.rooms.approved(order)

    def _submit_again(self, what: dict[str, Any], client_id: str) -> Told | None:
        if what.get("poss"):
            self._answers.append(("order_status", client_id, None, None))
            return None
        self._refusals += 1
        order = inputs.order(f"order/{client_id}~{self._refusals}", client_id, what)
        return self.rooms.denied(order, "duplicate_order")

    def _cancel(self, what: dict[str, Any]) -> Told | None:
        """A client's id that names nothing has no order id: the gateway answers by itself."""
        request, orig = str(what["id"]), str(what["orig"])
        if orig not in self._orders:
            self._answers.append(("cancel_reject", request, orig, "unknown_order"))
            return None
        if request in self._used or request in self._requests:
            named = words.name(self._current(orig))
            self._answers.append(("cancel_reject", request, named, "duplicate_id"))
            return None
        self._requests[request] = "cancel"
        return self.rooms.cancel(self._orders[orig], f"order/{request}")

    def _replace(self, what: dict[str, Any]) -> Told | None:
        """risk approves a replace unless it is told to deny it, or the id was used."""
        request, orig = str(what["id"]), str(what["orig"])
        if orig not in self._orders:
            self._answers.append(("cancel_reject", request, orig, "unknown_order"))
            return None
        is_used = request in self._used or request in self._requests
        if is_used or what.get("deny"):
            reason = "duplicate_id" if is_used else str(what["deny"])
            request_id = f"order/{request}"
            if is_used:
                self._refusals += 1
                request_id += f"~{self._refusals}"
            return self.rooms.replace_denied(self._current(orig), request_id, reason)
        self._requests[request] = "replace"
        self._used.add(request)
        order = inputs.replacing(self._named(orig), f"order/{request}", request, what)
        self._orders[request], self._on[request] = f"order/{request}", orig
        return self.rooms.replace_approved(order)

    def _named(self, orig: str) -> Order:
        """The order that a replace would change: the one that stands, or that is being replaced."""
        while (state := self.oms.state_of(self._current(orig))) is None:
            orig = self._on[orig]
        return state.order

    def _status(self, what: dict[str, Any]) -> None:
        """A read."""
        client_id = str(what["id"])
        order_id = self._orders.get(client_id)
        known = order_id is not None and self.oms.state_of(self._current(client_id)) is not None
        reason = None if known else "unknown_order"
        self._answers.append(("order_status", client_id, None, reason))

    def _broker(self, what: dict[str, Any], kind: str, about: str) -> Told:
        """The broker knows the order by the id that stands now, or by the one that is given."""
        named = what.get("clid", about)
        order_id = self._orders.get(str(named), f"order/{named}")
        if "clid" not in what:
            order_id = self._current(about)
        if kind in ("fill", "bust", "correct"):
            execution = inputs.execution(what, order_id, self.rooms.at)
            return self.rooms.report(inputs.KINDS[kind], order_id, execution=execution)
        fields: dict[str, Any] = {"reason": what.get("reason")}
        if "id" in what and kind not in ("ack", "reject"):
            fields["request_id"] = f"order/{what['id']}"
        if "qty" in what:
            fields["quantity"] = number(what["qty"])
        if "split" in what:
            fields["split"] = tuple(what["split"])
        if kind == "cxl_reject":
            is_replace = self._requests.get(str(what.get("id"))) == "replace"
            reports = inputs.ReportKind
            refused = reports.REPLACE_REJECTED if is_replace else reports.CANCEL_REJECTED
            return self.rooms.report(refused, order_id, **fields)
        return self.rooms.report(inputs.KINDS[kind], order_id, **fields)

    def _current(self, client_id: str) -> str:
        """The order that a client's id stands for by now."""
        order_id = self._orders.get(client_id, f"order/{client_id}")
        state = self.oms.state_of(order_id)
        while state is not None and state.replaced_by is not None:
            order_id = state.replaced_by
            state = self.oms.state_of(order_id)
        return order_id


SAYS: dict[str, Callable[[Player, dict[str, Any]], Told | None]] = {
    "submit": Player._submit,
    "cancel": Player._cancel,
    "replace": Player._replace,
    "status": Player._status,
}


def differ(what: str, found: object, wanted: object) -> list[str]:
    """A text where they are not the same."""
    return [] if found == wanted else [f"{what} {shown(found)}, wanted {shown(wanted)}"]


def compare(stands: tuple[Any, ...] | None, x: Any) -> list[str]:
    """Status and quantities exactly, the average price to eight places."""
    if x == "absent" or stands is None:
        return differ("x is", "absent" if stands is None else stands, x)
    wanted = tuple(map(comparable, (x[0], *(number(value) for value in x[1:]))))
    stands = tuple(map(comparable, stands))
    if stands[:4] == wanted[:4] and abs(stands[4] - wanted[4]) <= AVERAGE_WITHIN:
        return []
    return [f"x is {shown(stands)}, wanted {shown(wanted)}"]


def comparable(value: Any) -> Any:
    """The value; what is no number equals itself."""
    return str(value) if isinstance(value, Decimal) and value.is_nan() else value


def unsound(state: OrderState | None, *, is_over: bool) -> list[str]:
    """cum + leaves = quantity while the order can trade, unless the step says otherwise."""
    if state is None or is_over or str(state.status) in (*ENDED, "denied"):
        return []
    whole = state.cum_quantity + state.leaves_quantity
    if whole == state.order.quantity or (state.leaves_quantity == 0 and state.status in DAY_OVER):
        return []
    return [f"cum + leaves is {whole}, the quantity {state.order.quantity}"]


def alerts(events: list[Event], wanted: Any) -> list[str]:
    """The alert that is named is raised; a list names all; without, none may be."""
    found = [str(event.alert) for event in events if hasattr(event, "alert")]
    if isinstance(wanted, str):
        return [] if wanted in found else [f"alerts are {shown(found)}, wanted {wanted}"]
    return differ("alerts are", found, wanted or [])


def shown(value: object) -> str:
    """Decimals as they are written."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(shown, value))}]"
    return f"{value:f}" if isinstance(value, Decimal) and value.is_finite() else str(value)
