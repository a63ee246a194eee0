"""The life of one order.

Theory of operation
-------------------
An order has a *status*, and moves only as `TRANSITIONS` says. A move is what happened (the venue
accepted, filled, canceled ...; somebody asked for a cancel), split by its outcome where the
numbers decide: a fill that leaves something open is FILLED_PART, one that completes the order is
FILLED_WHOLE, and a bust, correction or restatement ends in _NONE, _PART or _WHOLE filled.

A *request* (cancel or replace) lies on top: while one is outstanding the order shows
PENDING_CANCEL or PENDING_REPLACE, and what it would be without the request goes on moving *under*
it, by the same table. A refused request uncovers what lies under (`UNDER` in the table); an end by
the venue ends both. Only one request is outstanding at a time.

A bust or correction of an order that ended before fills completed it leads back to that end. A
reject is a move of an order without fills; after a fill it cancels the rest.

Several conditions can hold at once; the status shown is the one of highest precedence (FIX):
pending_cancel > pending_replace > done_for_day > filled > suspended > canceled, expired >
partially_filled > new, rejected, pending_new. So a fill after a cancel leaves `canceled` unless it
completes the order, and a fill never shows through a pending request.

What actually traded is a fact and is always booked, whatever the status: late, beyond the
quantity, after a reject. The caller raises the alert. Everything else that is not in the table is
an `IllegalMove`: it names the status and the move, and nothing has changed.

Numbers (see `numbers`): `cum` and `amount`, the sums of quantity and of quantity x price, are
exact, a split included (see `splits`); `leaves` is max(0, quantity - cum) while the order can still
trade, else 0.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec

from services.oms.core.numbers import minus
from services.oms.core.rows import OrderRow
from shared.types import ZERO, Order, OrderState, OrderStatus, Time, TimeInForce


class Move(StrEnum):
    """What can happen to an order."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    FILLED_PART = "filled_part"
    FILLED_WHOLE = "filled_whole"
    CANCEL_ASKED = "cancel_asked"
    CANCEL_REFUSED = "cancel_refused"
    CANCELED = "canceled"
    REPLACE_ASKED = "replace_asked"
    REPLACE_REFUSED = "replace_refused"
    REPLACED = "replaced"
    EXPIRED = "expired"
    DONE_FOR_DAY = "done_for_day"
    SUSPENDED = "suspended"
    RESTATED_NONE = "restated_none"
    RESTATED_PART = "restated_part"
    RESTATED_WHOLE = "restated_whole"
    AMENDED_NONE = "amended_none"
    AMENDED_PART = "amended_part"
    AMENDED_WHOLE = "amended_whole"


S, M = OrderStatus, Move
_DONE_FOR_DAY = S.DONE_FOR_DAY
UNDER = None
"""The target that means: what lies under the request shows again."""

_FILLED = (S.NEW, S.PARTIALLY_FILLED, S.FILLED)
_RESTATED = dict(zip((M.RESTATED_NONE, M.RESTATED_PART, M.RESTATED_WHOLE), _FILLED, strict=True))
_AMENDED = dict(zip((M.AMENDED_NONE, M.AMENDED_PART, M.AMENDED_WHOLE), _FILLED, strict=True))
_TRADED = {M.FILLED_PART: S.PARTIALLY_FILLED, M.FILLED_WHOLE: S.FILLED}
_ASKED = {M.CANCEL_ASKED: S.PENDING_CANCEL, M.REPLACE_ASKED: S.PENDING_REPLACE}
_ENDED_BY_VENUE = {
    M.CANCELED: S.CANCELED,
    M.EXPIRED: S.EXPIRED,
    M.DONE_FOR_DAY: S.DONE_FOR_DAY,
    M.SUSPENDED: S.SUSPENDED,
    M.REPLACED: S.REPLACED,
}
_WORKING = {**_TRADED, **_ASKED, **_ENDED_BY_VENUE, **_RESTATED}


def _stays(status: OrderStatus, *moves: Move) -> dict[Move, OrderStatus | None]:
    return dict.fromkeys(moves, status)


