"""The life of live orders, as OMS tells it: each is held from its approval to its end.

A fill moves quantity and cash from the order to the book in one step, whatever the order's status:
a late one finds no order any more and still moves the book.
"""

from __future__ import annotations

from decimal import ROUND_UP, Decimal
from typing import Any

import msgspec

from services.risk.core import groups
from services.risk.core.children import hand
from services.risk.core.groups import is_oco
from services.risk.core.reference import MARKET_BUFFER
from services.risk.core.rows import AccountRow, LiveOrderRow, PositionRow
from services.risk.core.state import RiskState
from shared.events.oms import OrderReplaced, OrderRestated, ReplaceRefused
from shared.table import At
from shared.types import (
    ZERO,
    Execution,
    OrderClass,
    OrderState,
    OrderStatus,
    Side,
    TimeInForce,
    normal,
)

_STEP = Decimal("1E-12")
_SIMPLE, _FILLED, _DONE_FOR_DAY = OrderClass.SIMPLE, OrderStatus.FILLED, OrderStatus.DONE_FOR_DAY
_GONE = frozenset(
    {
        OrderStatus.CANCELED,
        OrderStatus.EXPIRED,
        OrderStatus.REJECTED,
        OrderStatus.REPLACED,
        OrderStatus.DENIED,
    }
)
NO_REPLACEMENT: dict[str, Any] = {
    "replacement_id": None,
    "replacement_quantity": None,
    "replacement_price": None,
}


def follow(told: OrderState, state: RiskState, at: At, filled: Decimal = ZERO) -> None:
    """Hold the order as OMS has it now, or let it go where it has ended. `filled`: by how much this
    event made it fuller.
    """
    order = told.order
    if order.parent_id is None and order.order_class is _SIMPLE:
        _hold(told, state, at)
        return
    row = state.live_orders.get(order.order_id)
    leg_of = groups.key_of(order, state)
    groups.count(order, filled, state)
    _hold(told, state, at, leg_of=leg_of)
    groups.end_leg(leg_of, state)
    groups.note_entry(told, state)
    before = told.cum_quantity - filled if row is None else row.quantity
    hand(order, before, _held(told, state), state)


def _held(told: OrderState, state: RiskState) -> Decimal:
    """What a child holds of its parent's quantity."""
    row = state.live_orders.get(told.order.order_id)
    return told.cum_quantity if row is None else row.quantity


def _hold(
    told: OrderState,
    state: RiskState,
    at: At,
    price: Decimal | None = None,
    leg_of: str | None = None,
) -> None:
    row = state.live_orders.get(told.order.order_id)
    if _is_gone(told):
        _let_go(row, state)
    elif told.status is _FILLED:
        _fill_whole(row, told, state)
    elif row is None:
        state.live_orders.put(_row_of(told, at, price, leg_of))
    else:
        _update(row, told, state)


def _let_go(row: LiveOrderRow | None, state: RiskState) -> None:
    """It has ended. An OCO goes on counting as long as its leg lives."""
    if row is None:
        return
    if is_oco(row.body) and groups.legs_of(row.order_id, state):
        state.live_orders.put(msgspec.structs.replace(row, ended=True, **NO_REPLACEMENT))
    else:
        state.live_orders.delete(row.order_id)


def _update(row: LiveOrderRow, told: OrderState, state: RiskState) -> None:
    """Quantities as OMS has them; what is counted of several orders is our own sum."""
    quantity, cum = told.order.quantity, told.cum_quantity
    if is_oco(row.body):
        quantity, cum = row.quantity, row.cum_quantity
    elif row.body.algorithm is not None:
        cum = row.cum_quantity
    if (row.quantity, row.cum_quantity, row.ended) != (quantity, cum, False):
        state.live_orders.put(
            msgspec.structs.replace(row, quantity=quantity, cum_quantity=cum, ended=False)
        )


def _is_gone(told: OrderState) -> bool:
    if told.status is not _DONE_FOR_DAY:
        return told.status in _GONE
    return told.order.time_in_force is TimeInForce.DAY or not told.leaves_quantity


def _fill_whole(row: LiveOrderRow | None, told: OrderState, state: RiskState) -> None:
    """Nothing is left of it, unless the venue may just have made it larger."""
    if row is None:
        return
    if row.replacement_id is None:
        _let_go(row, state)
        return
    cum = row.cum_quantity if is_oco(row.body) else told.cum_quantity
    state.live_orders.put(msgspec.structs.replace(row, cum_quantity=cum, ended=True))


