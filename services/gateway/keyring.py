"""Keys in memory for a short while, so that an order needs no question to the database.

A revoked key is forgotten here at once; another gateway forgets it within FRESH_S.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable

from services.gateway.core.keys import EVERY, ApiKey, hash_of
from services.gateway.core.problems import unauthorized
from services.gateway.ports import Own
from shared.clock import monotonic_s, wall_now
from shared.types import Account

FRESH_S = 5.0
UNKNOWN_FRESH_S = 1.0
KEPT_MAX = 10_000
SECRET_BYTES = 32


class Keyring:
    """Who may ask."""

    def __init__(self, own: Own, now_s: Callable[[], float] = monotonic_s) -> None:
        self._own, self._now_s = own, now_s
        self.on_revoked: list[Callable[[str], None]] = []
        self._kept: dict[str, tuple[ApiKey | None, float]] = {}

    async def identify(self, key_id: str | None, secret: str | None) -> ApiKey:
        """The key with that secret. Raises Problem (401)."""
        if not key_id or not secret or len(key_id) > 64 or len(secret) > 128:
            raise unauthorized()
        key = await self._find(key_id)
        if key is None or key.revoked_at is not None or not key.is_secret(secret):
            raise unauthorized()
        return key

    async def _find(self, key_id: str) -> ApiKey | None:
        kept = self._kept.get(key_id)
        now = self._now_s()
        if kept is not None and kept[1] > now:
            return kept[0]
        if not key_id.isascii() or not key_id.isprintable():
            return None
        key = await self._own.key(key_id)
        if len(self._kept) >= KEPT_MAX:
            self._kept.clear()
        self._kept[key_id] = (key, now + (UNKNOWN_FRESH_S if key is None else FRESH_S))
        return key

    async def create(
        self, owner: str, scopes: tuple[str, ...], account: Account | None
    ) -> tuple[ApiKey, str]:
        """A new key and its secret, which is not to be had again."""
        key_id, secret = new_pair()
        key = ApiKey(
            key_id=key_id,
            secret_hash=hash_of(secret),
            owner=owner,
            scopes=scopes,
            account_id=None if account is None else account.account_id,
            firm_id=None if account is None else account.firm_id,
            created_at=wall_now(),
        )
        await self._own.add_key(key)
        self._kept.pop(key_id, None)
        return key, secret

    async def register(self, key_id: str, secret: str, owner: str) -> None:
        """Know the administrator's key, as its file has it."""
        key = ApiKey(
            key_id=key_id,
            secret_hash=hash_of(secret),
            owner=owner,
            scopes=EVERY,
            created_at=wall_now(),
        )
        await self._own.put_key(key)
        self._kept.pop(key_id, None)

    async def list(self) -> list[ApiKey]:
        """Every key."""
        return await self._own.keys()

    async def revoke(self, key_id: str) -> bool:
        """From now on this key opens nothing; whether there was one."""
        self._kept.pop(key_id, None)
        found = await self._own.revoke_key(key_id, wall_now())
        self._kept.pop(key_id, None)
        for tell in self.on_revoked:
            tell(key_id)
        return found


def new_pair() -> tuple[str, str]:
    """A random key id and a random secret."""
    letters = base64.b32encode(secrets.token_bytes(15)).decode()[:18]
    return f"PK{letters}", secrets.token_urlsafe(SECRET_BYTES)
