"""API keys: who asks, for which account, and what they may do. Of a secret, a hash is kept."""

from __future__ import annotations

import hashlib
import hmac
from enum import StrEnum

import msgspec

from services.gateway.core.problems import forbidden, invalid
from shared.types import Time


class Scope(StrEnum):
    """What a key may do."""

    READ = "read"
    TRADE = "trade"
    RISK = "risk"
    ADMIN = "admin"


OF_AN_ACCOUNT = (Scope.READ, Scope.TRADE)
EVERY = tuple(Scope)


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it is kept. Without an account it names one in each request."""

    key_id: str
    secret_hash: str
    owner: str
    scopes: tuple[str, ...]
    account_id: str | None = None
    firm_id: str | None = None
    created_at: Time
    revoked_at: Time | None = None

    def is_secret(self, secret: str) -> bool:
        """Whether this is the secret, in constant time."""
        return hmac.compare_digest(self.secret_hash, hash_of(secret))

    def require(self, scope: Scope) -> None:
        """Raises Problem (403) where the key may not do it."""
        if scope not in self.scopes:
            raise forbidden(f"insufficient scope: this needs a key with the scope {scope}")

    def account(self, named: str | None) -> str:
        """The account that is meant. Raises Problem where it is another's, or none."""
        if self.account_id is None:
            if not named:
                raise invalid("account is required: this key is not bound to one")
            return named
        if named and named != self.account_id:
            raise forbidden("this key belongs to another account")
        return self.account_id


def hash_of(secret: str) -> str:
    """What is kept of a secret. It has 256 random bits, so one round is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def parsed_scopes(words: list[str]) -> tuple[str, ...]:
    """Named scopes, each once, in our order. Raises Problem for an unknown one."""
    known = {str(scope) for scope in Scope}
    unknown = sorted(set(words) - known)
    if unknown or not words:
        raise invalid(f"scopes may be {', '.join(known)}")
    return tuple(str(scope) for scope in Scope if scope in words)
