"""Our own format for orders and positions: /api/v1/orders, /api/v1/positions, decisions."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from services.gateway.core.bodies import decode
from services.gateway.core.keys import Scope
from services.gateway.core.numbers import plain, plain_or_none
from services.gateway.core.orders import DeskOrder, of_desk
from services.gateway.core.sheet import Held
from services.gateway.routes.account import sheet_of
from services.gateway.routes.common import (
    account_of,
    again,
    answer,
    described,
    key_of,
    services,
    whole,
)
from services.gateway.routes.orders import cancel_all, cancel_one, found_order, wanted_orders
from shared.types import OrderState

router = APIRouter(prefix="/api/v1", tags=["orders"])

_ORDER = msgspec.json.Decoder(DeskOrder)
_TIMES = ("created_at", "submitted_at", "updated_at", "filled_at", "canceled_at", "expired_at")


def shown(state: OrderState) -> dict[str, Any]:
    """An order in our words."""
    order = state.order
    names = ("account_id", "firm_id", "client_order_id", "symbol", "strategy", "actor", "venue")
    return {
        "order_id": order.order_id,
        **{name: getattr(order, name) for name in names},
        "side": str(order.side),
        "quantity": plain(order.quantity),
        "type": str(order.type),
        "time_in_force": str(order.time_in_force),
        "limit_price": plain_or_none(order.limit_price),
        "stop_price": plain_or_none(order.stop_price),
        "reduce_only": order.reduce_only,
        "replaces": order.replaces,
        "replaced_by": state.replaced_by,
        "status": str(state.status),
        "cum_quantity": plain(state.cum_quantity),
        "leaves_quantity": plain(state.leaves_quantity),
        "average_price": plain(state.average_price) if state.cum_quantity else None,
        "reason": state.reason,
        "exit": state.exit,
        **{name: None if (t := getattr(state, name)) is None else str(t) for name in _TIMES},
    }


@router.post("/orders", openapi_extra=described(DeskOrder))
async def post_order(request: Request) -> Response:
    """Send an order through the gate. An Idempotency-Key makes a repetition harmless."""
    raw = await request.body()
    key = key_of(request, Scope.TRADE)
    body = decode(_ORDER, raw)
    desk = services(request)
    account = await desk.account(key.account(body.account))
    state = await desk.trading.submit(key, account, of_desk(body), raw, again(request))
    return answer(shown(state))


@router.get("/orders")
async def get_orders(request: Request) -> Response:
    """Orders of an account; query as GET /v2/orders, and `account`."""
    account = await account_of(request, Scope.READ)
    found = await services(request).reads.orders(account.account_id, wanted_orders(request))
    return answer([shown(one.state) for one in found])


@router.get("/orders/{order_id}")
async def get_order(request: Request, order_id: str) -> Response:
    """One order."""
    return answer(shown((await found_order(request, Scope.READ, order_id)).state))


@router.delete("/orders/{order_id}")
async def delete_order(request: Request, order_id: str) -> Response:
    """Ask that an order end."""
    await cancel_one(request, order_id)
    return answer({"order_id": order_id, "asked": True})


@router.delete("/orders")
async def delete_orders(request: Request) -> Response:
    """Ask that every open order of an account end."""
    account = await account_of(request, Scope.TRADE)
    found = await cancel_all(request, account)
    return answer([{"order_id": one["id"], "status": one["status"]} for one in found])


@router.get("/positions")
async def get_positions(request: Request) -> Response:
    """What an account holds, by its last valuation."""
    _, sheet = await sheet_of(request)
    return answer([held(one) for one in sheet.positions])


def held(one: Held) -> dict[str, Any]:
    """A position in our words."""
    numbers = ("quantity", "average_price", "cost_basis", "market_value", "unrealised", "realised")
    return {
        "symbol": one.symbol,
        **{name: plain(getattr(one, name)) for name in numbers},
        "price": plain_or_none(one.price),
        "lastday_price": plain_or_none(one.lastday_price),
        "stale": one.stale,
    }


@router.get("/decisions")
async def get_decisions(request: Request) -> Response:
    """What the gate decided for an account, newest first, with the numbers behind it."""
    account = await account_of(request, Scope.READ)
    limit = whole(request, "limit", 50, 500)
    return answer(await services(request).reads.decisions(account.account_id, limit))
