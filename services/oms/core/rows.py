"""The rows of the order book: orders, executions, requests, and what is remembered about ids."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from shared.types import (
    ZERO,
    Execution,
    Order,
    OrderState,
    OrderStatus,
    OrderType,
    Side,
    Time,
    TimeInForce,
)

Split = tuple[int, int]
"""(new, old) shares."""


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """One order. `state` is the truth that events carry; the flat columns are for queries.

    under: the status beneath an outstanding request (equal to `status` where there is none);
    request_id: the outstanding request; queued_id: a cancel that waits for a replace's answer;
    amount: the exact sum of quantity times price over the booked executions;
    pending_quantity: the quantity of a replace that is outstanding;
    awaiting_since: wall time of what was last sent and not yet answered;
    ends_at: market time at which an order that OMS keeps ends by itself;
    splits: what the venue split it by, oldest first; parts: the filled quantity in units that every
    split leaves whole (see `splits.py`), None where there was none.
    """

    order_id: str
    account_id: str
    firm_id: str
    client_order_id: str
    chain_id: str
    symbol: str
    side: Side
    type: OrderType
    time_in_force: TimeInForce
    status: OrderStatus
    under: OrderStatus
    quantity: Decimal
    limit_price: Decimal | None = None
    cum_quantity: Decimal = ZERO
    leaves_quantity: Decimal = ZERO
    average_price: Decimal = ZERO
    amount: Decimal = ZERO
    created_at: Time
    updated_at: Time
    request_id: str | None = None
    queued_id: str | None = None
    pending_quantity: Decimal | None = None
    awaiting_since: Time | None = None
    ends_at: Time | None = None
    splits: tuple[Split, ...] = ()
    parts: Decimal | None = None
    state: OrderState


class ExecutionRow(msgspec.Struct, frozen=True, kw_only=True):
    """One booked execution as the venue told it. `kind` is fill, bust or correction.

    chain_id: the chain of the order it belongs to (empty in rows of release 1); splits: how many
    splits of the order came before it.
    """

    execution_id: str
    order_id: str
    account_id: str
    firm_id: str
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    transact_at: Time
    quote_at: Time | None
    quote_row: int | None
    fee: Decimal
    currency: str
    execution_ref: str | None
    kind: str
    booked_at: Time
    chain_id: str = ""
    splits: int = 0


class AmendmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """An execution that a later one (`by_id`) busted or corrected; it no longer counts."""

    execution_id: str
    by_id: str


class OrphanRow(msgspec.Struct, frozen=True, kw_only=True):
    """An execution for an order we do not know: booked nowhere, kept for reconciliation."""

    execution_id: str
    order_id: str
    execution: Execution
    told_at: Time


class RequestRow(msgspec.Struct, frozen=True, kw_only=True):
    """A cancel or replace (`kind`) of an order. `status` is queued, pending, done or refused.

    cause: the command it answers; order: what is to stand in the place of the old one.
    """

    request_id: str
    order_id: str
    account_id: str
    kind: str
    status: str
    cause: str
    reason: str | None = None
    asked_at: Time
    order: Order | None = None


class RememberedCancelRow(msgspec.Struct, frozen=True, kw_only=True):
    """A cancel for an order that has not arrived. If it does, it is never sent."""

    account_id: str
    order_id: str
    request_id: str
    asked_at: Time
