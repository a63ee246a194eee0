"""What both formats do with orders that exist: find, list, fold, replace, cancel."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec
from fastapi import Request

from services.gateway.core.bodies import text
from services.gateway.core.changes import ReplaceAlpaca, ReplaceDesk, changes_in
from services.gateway.core.families import legs_in, parents_of
from services.gateway.core.keys import ApiKey, Scope
from services.gateway.core.problems import Problem, not_found, unprocessable
from services.gateway.ports import Found, OrderFilter
from services.gateway.routes.common import (
    again,
    body_of,
    choice,
    flag,
    key_of,
    moment,
    services,
    uuid_of,
    whole,
)
from services.gateway.services import Services
from services.gateway.trading import ENDED, already
from shared.instruments import Instrument
from shared.types import Account, OrderState, OrderStatus

LIMIT_MAX = 500

Replacing = ReplaceAlpaca | ReplaceDesk
Family = tuple[OrderState, list[OrderState]]
"""An order and its legs."""


def wanted_orders(request: Request, *, by_parent: bool = False) -> OrderFilter:
    """Which orders a list asks for. Raises Problem."""
    symbols = request.query_params.get("symbols", "")
    parent = request.query_params.get("parent") if by_parent else None
    if parent is not None and uuid_of(parent) is None:
        raise not_found(f"order not found for {parent[:64]}")
    return OrderFilter(
        status=choice(request, "status", "open", ("open", "closed", "all")),
        limit=whole(request, "limit", 50, LIMIT_MAX),
        after=moment(request, "after"),
        until=moment(request, "until"),
        ascending=choice(request, "direction", "desc", ("asc", "desc")) == "asc",
        symbols=tuple(s.strip().upper() for s in text(symbols, "symbols").split(",") if s.strip()),
        side=choice(request, "side", None, ("buy", "sell")),
        parent_id=parent and uuid_of(parent),
        nested=flag(request, "nested"),
    )


async def families(desk: Services, account_id: str, states: Sequence[OrderState]) -> list[Family]:
    """Orders with their legs, by one more question for all of them."""
    parents = parents_of(states)
    legs = await desk.reads.legs(account_id, parents) if parents else []
    return [(one, legs_in(one, legs)) for one in states]


async def family(desk: Services, state: OrderState) -> Family:
    """One order with its legs."""
    (found,) = await families(desk, state.order.account_id, [state])
    return found


async def replace_one(
    request: Request, order_id: str, decoder: msgspec.json.Decoder[Any]
) -> OrderState:
    """Replace an order: the new one. An Idempotency-Key makes a repetition harmless. Raises
    Problem.
    """
    old = (await found_order(request, Scope.TRADE, order_id)).state
    body, raw = await body_of(request, decoder)
    desk, idempotency_key = services(request), again(request)
    before = await desk.trading.replaced_before(old, raw, idempotency_key)
    if before is not None:
        return before
    symbol = old.order.symbol
    instrument = desk.instruments.get(symbol) or Instrument(symbol=symbol)
    changes = changes_in(body, old.order, instrument)
    if old.status in ENDED:
        raise already(old)
    if old.status is OrderStatus.PENDING_NEW:
        raise unprocessable("cannot replace order in accepted status")
    account = await desk.account(old.order.account_id)
    key = key_of(request, Scope.TRADE)
    return await desk.trading.replace(key, account, old, changes, raw, idempotency_key)


async def cancel_one(request: Request, order_id: str) -> None:
    """Cancel an order of the asker, known or not: OMS remembers an id that it has not seen."""
    key, wanted = key_of(request, Scope.TRADE), uuid_of(order_id)
    desk = services(request)
    found = None if wanted is None else await desk.reads.order(wanted)
    if found is not None and not may_see(key, found):
        found, wanted = None, None
    if wanted is None or (found is None and key.account_id is None):
        raise not_found(f"order not found for {order_id[:64]}")
    if found is not None and found.state.status in ENDED:
        raise already(found.state)
    account_id = key.account_id if found is None else found.state.order.account_id
    account = await desk.account(str(account_id))
    await desk.trading.cancel(key, account, wanted, is_known=found is not None)


async def cancel_all(request: Request, account: Account) -> list[dict[str, Any]]:
    """Cancel every open order of an account: its id, and the status each cancel would answer. Exits
    are asked for too: those of an entry that is filled in part would live on without it.
    """
    key, desk = key_of(request, Scope.TRADE), services(request)
    wanted = OrderFilter(status="open", limit=LIMIT_MAX)
    found = await desk.reads.orders(account.account_id, wanted)

    async def one(state: OrderState) -> dict[str, Any]:
        order_id = state.order.order_id
        try:
            await desk.trading.cancel(key, account, order_id, is_known=True)
        except Problem as problem:
            if not await is_canceled(desk, order_id):
                return {"id": order_id, "status": problem.status, "body": problem.body()}
        return {"id": order_id, "status": 200, "body": None}

    return list(await asyncio.gather(*(one(each.state) for each in found)))


async def is_canceled(desk: Services, order_id: str) -> bool:
    """Whether an order has ended as was asked for, with its entry or the other exit."""
    found = await desk.reads.order(order_id)
    return found is not None and found.state.status is OrderStatus.CANCELED


async def found_order(request: Request, scope: Scope, order_id: str) -> Found:
    """An order that the asker may see. Raises Problem (404)."""
    key, wanted = key_of(request, scope), uuid_of(order_id)
    found = None if wanted is None else await services(request).reads.order(wanted)
    if found is None or is_no_order(found) or not may_see(key, found):
        raise not_found(f"order not found for {order_id[:64]}")
    return found


def may_see(key: ApiKey, found: Found) -> bool:
    """Whether the order is of the key's account, or the key of none."""
    return key.account_id in (None, found.state.order.account_id)


def is_no_order(found: Found) -> bool:
    """An order denied with 403 is no order."""
    return found.state.status is OrderStatus.DENIED and not found.promised
