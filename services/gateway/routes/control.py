"""Accounts, cash, keys, limits, halts and breakers under /api/v1."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from services.gateway.core.bodies import needed
from services.gateway.core.keys import OF_AN_ACCOUNT, ApiKey, Scope, parsed_scopes
from services.gateway.core.limit_use import use_of
from services.gateway.core.numbers import plain_or_none
from services.gateway.core.problems import forbidden, not_found
from services.gateway.governing import HaltBody, LimitsBody, RearmBody
from services.gateway.opening import AccountBody, CashBody
from services.gateway.routes.common import (
    account_of,
    again,
    answer,
    body_of,
    described,
    key_of,
    services,
)

router = APIRouter(prefix="/api/v1", tags=["control"])


class KeyBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of POST /api/v1/keys."""

    owner: str | None = None
    account: str | None = None
    scopes: list[str] | None = None


_ACCOUNT, _CASH = msgspec.json.Decoder(AccountBody), msgspec.json.Decoder(CashBody)
_KEY, _LIMITS = msgspec.json.Decoder(KeyBody), msgspec.json.Decoder(LimitsBody)
_HALT, _REARM = msgspec.json.Decoder(HaltBody), msgspec.json.Decoder(RearmBody)


@router.post("/accounts", openapi_extra=described(AccountBody))
async def post_account(request: Request) -> Response:
    """Open an account: its ids, and a key for it whose secret is shown this once. Answers when the
    gate would judge an order.
    """
    key = key_of(request, Scope.ADMIN)
    body, raw = await body_of(request, _ACCOUNT)
    return answer(await services(request).opening.open(key, body, raw, again(request)))


@router.get("/accounts")
async def get_accounts(request: Request) -> Response:
    """Every account that the key may see."""
    key = key_of(request, Scope.READ)
    rows = await services(request).reads.accounts()
    mine = [row for row in rows if key.account_id in (None, row["account_id"])]
    return answer([numbers_as_text(row) for row in mine])


def numbers_as_text(row: dict[str, Any]) -> dict[str, Any]:
    """A row as clients read it."""
    numbers = ("cash", "equity", "buying_power", "value", "limit", "quantity")
    return {name: plain_or_none(value) if name in numbers else value for name, value in row.items()}


@router.post("/cash", openapi_extra=described(CashBody))
async def post_cash(request: Request) -> Response:
    """Deposit or withdraw; a withdrawal is new risk, so the gate judges it."""
    body, raw = await body_of(request, _CASH)
    key = key_of(request, Scope.ADMIN if body.kind == "deposit" else Scope.TRADE)
    account = await services(request).account(key.account(body.account))
    opening = services(request).opening
    return answer(await opening.move_cash(key, account, body, raw, again(request)))


@router.get("/keys")
async def get_keys(request: Request) -> Response:
    """Every key, without its secret."""
    key_of(request, Scope.ADMIN)
    return answer([shown_key(key) for key in await services(request).keyring.list()])


@router.post("/keys", openapi_extra=described(KeyBody))
async def post_key(request: Request) -> Response:
    """A new key; its secret is shown this once."""
    asker = key_of(request, Scope.ADMIN)
    body, _ = await body_of(request, _KEY)
    account = await services(request).account(body.account) if body.account else None
    scopes = parsed_scopes(body.scopes or [str(scope) for scope in OF_AN_ACCOUNT])
    if account is not None and Scope.ADMIN in scopes:
        raise forbidden("a key of an account cannot be an administrator's")
    owner = needed(body.owner or asker.owner, "owner", 128)
    key, secret = await services(request).keyring.create(owner, scopes, account)
    return answer({**shown_key(key), "secret": secret})


@router.delete("/keys/{key_id}")
async def delete_key(request: Request, key_id: str) -> Response:
    """Revoke a key, at once."""
    key_of(request, Scope.ADMIN)
    if not key_id.isprintable() or not await services(request).keyring.revoke(key_id):
        raise not_found(f"key not found for {key_id[:64]}")
    return answer({"key": key_id, "revoked": True})


def shown_key(key: ApiKey) -> dict[str, Any]:
    """A key without its secret."""
    return {
        "key": key.key_id,
        "owner": key.owner,
        "scopes": list(key.scopes),
        "account": key.account_id,
        "firm": key.firm_id,
        "created_at": str(key.created_at),
        "revoked_at": None if key.revoked_at is None else str(key.revoked_at),
    }


@router.get("/limits")
async def get_limits(request: Request) -> Response:
    """The limits in force and how much of each is used, where that follows from a valuation."""
    account = await account_of(request, Scope.READ)
    desk = services(request)
    row, sheet = await desk.reads.limits(account.account_id), await desk.sheet(account.account_id)
    if row is None:
        raise not_found(f"no limits were set for {account.account_id}")
    return answer(
        {
            "account": account.account_id,
            "version": row["version"],
            "actor": row["actor"],
            "reason": row["reason"],
            "at": row["at"],
            "limits": use_of(row["values"], sheet),
        }
    )


@router.put("/limits", openapi_extra=described(LimitsBody))
async def put_limits(request: Request) -> Response:
    """Change limits; answered when they are in force."""
    body, raw = await body_of(request, _LIMITS)
    key = key_of(request, Scope.RISK)
    account = await services(request).account(key.account(body.account))
    made = await services(request).governing.set_limits(key, account, body, raw, again(request))
    return answer(made)


@router.get("/halts")
async def get_halts(request: Request) -> Response:
    """What is not active, by whom and why."""
    key_of(request, Scope.READ)
    names = ("state", "by", "reason", "actor", "at", "expires_at")
    return answer(
        [
            {
                "scope": {name: row[name] for name in ("kind", "name", "account_id")},
                **{name: row[name] for name in names},
            }
            for row in await services(request).reads.halts()
        ]
    )


@router.post("/halts", openapi_extra=described(HaltBody))
async def post_halt(request: Request) -> Response:
    """Stop new risk in a scope; exits and cancels still pass."""
    key = key_of(request, Scope.RISK)
    body, _ = await body_of(request, _HALT)
    return answer(await services(request).governing.halt(key, body))


@router.delete("/halts", openapi_extra=described(HaltBody))
async def delete_halt(request: Request) -> Response:
    """Take a person's halt off a scope; a tripped breaker stays."""
    key = key_of(request, Scope.RISK)
    body, _ = await body_of(request, _HALT)
    return answer(await services(request).governing.resume(key, body))


@router.get("/breakers")
async def get_breakers(request: Request) -> Response:
    """Every breaker of an account, or of all, with its numbers."""
    key = key_of(request, Scope.READ)
    named = request.query_params.get("account")
    account_id = key.account(named) if named or key.account_id else None
    rows = await services(request).reads.breakers(account_id)
    return answer([numbers_as_text(row) for row in rows])


@router.post("/breakers/{name}/rearm", openapi_extra=described(RearmBody))
async def post_rearm(request: Request, name: str) -> Response:
    """Re-arm a breaker: with a reason, the numbers and a token; with the token, armed again."""
    body, _ = await body_of(request, _REARM)
    key = key_of(request, Scope.RISK)
    account = await services(request).account(key.account(body.account))
    return answer(await services(request).governing.rearm(key, account, name, body))
