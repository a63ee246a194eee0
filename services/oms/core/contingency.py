"""Orders that hang together: a bracket, OTO or OCO.

Theory of operation
-------------------
A group protects what its entry has filled (`entered`; of an OCO the quantity it was given), less
what its exits have filled: that rest is the *lot*. A lot is never without its stop and the exits
never fill beyond it, because **at most one of them is at a venue at a time**, for no more than the
lot, and only when nothing else of the group can trade:

- The stop-loss is kept by OMS and watches the market from the first fill of the entry on.
- The take-profit is kept too while the entry works (and watches its price, so that a part that is
  filled can take its profit); once the entry has ended it is sent, for the lot.
- Whichever triggers is *chosen*: the entry and the other exit are canceled, and when the venue has
  said that they ended, the chosen one is sent for the lot as it is then. A fill that crosses such a
  cancel makes the lot smaller; nothing is left of it: then nothing is sent.
- A person is told where exits have filled more than their entry (a bust can do that), and where the
  venue ends the last exit of a lot.
- When the lot is gone and the entry has ended, what is left of the exits is canceled. An entry that
  ends unfilled takes its exits with it. An exit that its owner cancels takes the other with it; one
  that the venue ends does not.

`align` says what follows from how a group stands, and is asked again after every event of one of
its orders and each second; so the order in which things happen does not matter.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from services.oms.core import kept
from services.oms.core.kept_rows import GroupRow
from services.oms.core.numbers import minus, plus
from services.oms.core.order import is_ended, is_live, restate
from services.oms.core.requests import ask_cancel, ask_replace, current
from services.oms.core.rows import OrderRow
from services.oms.core.state import OmsState, has_exits
from shared.events.oms import (
    ExecutionBusted,
    ExecutionCorrected,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderFlagged,
    OrderRejected,
    OrderReplaced,
)
from shared.ids import derived_id
from shared.messages import Event
from shared.table import At
from shared.types import ZERO, Order, OrderClass, OrderState, OrderType

AMENDED = (ExecutionBusted, ExecutionCorrected)
EXECUTED = (OrderFilled, *AMENDED)


def is_single(order: Order) -> bool:
    """Whether nothing hangs on the order, nor it on another: most do without all of this."""
    return order.parent_id is None and not order.legs and order.algorithm is None


def group_id_of(order: Order) -> str | None:
    """The id of the group that an order belongs to."""
    if order.legs:
        return order.chain_id or order.order_id
    return None if order.order_class is OrderClass.SIMPLE else order.parent_id


def group_of(order: Order, state: OmsState) -> GroupRow | None:
    """The group that an order belongs to, while an exit of it lives. One without exits may have
    left memory, and a replay must see what was seen.
    """
    group = _found(order, state)
    return group if group is not None and has_exits(group) else None


def _found(order: Order, state: OmsState) -> GroupRow | None:
    group_id = group_id_of(order)
    return None if group_id is None else state.groups.get(group_id)


def on_event(event: Any, state: OmsState, at: At) -> list[Event]:
    """What follows for its group from an event about an order. A group that is over is loaded for
    each execution, for that may change what it has come to.
    """
    told: OrderState | None = event.state
    find = _found if isinstance(event, EXECUTED) else group_of
    group = None if told is None else find(told.order, state)
    if told is None or group is None:
        return []
    before = group
    if isinstance(event, OrderReplaced):
        group = _note(_renamed(group, told, event.successor), event.successor, state, at)
    else:
        group = _note(group, told, state, at)
    state.groups.put(group)
    return [*_alerts(event, before, group), *align(group, state, at)]


def _alerts(event: Any, before: GroupRow, group: GroupRow) -> list[Event]:
    """What a person must know: exits that filled too much, a lot that has lost an exit by the
    venue's word, and a rejected one in any case; a lot that a bust has brought back.
    """
    told: OrderState = event.state
    order, rest, alerts = told.order, lot(group), []
    if _beyond(group) > max(ZERO, _beyond(before)):
        text = f"exits have filled {_beyond(group)} more than their entry"
        alerts.append(_flag(told, "overfill", text))
    is_exit = order.parent_id is not None or order.order_class is OrderClass.OCO
    is_unasked = isinstance(event, OrderCanceled | OrderExpired) and event.cause == order.order_id
    is_last = is_unasked and not has_exits(group)
    if is_exit and rest > 0 and (is_last or isinstance(event, OrderRejected)):
        text = f"exit {told.status} ({told.reason}); {rest} units are without it"
        alerts.append(_flag(told, "unprotected", text))
    if isinstance(event, AMENDED) and rest > lot(before) and not has_exits(group):
        alerts.append(_flag(told, "unprotected", f"by a bust, {rest} units are without an exit"))
    return alerts


def _flag(told: OrderState, alert: str, text: str) -> Event:
    order = told.order
    return OrderFlagged(
        firm_id=order.firm_id,
        account_id=order.account_id,
        cause=order.order_id,
        order_id=order.order_id,
        alert=alert,
        text=text,
        state=told,
    )


def _renamed(group: GroupRow, old: OrderState, new: OrderState) -> GroupRow:
    """A replaced member goes on under another id."""
    ids = ("entry_id", "take_profit_id", "stop_loss_id", "chosen")
    named = [name for name in ids if getattr(group, name) == old.order.order_id]
    return msgspec.structs.replace(group, **dict.fromkeys(named, new.order.order_id))


def _note(group: GroupRow, told: OrderState, state: OmsState, at: At) -> GroupRow:
    """The group with what a member has filled, and whether it is still there, as itself or (what
    OMS keeps is replaced at once, before this is asked) as its successor.
    """
    order, row = told.order, current(state, told.order.order_id)
    is_over = row is None or (is_ended(row) and row.request_id is None)
    alive = None if row is None or is_over else row.order_id
    if order.legs and group.order_class is not OrderClass.OCO:
        cum = told.cum_quantity
        armed_at = group.armed_at if group.armed_at is not None or not cum else at.market
        return msgspec.structs.replace(group, entry_id=alive, entered=cum, armed_at=armed_at)
    if order.type is OrderType.LIMIT:
        return msgspec.structs.replace(group, take_profit_id=alive, taken=told.cum_quantity)
    return msgspec.structs.replace(group, stop_loss_id=alive, stopped=told.cum_quantity)


def lot(group: GroupRow) -> Decimal:
    """What is still to be got out of."""
    return max(ZERO, minus(ZERO, _beyond(group)))


def _beyond(group: GroupRow) -> Decimal:
    """By how much the exits have filled more than their entry; below zero where they have less."""
    return minus(plus(group.taken, group.stopped), group.entered)


def trigger(row: OrderRow, group: GroupRow, state: OmsState, at: At) -> list[Event]:
    """An exit has seen its price: it is the one, unless the other was first."""
    if group.chosen is not None:
        return []
    group = msgspec.structs.replace(group, chosen=row.order_id)
    state.groups.put(group)
    return align(group, state, at)


def is_armed(row: OrderRow, group: GroupRow) -> bool:
    """Whether an exit that is kept watches the market."""
    if group.chosen is not None or group.armed_at is None or lot(group) <= 0:
        return False
    return row.order_id == group.stop_loss_id or group.entry_id is not None


def align(group: GroupRow, state: OmsState, at: At) -> list[Event]:
    """What the group needs now, as it stands. At most one request to each of its orders."""
    entry, exits = _row(group.entry_id, state), _exits(group, state)
    rest = lot(group)
    if not exits:
        return []
    if entry is None and rest <= 0:
        return [event for one in exits for event in _cancel(one, group, state, at)]
    chosen = next((one for one in exits if one.order_id == group.chosen), None)
    if chosen is not None and chosen.state.held:
        return _clear_the_way(chosen, entry, exits, group, state, at)
    if entry is None and not any(map(_may_fill, exits)):
        return _send_take_profit(exits, rest, group, state, at)
    return [event for one in exits for event in _fit(one, rest, group, state, at)]


def _row(order_id: str | None, state: OmsState) -> OrderRow | None:
    return None if order_id is None else state.orders.get(order_id)


def _may_fill(row: OrderRow) -> bool:
    """Whether a venue may fill it: a replace that is asked for may be granted after all."""
    return is_live(row) and not row.state.held


def _exits(group: GroupRow, state: OmsState) -> list[OrderRow]:
    rows = (_row(group.take_profit_id, state), _row(group.stop_loss_id, state))
    return [row for row in rows if row is not None]


def _clear_the_way(
    chosen: OrderRow,
    entry: OrderRow | None,
    exits: list[OrderRow],
    group: GroupRow,
    state: OmsState,
    at: At,
) -> list[Event]:
    """Everything else must have ended before the chosen exit is sent."""
    others = [entry, *(one for one in exits if _may_fill(one))]
    in_the_way = [one for one in others if one is not None]
    if in_the_way:
        return [event for one in in_the_way for event in _cancel(one, group, state, at)]
    return [kept.send(chosen, state, at, plus(chosen.cum_quantity, lot(group)))]


def _send_take_profit(
    exits: list[OrderRow], rest: Decimal, group: GroupRow, state: OmsState, at: At
) -> list[Event]:
    """The entry has ended: the take-profit goes to the venue, the stop stands for the same lot."""
    told: list[Event] = []
    for row in exits:
        wanted = plus(row.cum_quantity, rest)
        if row.order_id == group.take_profit_id and row.request_id is None:
            told.append(kept.send(row, state, at, wanted))
        elif row.quantity != wanted:
            order = msgspec.structs.replace(row.state.order, quantity=wanted)
            state.orders.put(restate(row, row.status, row.under, at.market, order=order))
    return told


def _fit(row: OrderRow, rest: Decimal, group: GroupRow, state: OmsState, at: At) -> list[Event]:
    """An exit at the venue is for the lot: busts and late fills make that smaller or larger."""
    if not kept.is_at_venue(row) or row.request_id is not None or row.leaves_quantity == rest:
        return []
    if rest <= 0:
        return _cancel(row, group, state, at)
    order_id = _next_id(row, group, state)
    order = msgspec.structs.replace(
        row.state.order,
        order_id=order_id,
        client_order_id=order_id,
        replaces=row.order_id,
        chain_id=row.chain_id,
        quantity=plus(row.cum_quantity, rest),
    )
    return ask_replace(row, order, state, at)


def _cancel(row: OrderRow, group: GroupRow, state: OmsState, at: At) -> list[Event]:
    """Ask that an order of the group end, unless something is being asked of it already."""
    if is_ended(row) or row.queued_id is not None:
        return []
    pending = state.requests.get(row.request_id or "")
    if pending is not None and pending.order is None:
        return []
    request_id = _next_id(row, group, state)
    told = ask_cancel(row, request_id, request_id, state, at)
    return [*told, *kept.answer(row.order_id, state, at)]


def _next_id(row: OrderRow, group: GroupRow, state: OmsState) -> str:
    fresh = state.groups.get(group.group_id) or group
    fresh = msgspec.structs.replace(fresh, asked=fresh.asked + 1)
    state.groups.put(fresh)
    return derived_id("group", group.group_id, row.order_id, fresh.asked)


def cancel_both(row: OrderRow, state: OmsState, at: At) -> list[Event]:
    """The owner canceled an exit: the other one goes too, unless it is on its way already. A cancel
    that comes too late takes nothing with it: the exits of an entry that has filled are needed.
    """
    group = group_of(row.state.order, state)
    if group is None or group.chosen is not None:
        return []
    if row.order_id not in (group.take_profit_id, group.stop_loss_id):
        return []
    others = [one for one in _exits(group, state) if one.order_id != row.order_id]
    return [event for one in others for event in _cancel(one, group, state, at)]


def align_all(state: OmsState, at: At) -> list[Event]:
    """Ask again where an exit waits for others to end: what was asked may have been refused."""
    return [event for group in state.groups.by("chosen", True) for event in align(group, state, at)]