def _requested(shown: OrderStatus) -> dict[Move, OrderStatus | None]:
    stays = (M.ACCEPTED, *_TRADED, M.SUSPENDED, M.DONE_FOR_DAY, *_RESTATED, *_AMENDED)
    ends = {M.REJECTED: S.REJECTED, M.CANCELED: S.CANCELED, M.EXPIRED: S.EXPIRED}
    return {**_stays(shown, *stays), **ends}


TRANSITIONS: dict[OrderStatus, dict[Move, OrderStatus | None]] = {
    S.PENDING_NEW: {M.ACCEPTED: S.NEW, M.REJECTED: S.REJECTED, **_WORKING},
    S.NEW: {M.ACCEPTED: S.NEW, M.REJECTED: S.REJECTED, **_WORKING, **_AMENDED},
    S.PARTIALLY_FILLED: {M.ACCEPTED: S.PARTIALLY_FILLED, **_WORKING, **_AMENDED},
    S.SUSPENDED: {
        M.ACCEPTED: S.SUSPENDED,
        M.REJECTED: S.REJECTED,
        M.FILLED_PART: S.SUSPENDED,
        M.FILLED_WHOLE: S.FILLED,
        **_ASKED,
        **_ENDED_BY_VENUE,
        **_RESTATED,
        **_stays(S.SUSPENDED, M.AMENDED_NONE, M.AMENDED_PART),
        M.AMENDED_WHOLE: S.FILLED,
    },
    S.DONE_FOR_DAY: {
        M.ACCEPTED: S.DONE_FOR_DAY,
        M.FILLED_PART: S.DONE_FOR_DAY,
        M.FILLED_WHOLE: S.DONE_FOR_DAY,
        **_ASKED,
        **_ENDED_BY_VENUE,
        **_RESTATED,
        **_stays(S.DONE_FOR_DAY, M.SUSPENDED, *_AMENDED),
    },
    S.PENDING_CANCEL: {**_requested(S.PENDING_CANCEL), M.CANCEL_REFUSED: UNDER},
    S.PENDING_REPLACE: {
        **_requested(S.PENDING_REPLACE),
        M.REPLACE_REFUSED: UNDER,
        M.REPLACED: S.REPLACED,
    },
    S.FILLED: {
        **_stays(S.FILLED, M.ACCEPTED, M.FILLED_PART, M.FILLED_WHOLE),
        M.DONE_FOR_DAY: S.DONE_FOR_DAY,
        M.REPLACED: S.REPLACED,
        **_RESTATED,
        **_AMENDED,
    },
    S.CANCELED: {
        M.FILLED_PART: S.CANCELED,
        M.FILLED_WHOLE: S.FILLED,
        **_stays(S.CANCELED, M.ACCEPTED, M.AMENDED_NONE, M.AMENDED_PART),
        M.AMENDED_WHOLE: S.FILLED,
    },
    S.EXPIRED: {
        M.FILLED_PART: S.EXPIRED,
        M.FILLED_WHOLE: S.FILLED,
        **_stays(S.EXPIRED, M.ACCEPTED, M.AMENDED_NONE, M.AMENDED_PART),
        M.AMENDED_WHOLE: S.FILLED,
    },
    S.REJECTED: {M.FILLED_PART: S.CANCELED, M.FILLED_WHOLE: S.FILLED},
    S.DENIED: {M.FILLED_PART: S.CANCELED, M.FILLED_WHOLE: S.FILLED},
    S.REPLACED: _stays(S.REPLACED, M.FILLED_PART, M.FILLED_WHOLE, M.ACCEPTED, *_AMENDED),
}

LASTING = frozenset({TimeInForce.GTC, TimeInForce.GTD})
ENDED = frozenset({S.FILLED, S.CANCELED, S.EXPIRED, S.REJECTED, S.REPLACED, S.DENIED})
_OPENING = {M.DONE_FOR_DAY, *_AMENDED, *_RESTATED} - {M.AMENDED_WHOLE, M.RESTATED_WHOLE}
_ENDED_AT = {
    M.FILLED_WHOLE: "filled_at",
    M.CANCELED: "canceled_at",
    M.REJECTED: "failed_at",
    M.EXPIRED: "expired_at",
    M.REPLACED: "replaced_at",
}


class IllegalMove(Exception):
    """The table has no such move from that status; nothing has changed."""

    def __init__(self, status: OrderStatus, move: Move) -> None:
        super().__init__(f"{move} while {status}")
        self.status, self.move = status, move