def _row_of(told: OrderState, at: At, price: Decimal | None, leg_of: str | None) -> LiveOrderRow:
    """A leg; an order that comes back (a bust), or that stands in the place of another."""
    order = told.order
    known = order.limit_price if price is None else price
    sent_at = max(order.stop_price or ZERO, told.average_price)
    worst = known if known is not None else normal(sent_at * MARKET_BUFFER)
    return LiveOrderRow(
        order_id=order.order_id,
        account_id=order.account_id,
        firm_id=order.firm_id,
        symbol=order.symbol,
        side=order.side,
        strategy=order.strategy,
        quantity=order.quantity,
        cum_quantity=told.cum_quantity,
        price=worst,
        exit=told.exit,
        approved_at=at.wall,
        body=order,
        leg_of=leg_of,
    )


def restated(message: OrderRestated, state: RiskState, at: At) -> None:
    """The venue changed the order. A split takes the prices it is held at along, the larger of the
    two where they do not end, so that its worst worth stays; the book moves by corporate action.
    """
    row = state.live_orders.get(message.state.order.order_id)
    if row is not None and message.split is not None:
        new, old = message.split
        replacement = row.replacement_quantity, row.replacement_price
        state.live_orders.put(
            msgspec.structs.replace(
                row,
                price=_scaled(row.price, old, new),
                replacement_quantity=None
                if replacement[0] is None
                else _scaled(replacement[0], new, old),
                replacement_price=None
                if replacement[1] is None
                else _scaled(replacement[1], old, new),
                body=message.state.order,
            )
        )
    follow(message.state, state, at)


def _scaled(value: Decimal, by: int, over: int) -> Decimal:
    """value x by / over, up to the twelfth place."""
    quotient = value * by / over
    return normal(quotient.quantize(_STEP, rounding=ROUND_UP))


def replaced(message: OrderReplaced, state: RiskState, at: At) -> None:
    """The successor stands in the place of the old order, at the price it was approved at."""
    old = state.live_orders.get(message.state.order.order_id)
    successor = message.successor
    price = None
    if old is not None and old.replacement_id == successor.order.order_id:
        price = old.replacement_price
    elif old is not None:
        price = old.price
    if old is not None and is_oco(old.body):
        groups.rename(old, successor.order, old.price if price is None else price, state)
        if successor.status is OrderStatus.FILLED:
            _let_go(state.live_orders.get(successor.order.order_id), state)
        return
    leg_of = groups.key_of(message.state.order, state)
    state.live_orders.delete(message.state.order.order_id)
    if successor.status is not OrderStatus.FILLED:
        _hold(successor, state, at, price, leg_of)
    groups.end_leg(leg_of, state)
    groups.note_entry(successor, state)
    before = successor.cum_quantity if old is None else old.quantity
    hand(successor.order, before, _held(successor, state), state)


def replace_refused(message: ReplaceRefused, state: RiskState) -> None:
    """The old order lives on as it was; one that was filled meanwhile is gone."""
    for row in state.live_orders.by("replacement", message.request_id):
        if row.ended:
            _let_go(row, state)
            groups.end_leg(row.leg_of, state)
            continue
        state.live_orders.put(msgspec.structs.replace(row, **NO_REPLACEMENT))


def book(execution: Execution, state: RiskState, seq: int) -> None:
    """Put an execution into the book: quantity and cash in one step."""
    _move(execution, 1, state, seq)


def unbook(execution: Execution, state: RiskState, seq: int) -> None:
    """Take an execution out of the book."""
    _move(execution, -1, state, seq)


def _move(execution: Execution, sign: int, state: RiskState, seq: int) -> None:
    account = state.accounts.get(execution.account_id)
    if account is None:
        raise LookupError(f"a fill of account {execution.account_id}, which was never opened")
    bought = sign * execution.quantity * (1 if execution.side is Side.BUY else -1)
    move_quantity(account, execution.symbol, bought, execution.price, seq, state)
    instrument = state.instruments.get(execution.symbol)
    multiplier = Decimal(1) if instrument is None else instrument.multiplier
    paid = bought * execution.price * multiplier + sign * execution.fee
    state.accounts.put(msgspec.structs.replace(account, cash=normal(account.cash - paid)))


def move_quantity(
    account: AccountRow,
    symbol: str,
    quantity: Decimal,
    price: Decimal | None,
    seq: int | None,
    state: RiskState,
) -> None:
    """Change a position; a price or number that is None stays as it is."""
    held = state.positions.get(account.account_id, symbol)
    state.positions.put(
        PositionRow(
            account_id=account.account_id,
            symbol=symbol,
            quantity=normal((ZERO if held is None else held.quantity) + quantity),
            price=price if price is not None else (ZERO if held is None else held.price),
            oms_seq=seq if seq is not None else (0 if held is None else held.oms_seq),
        )
    )
