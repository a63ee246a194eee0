"""The gateway's own rows: keys, and the orders that were promised."""

from __future__ import annotations

from typing import Any

from services.gateway.adapters.database import Database
from services.gateway.core.keys import ApiKey
from shared import codec
from shared.types import OrderState, Time

FIELDS = "key_id, secret_hash, owner, scopes, account_id, firm_id, created_at, revoked_at"
KEY = f"SELECT {FIELDS} FROM gateway.keys WHERE key_id = %s"
KEYS = f"SELECT {FIELDS} FROM gateway.keys ORDER BY created_at, key_id"
ADD = f"INSERT INTO gateway.keys ({FIELDS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
PUT = f"""{ADD} ON CONFLICT (key_id) DO UPDATE
SET secret_hash = excluded.secret_hash, owner = excluded.owner, scopes = excluded.scopes"""
REVOKE = """
UPDATE gateway.keys SET revoked_at = coalesce(revoked_at, %s) WHERE key_id = %s RETURNING key_id
"""
PROMISE = """
INSERT INTO gateway.pending
    (order_id, account_id, client_order_id, symbol, side, created_at, promised_at, state)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (order_id) DO NOTHING
"""


class PostgresOwn:
    """Rows of the schema `gateway`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def key(self, key_id: str) -> ApiKey | None:
        rows = await self._database.rows(KEY, (key_id,))
        return _key(rows[0]) if rows else None

    async def keys(self) -> list[ApiKey]:
        return [_key(row) for row in await self._database.rows(KEYS)]

    async def add_key(self, key: ApiKey) -> None:
        await self._database.rows(ADD, _values(key))

    async def put_key(self, key: ApiKey) -> None:
        await self._database.rows(PUT, _values(key))

    async def revoke_key(self, key_id: str, at: Time) -> bool:
        return bool(await self._database.rows(REVOKE, (at.moment, key_id)))

    async def promise(self, state: OrderState, at: Time) -> None:
        order = state.order
        values = (
            order.order_id,
            order.account_id,
            order.client_order_id,
            order.symbol,
            str(order.side),
            state.created_at.moment,
            at.moment,
            codec.encode(state).decode(),
        )
        await self._database.rows(PROMISE, values)


def _key(row: dict[str, Any]) -> ApiKey:
    revoked = row["revoked_at"]
    times = {
        "created_at": Time.of(row["created_at"]),
        "revoked_at": None if revoked is None else Time.of(revoked),
        "scopes": tuple(row["scopes"]),
    }
    return ApiKey(**{**row, **times})


def _values(key: ApiKey) -> tuple[Any, ...]:
    revoked = None if key.revoked_at is None else key.revoked_at.moment
    return (
        key.key_id,
        key.secret_hash,
        key.owner,
        list(key.scopes),
        key.account_id,
        key.firm_id,
        key.created_at.moment,
        revoked,
    )
