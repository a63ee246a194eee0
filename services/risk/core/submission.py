"""Judging orders and replaces, and what an approval reserves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from services.risk.core import codes
from services.risk.core.children import hand, parent_of
from services.risk.core.gate import decide, evidence, judge
from services.risk.core.groups import is_counting, is_oco, reserve
from services.risk.core.limits import COUNT_UNLIMITED
from services.risk.core.numbers import normalised
from services.risk.core.records import of_order, write_decision
from services.risk.core.rows import ArrivalsRow, ClientIdRow, LiveOrderRow
from services.risk.core.sizing import sized
from services.risk.core.state import RiskState
from services.risk.core.view import ReplaceView
from services.risk.core.violations import violation
from shared.commands import ReplaceOrder, SubmitOrder
from shared.events.risk import (
    OrderApproved,
    OrderDenied,
    ReplaceApproved,
    ReplaceDenied,
)
from shared.messages import Event
from shared.table import At
from shared.types import SECOND_US, ZERO, Leg, Order, Side, TimeInForce, Violation, normal


def submit(command: SubmitOrder, state: RiskState, at: At) -> Event:
    """The verdict on a new order; an approval reserves what it needs at once."""
    order = sized(normalised(command.order), state)
    verdict = judge(order, command.at, state, at)
    seen = evidence(order, state)
    write_decision(
        state, command, "order", verdict.violations, at, **of_order(order, seen, verdict.exit)
    )
    whose: dict[str, Any] = {"firm_id": command.firm_id, "account_id": command.account_id}
    if verdict.violations:
        return OrderDenied(**whose, order=order, violations=verdict.violations, evidence=seen)
    _reserve(order, verdict.exit, state, at)
    return OrderApproved(**whose, order=order, exit=verdict.exit, evidence=seen)


def is_consistent(command: SubmitOrder) -> bool:
    """Whether the command and its order speak of the same id and owner."""
    order = command.order
    return (
        order.order_id == command.command_id
        and order.account_id == command.account_id
        and order.firm_id == command.firm_id
    )


def _reserve(order: Order, is_exit: bool, state: RiskState, at: At) -> None:
    row = LiveOrderRow(
        order_id=order.order_id,
        account_id=order.account_id,
        firm_id=order.firm_id,
        symbol=order.symbol,
        side=order.side,
        strategy=order.strategy,
        quantity=order.quantity,
        price=_unit_price(order, state),
        exit=is_exit,
        approved_at=at.wall,
        body=order,
    )
    state.live_orders.put(row)
    reserve(row, state)
    for leg in order.legs:
        _use_id(order, leg, state)
    hand(order, ZERO, order.quantity, state)
    _use_up(order, is_exit, state, at)


def _use_up(order: Order, is_exit: bool, state: RiskState, at: At) -> None:
    _use_id(order, order, state)
    book = state.books.of(order.account_id)
    most = book.limits.orders_per_second_max
    if most != COUNT_UNLIMITED and not is_exit:
        recent = [time for time in book.arrivals if time > at.wall - SECOND_US]
        times = (*recent, int(at.wall))[-max(most, 1) :]
        state.arrivals.put(ArrivalsRow(account_id=order.account_id, times=times))


def _use_id(order: Order, one: Order | Leg, state: RiskState) -> None:
    state.client_ids.put(
        ClientIdRow(
            account_id=order.account_id,
            client_order_id=one.client_order_id,
            order_id=one.order_id,
        )
    )


def _unit_price(order: Order, state: RiskState) -> Decimal:
    """The worst price of a unit, without the multiplier, that the exposure book applies itself."""
    reference = state.references[order.symbol]
    worst = normal(reference.price_worst(order, order.side is Side.BUY))
    # An exit without a usable quote: its worth does not count while it only reduces.
    return worst or state.books.of(order.account_id).holdings[order.symbol].mark


def replace(command: ReplaceOrder, state: RiskState, at: At) -> Event:
    """The verdict on a change of a live order; until its outcome the worse of both counts."""
    whose: dict[str, Any] = {"firm_id": command.firm_id, "account_id": command.account_id}
    row = state.live_orders.get(command.order_id)
    if row is None or row.account_id != command.account_id or is_counting(row):
        row = None
    order = _replacing(command, row) if row is not None else None
    fault = _fault(command, row, order, state)
    if row is None or order is None or fault is not None:
        told = () if fault is None else (fault,)
        write_decision(state, command, "replace", told, at, body=order)
        return ReplaceDenied(**whose, order=order, order_id=command.order_id, violations=told)
    return _judge_replace(command, row, order, state, at)


def _judge_replace(
    command: ReplaceOrder, row: LiveOrderRow, order: Order, state: RiskState, at: At
) -> Event:
    whose: dict[str, Any] = {"firm_id": command.firm_id, "account_id": command.account_id}
    view = ReplaceView(order, command.at, state, at, row)
    verdict = decide(order, view)
    seen = evidence(order, state)
    told = of_order(order, seen, verdict.exit)
    write_decision(state, command, "replace", verdict.violations, at, **told)
    if verdict.violations:
        return ReplaceDenied(
            **whose, order=order, order_id=row.order_id, violations=verdict.violations
        )
    state.live_orders.put(
        msgspec.structs.replace(
            row,
            replacement_id=order.order_id,
            replacement_quantity=order.quantity,
            replacement_price=_unit_price(order, state),
        )
    )
    _use_up(order, verdict.exit or view.is_smaller, state, at)
    return ReplaceApproved(**whose, order=order, exit=verdict.exit, evidence=seen)


def _replacing(command: ReplaceOrder, row: LiveOrderRow) -> Order:
    old = row.body
    changes: dict[str, Any] = {
        "order_id": command.command_id,
        "replaces": old.order_id,
        "chain_id": old.chain_id or old.order_id,
        "client_order_id": command.client_order_id or command.command_id,
        "actor": command.actor,
        "quantity": row.quantity,
    }
    for name in ("quantity", "limit_price", "stop_price", "time_in_force"):
        asked = getattr(command, name)
        if asked is not None:
            changes[name] = asked
    if command.trail is not None:
        changes["trail_price" if old.trail_percent is None else "trail_percent"] = command.trail
    if changes.get("time_in_force", TimeInForce.GTD) is not TimeInForce.GTD:
        changes["expires_at"] = None
    return normalised(msgspec.structs.replace(old, **changes))


def _fault(
    command: ReplaceOrder, row: LiveOrderRow | None, order: Order | None, state: RiskState
) -> Violation | None:
    if row is None or order is None or row.ended:
        return _about(command, codes.ORDER_NOT_OPEN)
    if row.body.algorithm is not None or parent_of(row.body, state) is not None:
        return violation(codes.ORDER_REPLACE_UNSUPPORTED, order, value=row.order_id)
    is_exit = row.leg_of is not None or is_oco(row.body)
    if is_exit and command.quantity not in (None, row.quantity):
        return violation(
            codes.ORDER_QUANTITY_FIXED, order, limit=row.quantity, value=command.quantity
        )
    if row.replacement_id is not None:
        return violation(codes.ORDER_REPLACE_PENDING, order, value=row.replacement_id)
    if order.quantity.is_finite() and ZERO < order.quantity <= row.cum_quantity:
        return violation(
            codes.ORDER_QUANTITY_BELOW_FILLED, order, limit=row.cum_quantity, value=order.quantity
        )
    return None


def _about(command: ReplaceOrder, code: str) -> Violation:
    return Violation(
        code=code,
        scope=f"account::{command.account_id}",
        value=command.order_id,
        message=codes.VIOLATIONS[code],
    )
