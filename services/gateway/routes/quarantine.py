"""Accounts whose messages a room has set aside: shown, and released, under /api/v1."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from services.gateway.core.keys import Scope
from services.gateway.routes.common import answer, key_of, services

router = APIRouter(prefix="/api/v1", tags=["control"])


@router.get("/quarantine")
async def get_quarantine(request: Request) -> Response:
    """Accounts in quarantine, by room: how many messages wait, and what the first one died of."""
    key = key_of(request, Scope.READ)
    named = request.query_params.get("account")
    account_id = key.account(named) if named or key.account_id else None
    return answer(await services(request).releasing.held(account_id))


@router.delete("/quarantine/{account_id}")
async def delete_quarantine(request: Request, account_id: str) -> Response:
    """Feed an account's messages to their rooms again, in order; how many, and how many a room
    had to set aside again.
    """
    key = key_of(request, Scope.RISK)
    account = await services(request).account(key.account(account_id))
    return answer(await services(request).releasing.release(key, account))
