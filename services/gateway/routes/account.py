"""Account, positions and activities under /v2: every number of an answer is of one valuation."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from services.gateway.alpaca import account as alpaca
from services.gateway.alpaca.orders import order as shown_order
from services.gateway.alpaca.orders import uuid_text
from services.gateway.core.instruments import find, step
from services.gateway.core.keys import Scope
from services.gateway.core.numbers import Raw, plain, positive
from services.gateway.core.problems import Problem, invalid, not_found, unprocessable
from services.gateway.core.sheet import Held, Sheet
from services.gateway.core.wanted import AlpacaOrder, of_alpaca
from services.gateway.ports import Executed
from services.gateway.routes.common import account_of, answer, flag, key_of, services, whole
from services.gateway.routes.order_actions import cancel_all
from shared.clock import monotonic_s
from shared.types import Account

router = APIRouter(prefix="/v2", tags=["account (Alpaca v2)"])

PERCENT = Decimal(100)
FREED_S_MAX = 2.0
FREED_STEP_S = 0.02
CONFIGURATION = {
    "fractional_trading": True,
    "max_margin_multiplier": "2",
    "no_shorting": False,
    "suspend_trade": False,
    "trade_confirm_email": "none",
    "ptp_no_exception_entry": False,
}


async def sheet_of(request: Request, scope: Scope = Scope.READ) -> tuple[Account, Sheet]:
    """The account that is meant, by one valuation. Raises Problem."""
    account = await account_of(request, scope)
    return account, await services(request).sheet(account.account_id)


@router.get("/account")
async def get_account(request: Request) -> Response:
    """The account."""
    _, sheet = await sheet_of(request)
    return answer(alpaca.account(sheet))


@router.get("/account/configurations")
async def get_configurations(request: Request) -> Response:
    """What is configured; limits are under /api/v1/limits."""
    await account_of(request, Scope.READ)
    return answer(CONFIGURATION)


@router.patch("/account/configurations")
async def patch_configurations(request: Request) -> Response:
    """Nothing of it can be changed; what is already so is accepted."""
    await account_of(request, Scope.TRADE)
    try:
        given = msgspec.json.decode(await request.body() or b"{}", type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise invalid(str(error)) from None
    for name, value in given.items():
        if value is not None and CONFIGURATION.get(name) != value:
            raise unprocessable(f"{name[:64]} cannot be changed in this release")
    return answer(CONFIGURATION)


@router.get("/positions")
async def get_positions(request: Request) -> Response:
    """Every position."""
    _, sheet = await sheet_of(request)
    return answer(alpaca.positions(sheet, services(request).instruments))


@router.get("/positions/{named}")
async def get_position(request: Request, named: str) -> Response:
    """One position, by symbol or asset id."""
    _, sheet = await sheet_of(request)
    held = held_in(request, sheet, named)
    one = services(request).instruments.get(held.symbol)
    return answer(alpaca.position(held, sheet, one))


def held_in(request: Request, sheet: Sheet, named: str) -> Held:
    """The position in a symbol. Raises Problem (404)."""
    one = find(named, services(request).instruments)
    symbol = named.upper() if one is None else one.symbol
    for held in sheet.positions:
        if held.symbol == symbol:
            return held
    raise not_found("position does not exist")


@router.delete("/positions/{named}")
async def close_position(request: Request, named: str) -> Response:
    """End a position by a market order the other way, through the same gate as every order."""
    account, sheet = await sheet_of(request, Scope.TRADE)
    held = held_in(request, sheet, named)
    return answer(await close(request, account, held, closing_quantity(request, held)))


def closing_quantity(request: Request, held: Held) -> Decimal:
    """How much is to be closed: `qty`, `percentage` (in whole steps), or all. Raises Problem."""
    query = request.query_params
    if "qty" in query and "percentage" in query:
        raise invalid("only one of qty or percentage is accepted")
    whole_position = abs(held.quantity)
    if "qty" in query:
        return given(query["qty"], "qty")
    if "percentage" not in query:
        return whole_position
    share = given(query["percentage"], "percentage")
    if share > PERCENT:
        raise invalid("percentage must be at most 100")
    one = services(request).instruments.get(held.symbol)
    smallest = Decimal(1) if one is None else step(one)
    quantity = whole_position * share / PERCENT // smallest * smallest
    if not quantity:
        raise invalid(f"percentage is less than the smallest step, {smallest:f}")
    return quantity


def given(words: str, name: str) -> Decimal:
    """A number of the query, above zero. Raises Problem."""
    value = positive(Raw(f'"{words}"'.encode()), name)
    if value is None:
        raise invalid(f"{name} is required")
    return value


async def close(
    request: Request, account: Account, held: Held, quantity: Decimal
) -> dict[str, Any]:
    """Post the order that ends a position. Raises Problem."""
    body = AlpacaOrder(
        symbol=held.symbol,
        qty=Raw(f'"{plain(quantity)}"'.encode()),
        side="sell" if held.quantity > 0 else "buy",
        type="market",
        time_in_force="day",
    )
    key = key_of(request, Scope.TRADE)
    state = await services(request).trading.submit(key, account, of_alpaca(body), b"")
    return shown_order(state)


@router.delete("/positions", status_code=207)
async def close_positions(request: Request) -> Response:
    """End every position; with `cancel_orders`, every open order first, and then what it held."""
    account, sheet = await sheet_of(request, Scope.TRADE)
    if flag(request, "cancel_orders") and await cancel_all(request, account):
        sheet = await freed(request, account.account_id)

    async def one(held: Held) -> dict[str, Any]:
        try:
            made = await close(request, account, held, abs(held.quantity))
        except Problem as problem:
            return {"symbol": held.symbol, "status": problem.status, "body": problem.body()}
        return {"symbol": held.symbol, "status": 200, "body": made}

    return answer(list(await asyncio.gather(*(one(held) for held in sheet.positions))), 207)


async def freed(request: Request, account_id: str) -> Sheet:
    """The account once the gate holds no share of a position for another order, for an exit that
    has ended holds some until the gate has heard of it; as it is then after FREED_S_MAX.
    """
    until = monotonic_s() + FREED_S_MAX
    while True:
        sheet = await services(request).sheet(account_id)
        is_free = all(alpaca.available(one, sheet) == one.quantity for one in sheet.positions)
        if is_free or monotonic_s() > until:
            return sheet
        await asyncio.sleep(FREED_STEP_S)


@router.get("/account/activities")
async def get_activities(request: Request) -> Response:
    """Fills, newest first."""
    wanted = request.query_params.get("activity_types", "FILL")
    return await activities(request, wanted.split(","))


@router.get("/account/activities/{kind}")
async def get_activities_of(request: Request, kind: str) -> Response:
    """Activities of one type; only FILL has any so far."""
    return await activities(request, [kind])


async def activities(request: Request, kinds: list[str]) -> Response:
    """Activities of these types."""
    account = await account_of(request, Scope.READ)
    if "FILL" not in kinds:
        return answer([])
    limit = whole(request, "page_size", 100, 100)
    found = await services(request).reads.executions(account.account_id, limit)
    return answer([fill(one) for one in found])


def fill(one: Executed) -> dict[str, Any]:
    """A trade activity."""
    execution, left = one.execution, one.order_quantity - one.cum_quantity
    execution_id = uuid_text(execution.execution_id)
    stamp = str(execution.transact_at)[:19].translate(str.maketrans("", "", "-T:"))
    return {
        "id": f"{stamp}000::{execution_id}",
        "activity_type": "FILL",
        "transaction_time": str(execution.transact_at),
        "type": "fill" if left <= 0 else "partial_fill",
        "price": plain(execution.price),
        "qty": plain(execution.quantity),
        "side": str(execution.side),
        "symbol": execution.symbol,
        "leaves_qty": plain(max(left, Decimal(0))),
        "order_id": execution.order_id,
        "cum_qty": plain(one.cum_quantity),
        "order_status": "filled" if left <= 0 else "partially_filled",
    }