def target(status: OrderStatus, move: Move) -> OrderStatus | None:
    """Where a move leads. Raises IllegalMove."""
    try:
        return TRANSITIONS[status][move]
    except KeyError:
        raise IllegalMove(status, move) from None


def is_ended(row: OrderRow) -> bool:
    """Whether the order can no longer trade (an outstanding request may still await its answer)."""
    return _is_over(row.under, row.time_in_force, row.cum_quantity, row.quantity)


def _is_over(under: OrderStatus, tif: TimeInForce, cum: Decimal, quantity: Decimal) -> bool:
    if under is _DONE_FOR_DAY:
        return tif not in LASTING or cum >= quantity
    return under in ENDED


def is_live(row: OrderRow) -> bool:
    """Whether anything can still be expected to happen to the order."""
    return not is_ended(row) or row.request_id is not None


def advance(row: OrderRow, move: Move, at: Time, **changes: Any) -> OrderRow:
    """The order after a move of the venue; `changes` go into its state. Raises IllegalMove."""
    under = _lead(_hidden(row) if move in _OPENING else row.under, move)
    status = under
    if row.request_id is not None:
        status = _lead(row.status, move)
        if status not in (S.PENDING_CANCEL, S.PENDING_REPLACE):
            status = under
            row = msgspec.structs.replace(row, request_id=None, pending_quantity=None)
    if move in _ENDED_AT and under in ENDED:
        changes.setdefault(_ENDED_AT[move], at)
    return restate(row, status, under, at, **changes)


def _hidden(row: OrderRow) -> OrderStatus:
    """The end that a fill hid when it completed the order, or what the order shows."""
    if row.under is not S.FILLED:
        return row.under
    if row.state.expired_at is not None:
        return S.EXPIRED
    ended_at = row.state.canceled_at or row.state.failed_at
    return S.FILLED if ended_at is None else S.CANCELED


def _lead(status: OrderStatus, move: Move) -> OrderStatus:
    found = TRANSITIONS[status].get(move, UNDER)
    if found is UNDER:
        raise IllegalMove(status, move)
    return found


def restate(
    row: OrderRow, status: OrderStatus, under: OrderStatus, at: Time, **changes: Any
) -> OrderRow:
    """The row with a status and changed state fields, its numbers and flat columns in step."""
    amount, parts = changes.pop("amount", row.amount), changes.pop("parts", row.parts)
    order: Order = changes.get("order", row.state.order)
    tif, quantity = order.time_in_force, order.quantity
    cum = changes.get("cum_quantity", row.cum_quantity)
    leaves = ZERO if _is_over(under, tif, cum, quantity) else max(ZERO, minus(quantity, cum))
    state = msgspec.structs.replace(
        row.state, status=status, leaves_quantity=leaves, updated_at=at, **changes
    )
    return msgspec.structs.replace(
        row,
        status=status,
        under=under,
        time_in_force=tif,
        quantity=quantity,
        limit_price=order.limit_price,
        cum_quantity=state.cum_quantity,
        leaves_quantity=leaves,
        average_price=state.average_price,
        amount=amount,
        updated_at=at,
        parts=parts,
        state=state,
    )


def new_row(
    order: Order, status: OrderStatus, at: Time, awaiting_since: Time | None = None, **changes: Any
) -> OrderRow:
    """The row of an order that has just come. `changes` are fields of its state."""
    leaves = ZERO if status in ENDED else order.quantity
    state = OrderState(
        order=order,
        status=status,
        leaves_quantity=leaves,
        created_at=at,
        submitted_at=at,
        updated_at=at,
        **changes,
    )
    return OrderRow(
        order_id=order.order_id,
        account_id=order.account_id,
        firm_id=order.firm_id,
        client_order_id=order.client_order_id,
        chain_id=order.chain_id or order.order_id,
        symbol=order.symbol,
        side=order.side,
        type=order.type,
        time_in_force=order.time_in_force,
        status=status,
        under=status,
        quantity=order.quantity,
        limit_price=order.limit_price,
        leaves_quantity=leaves,
        created_at=at,
        updated_at=at,
        awaiting_since=awaiting_since,
        state=state,
    )
