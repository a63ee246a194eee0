"""Orders under /v2. Posting one is in `hot`, outside FastAPI."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import msgspec
from fastapi import APIRouter, Request, Response

from services.gateway.alpaca.orders import order as shown
from services.gateway.core.bodies import decode
from services.gateway.core.changes import ReplaceAlpaca
from services.gateway.core.keys import Scope
from services.gateway.core.legs import CLIENT_ID_MAX, waiting
from services.gateway.core.problems import not_found
from services.gateway.core.wanted import AlpacaOrder, of_alpaca
from services.gateway.front import Asked
from services.gateway.routes.common import account_of, answer, described, key_of, services
from services.gateway.routes.order_actions import (
    cancel_all,
    cancel_one,
    families,
    family,
    found_order,
    is_no_order,
    replace_one,
    wanted_orders,
)
from services.gateway.services import Services
from shared.types import OrderState, OrderStatus

router = APIRouter(prefix="/v2", tags=["orders (Alpaca v2)"])

FRESH = (OrderStatus.PENDING_NEW, OrderStatus.NEW)
_ORDER = msgspec.json.Decoder(AlpacaOrder)
_REPLACE = msgspec.json.Decoder(ReplaceAlpaca)


class Hot:
    """POST /v2/orders."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, asked: Asked) -> dict[str, Any]:
        """The order as its first event gives it, with its legs as they begin: waiting. Raises
        Problem.
        """
        asked.key.require(Scope.TRADE)
        named = parse_qs(asked.query.decode("latin-1")).get("account", [None])[0]
        account = await self._services.account(asked.key.account(named))
        wanted = of_alpaca(decode(_ORDER, asked.body))
        state = await self._services.trading.submit(
            asked.key, account, wanted, asked.body, asked.idempotency_key
        )
        if is_fresh(state):
            return shown(state, waiting(state))
        return shown(*await family(self._services, state))  # it was posted before


def is_fresh(state: OrderState) -> bool:
    """Whether an order's legs must be waiting still, or it has none."""
    is_unfilled = not state.cum_quantity and state.status in FRESH
    return is_unfilled or not state.order.legs


@router.post("/orders", openapi_extra=described(AlpacaOrder))
async def post_order(request: Request) -> Response:
    """Send an order through the gate: the order as its first event gives it, or 403 with every
    violation.
    """
    asked = Asked(
        key=key_of(request, Scope.TRADE),
        body=await request.body(),
        query=request.scope["query_string"],
        idempotency_key=request.headers.get("idempotency-key"),
    )
    return answer(await Hot(services(request))(asked))


@router.get("/orders")
async def get_orders(request: Request) -> Response:
    """Orders of the account; query: status, limit, after, until, direction, symbols, side, nested
    (legs inside their order instead of orders of the list).
    """
    account = await account_of(request, Scope.READ)
    wanted, desk = wanted_orders(request), services(request)
    states = [one.state for one in await desk.reads.orders(account.account_id, wanted)]
    if not wanted.nested:
        return answer([shown(one) for one in states])
    folded = await families(desk, account.account_id, states)
    return answer([shown(one, legs) for one, legs in folded])


@router.get("/orders:by_client_order_id")
async def get_by_client_id(request: Request) -> Response:
    """The order with that client_order_id."""
    account = await account_of(request, Scope.READ)
    wanted = request.query_params.get("client_order_id") or ""
    found = None
    if wanted and len(wanted) <= CLIENT_ID_MAX and wanted.isprintable():
        found = await services(request).reads.order_by_client_id(account.account_id, wanted)
    if found is None or is_no_order(found):
        raise not_found(f"order not found for {wanted[:CLIENT_ID_MAX]}")
    return answer(shown(*await family(services(request), found.state)))


@router.get("/orders/{order_id}")
async def get_order(request: Request, order_id: str) -> Response:
    """One order, with its legs."""
    state = (await found_order(request, Scope.READ, order_id)).state
    return answer(shown(*await family(services(request), state)))


@router.patch("/orders/{order_id}", openapi_extra=described(ReplaceAlpaca))
async def patch_order(request: Request, order_id: str) -> Response:
    """Replace an order: the new one."""
    return answer(shown(await replace_one(request, order_id, _REPLACE)))


@router.delete("/orders/{order_id}", status_code=204)
async def delete_order(request: Request, order_id: str) -> Response:
    """Ask that an order end; what became of it is told by its next event."""
    await cancel_one(request, order_id)
    return Response(status_code=204)


@router.delete("/orders", status_code=207)
async def delete_orders(request: Request) -> Response:
    """Ask that every open order end."""
    account = await account_of(request, Scope.TRADE)
    return answer(await cancel_all(request, account), 207)
