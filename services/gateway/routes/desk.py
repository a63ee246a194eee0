"""Our own format for orders and positions: /api/v1/orders, /api/v1/positions, decisions."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from services.gateway.core.bodies import decode
from services.gateway.core.changes import ReplaceDesk
from services.gateway.core.keys import Scope
from services.gateway.core.numbers import plain, plain_or_none
from services.gateway.core.sheet import Held
from services.gateway.core.wanted import DeskOrder, of_desk
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
from services.gateway.routes.order_actions import (
    cancel_all,
    cancel_one,
    families,
    found_order,
    replace_one,
    wanted_orders,
)
from shared.types import Algorithm, Leg, OrderState, Time

router = APIRouter(prefix="/api/v1", tags=["orders"])

_ORDER = msgspec.json.Decoder(DeskOrder)
_REPLACE = msgspec.json.Decoder(ReplaceDesk)
_NAMES = ("account_id", "firm_id", "client_order_id", "symbol", "strategy", "actor", "venue")
_FLAGS = ("extended_hours", "reduce_only", "post_only")
_PRICES = ("limit_price", "stop_price", "trail_price", "trail_percent")
_TIMES = (
    *("created_at", "submitted_at", "updated_at", "filled_at", "canceled_at", "expired_at"),
    "triggered_at",
)


def shown(state: OrderState) -> dict[str, Any]:
    """An order in our words; `stop_price` of a trailing stop is where it stands now."""
    order = state.order
    stop = order.stop_price if state.stop_price is None else state.stop_price
    return {
        "order_id": order.order_id,
        **{name: getattr(order, name) for name in _NAMES},
        "side": str(order.side),
        "quantity": plain(order.quantity),
        "notional": plain_or_none(order.notional),
        "display_quantity": plain_or_none(order.display_quantity),
        "type": str(order.type),
        "time_in_force": str(order.time_in_force),
        "expires_at": time_or_none(order.expires_at),
        **{name: plain_or_none(getattr(order, name)) for name in _PRICES},
        "stop_price": plain_or_none(stop),
        "hwm": plain_or_none(state.hwm),
        **{name: getattr(order, name) for name in _FLAGS},
        "order_class": str(order.order_class),
        "parent_id": order.parent_id,
        "legs": [leg(one) for one in order.legs],
        "algorithm": order.algorithm and algorithm(order.algorithm),
        "held": state.held,
        "replaces": order.replaces,
        "replaced_by": state.replaced_by,
        "status": str(state.status),
        "cum_quantity": plain(state.cum_quantity),
        "leaves_quantity": plain(state.leaves_quantity),
        "average_price": plain(state.average_price) if state.cum_quantity else None,
        "reason": state.reason,
        "exit": state.exit,
        **{name: time_or_none(getattr(state, name)) for name in _TIMES},
    }


def time_or_none(time: Time | None) -> str | None:
    """RFC 3339, or None."""
    return None if time is None else str(time)


def leg(one: Leg) -> dict[str, Any]:
    """A leg as it was asked for."""
    prices = {name: plain_or_none(getattr(one, name)) for name in _PRICES}
    ids = {"order_id": one.order_id, "client_order_id": one.client_order_id}
    return {**ids, "type": str(one.type), **prices}


def algorithm(plan: Algorithm) -> dict[str, Any]:
    """How an order is worked."""
    return {
        "name": plan.name,
        "starts_at": str(plan.starts_at),
        "ends_at": str(plan.ends_at),
        "bins": plan.bins,
        "curve": [plain(one) for one in plan.curve],
        "rate": plain_or_none(plan.rate),
    }


def nested(state: OrderState, legs: list[OrderState]) -> dict[str, Any]:
    """An order with its legs as they are now."""
    return {**shown(state), "legs": [shown(one) for one in legs]}


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
    """Orders of an account; query as GET /v2/orders, `account`, and `parent`: the legs or children
    of that order.
    """
    account = await account_of(request, Scope.READ)
    wanted, desk = wanted_orders(request, by_parent=True), services(request)
    states = [one.state for one in await desk.reads.orders(account.account_id, wanted)]
    if not wanted.nested:
        return answer([shown(one) for one in states])
    return answer([nested(*one) for one in await families(desk, account.account_id, states)])


@router.get("/orders/{order_id}")
async def get_order(request: Request, order_id: str) -> Response:
    """One order."""
    return answer(shown((await found_order(request, Scope.READ, order_id)).state))


@router.patch("/orders/{order_id}", openapi_extra=described(ReplaceDesk))
async def patch_order(request: Request, order_id: str) -> Response:
    """Replace an order: the new one."""
    return answer(shown(await replace_one(request, order_id, _REPLACE)))


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
