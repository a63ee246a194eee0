"""Orders under /v2. Posting one is in `hot`, outside FastAPI."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs

import msgspec
from fastapi import APIRouter, Request, Response

from services.gateway.alpaca.orders import order as shown
from services.gateway.core.bodies import decode, text
from services.gateway.core.keys import ApiKey, Scope
from services.gateway.core.numbers import ABSENT, Raw, positive
from services.gateway.core.orders import (
    CLIENT_ID_MAX,
    TIMES_IN_FORCE,
    AlpacaOrder,
    check_price,
    of_alpaca,
)
from services.gateway.core.problems import Problem, invalid, not_found, unprocessable
from services.gateway.front import Asked
from services.gateway.ports import Found, OrderFilter
from services.gateway.routes.common import (
    account_of,
    answer,
    body_of,
    choice,
    described,
    key_of,
    moment,
    services,
    uuid_of,
    whole,
)
from services.gateway.services import Services
from services.gateway.trading import ENDED, Changes, already
from shared.types import Account, OrderStatus

router = APIRouter(prefix="/v2", tags=["orders (Alpaca v2)"])

LIMIT_MAX = 500
_ORDER = msgspec.json.Decoder(AlpacaOrder)


class ReplaceBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of PATCH /v2/orders/{id}."""

    qty: Raw = ABSENT
    limit_price: Raw = ABSENT
    stop_price: Raw = ABSENT
    trail: Raw = ABSENT
    time_in_force: str | None = None
    client_order_id: str | None = None


_REPLACE = msgspec.json.Decoder(ReplaceBody)


class Hot:
    """POST /v2/orders."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, asked: Asked) -> dict[str, Any]:
        """The order as its first event gives it. Raises Problem."""
        asked.key.require(Scope.TRADE)
        named = parse_qs(asked.query.decode("latin-1")).get("account", [None])[0]
        account = await self._services.account(asked.key.account(named))
        wanted = of_alpaca(decode(_ORDER, asked.body))
        state = await self._services.trading.submit(
            asked.key, account, wanted, asked.body, asked.idempotency_key
        )
        return shown(state)


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


def wanted_orders(request: Request) -> OrderFilter:
    """Which orders a list asks for. Raises Problem."""
    symbols = request.query_params.get("symbols", "")
    return OrderFilter(
        status=choice(request, "status", "open", ("open", "closed", "all")),
        limit=whole(request, "limit", 50, LIMIT_MAX),
        after=moment(request, "after"),
        until=moment(request, "until"),
        ascending=choice(request, "direction", "desc", ("asc", "desc")) == "asc",
        symbols=tuple(s.strip().upper() for s in text(symbols, "symbols").split(",") if s.strip()),
        side=choice(request, "side", None, ("buy", "sell")),
    )


@router.get("/orders")
async def get_orders(request: Request) -> Response:
    """Orders of the account; query: status, limit, after, until, direction, symbols, side."""
    account = await account_of(request, Scope.READ)
    found = await services(request).reads.orders(account.account_id, wanted_orders(request))
    return answer([shown(one.state) for one in found])


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
    return answer(shown(found.state))


@router.get("/orders/{order_id}")
async def get_order(request: Request, order_id: str) -> Response:
    """One order."""
    return answer(shown((await found_order(request, Scope.READ, order_id)).state))


@router.patch("/orders/{order_id}", openapi_extra=described(ReplaceBody))
async def patch_order(request: Request, order_id: str) -> Response:
    """Replace an order: the new one."""
    old = (await found_order(request, Scope.TRADE, order_id)).state
    body, _ = await body_of(request, _REPLACE)
    changes = changes_of(request, body, old.order.symbol)
    if old.status in ENDED:
        raise already(old)
    if old.status is OrderStatus.PENDING_NEW:
        raise unprocessable("cannot replace order in accepted status")
    desk = services(request)
    account = await desk.account(old.order.account_id)
    made = await desk.trading.replace(key_of(request, Scope.TRADE), account, old, changes)
    return answer(shown(made))


def changes_of(request: Request, body: ReplaceBody, symbol: str) -> Changes:
    """What a replace changes. Raises Problem."""
    for name in ("stop_price", "trail"):
        if positive(getattr(body, name), name) is not None:
            raise unprocessable(f"{name} is not supported in this release")
    if body.time_in_force is not None and body.time_in_force not in TIMES_IN_FORCE:
        raise invalid(f"time_in_force may be {', '.join(TIMES_IN_FORCE)}")
    price = positive(body.limit_price, "limit_price", "limit price must be > 0")
    instrument = services(request).instruments.get(symbol)
    if instrument is not None:
        check_price("limit_price", price, instrument)
    made = Changes(
        quantity=positive(body.qty, "qty"),
        limit_price=price,
        time_in_force=TIMES_IN_FORCE[body.time_in_force] if body.time_in_force else None,
        client_order_id=text(body.client_order_id, "client_order_id", CLIENT_ID_MAX) or None,
    )
    if made == Changes():
        raise invalid("nothing to change: give qty, limit_price, time_in_force")
    return made


@router.delete("/orders/{order_id}", status_code=204)
async def delete_order(request: Request, order_id: str) -> Response:
    """Ask that an order end; what became of it is told by its next event."""
    await cancel_one(request, order_id)
    return Response(status_code=204)


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


@router.delete("/orders", status_code=207)
async def delete_orders(request: Request) -> Response:
    """Ask that every open order end."""
    account = await account_of(request, Scope.TRADE)
    return answer(await cancel_all(request, account), 207)


async def cancel_all(request: Request, account: Account) -> list[dict[str, Any]]:
    """Cancel every open order of an account: its id, and the status each cancel would answer."""
    key, desk = key_of(request, Scope.TRADE), services(request)
    wanted = OrderFilter(status="open", limit=LIMIT_MAX)
    found = await desk.reads.orders(account.account_id, wanted)

    async def one(state: Any) -> dict[str, Any]:
        order_id = state.order.order_id
        try:
            await desk.trading.cancel(key, account, order_id, is_known=True)
        except Problem as problem:
            return {"id": order_id, "status": problem.status, "body": problem.body()}
        return {"id": order_id, "status": 200, "body": None}

    return list(await asyncio.gather(*(one(each.state) for each in found)))


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
