"""Limits, halts and breakers: what people set. Each change is a command with its reason.

A halt raises the last hop's flag before its command is published, so that it overtakes the log; a
resume lowers it after risk has answered. A halt of everything, or of a symbol, goes to every
partition.
"""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import msgspec

from services.gateway.asking import Asking, command_id_of
from services.gateway.core.bodies import body_hash, needed, text
from services.gateway.core.keys import ApiKey
from services.gateway.core.problems import Problem, forbidden, invalid, not_found, unknown_outcome
from services.gateway.hub import one_of
from services.gateway.ports import KillFlags
from shared.commands import HaltTrading, RearmBreaker, ResumeTrading, SetLimits
from shared.events.risk import BreakerRearmed, LimitsChanged, RearmOffered, TradingStateChanged
from shared.topics import RISK_INBOX
from shared.types import Account, Scope, ScopeKind, TradingState

EVERYWHERE = (ScopeKind.ALL, ScopeKind.SYMBOL)
HALTS = (TradingState.HALTED, TradingState.REDUCING)


class ScopeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a halt is about."""

    kind: ScopeKind
    name: str = ""
    account_id: str = ""


class HaltBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of POST and DELETE /api/v1/halts."""

    scope: ScopeBody
    reason: str | None = None
    state: TradingState = TradingState.HALTED
    cancel: bool = False


class LimitsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of PUT /api/v1/limits."""

    account: str | None = None
    values: dict[str, Any] = {}
    reason: str | None = None


class RearmBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of POST /api/v1/breakers/{name}/rearm: a reason to ask, the token to confirm."""

    account: str | None = None
    reason: str | None = None
    token: str | None = None


class Governing:
    """What risk is told by people."""

    def __init__(self, asking: Asking, flags: KillFlags) -> None:
        self._asking, self._flags = asking, flags

    async def set_limits(
        self, key: ApiKey, account: Account, body: LimitsBody, raw: bytes, again: str | None
    ) -> dict[str, Any]:
        """Change limits: what is in force then."""
        values = {text(name, "name", 64): limit_text(value) for name, value in body.values.items()}
        if not values:
            raise invalid("values is required")
        command = SetLimits(
            **self._asking.whose(key, account.firm_id, account.account_id),
            command_id=command_id_of(account.account_id, again),
            body_hash=body_hash(raw),
            scope=Scope(kind=ScopeKind.ACCOUNT, name=account.account_id),
            values=values,
            reason=needed(body.reason, "reason"),
        )
        asking = self._asking
        if again and await asking.is_repeated("risk", command.command_id, command.body_hash):
            row = await asking.reads.limits(account.account_id)
            if row is None:
                raise unknown_outcome(command.command_id)
            return _in_force(account, row["version"], {}, row["values"], row["reason"])
        event = await asking.ask(RISK_INBOX, command, one_of(LimitsChanged))
        assert isinstance(event, LimitsChanged)
        return _in_force(account, event.version, event.changed, event.values, event.reason)

    async def halt(self, key: ApiKey, body: HaltBody) -> dict[str, Any]:
        """Stop new risk in a scope."""
        reason = needed(body.reason, "reason")
        if body.state not in HALTS:
            raise invalid(f"state may be {' or '.join(HALTS)}")
        scope, firm_id = await self._scope(key, body.scope)
        was_raised = self._flags.is_raised(scope)
        if body.state is TradingState.HALTED:
            self._flags.raise_flag(scope)
        try:
            events = await self._everywhere(
                key,
                scope,
                firm_id,
                HaltTrading,
                state=body.state,
                cancel=body.cancel,
                reason=reason,
            )
        except Problem as problem:
            if problem.status < 500 and not was_raised:  # a halt that is refused stops nothing
                self._flags.lower_flag(scope)
            raise
        return told(scope, events[0])

    async def resume(self, key: ApiKey, body: HaltBody) -> dict[str, Any]:
        """Take a person's halt off a scope."""
        reason = needed(body.reason, "reason")
        scope, firm_id = await self._scope(key, body.scope)
        events = await self._everywhere(key, scope, firm_id, ResumeTrading, reason=reason)
        self._flags.lower_flag(scope)
        return told(scope, events[0])

    async def _scope(self, key: ApiKey, body: ScopeBody) -> tuple[Scope, str]:
        """The scope as rooms know it, and the firm whose partition it is in. Raises Problem."""
        name, account_id = text(body.name, "name", 64), text(body.account_id, "account_id", 64)
        if body.kind is ScopeKind.ALL:
            scope = Scope(kind=body.kind)
        else:
            whose = account_id if body.kind is ScopeKind.STRATEGY else ""
            scope = Scope(kind=body.kind, name=needed(name, "name"), account_id=whose)
        firm_id = await self._firm(scope)
        if key.account_id is not None:
            own = key.account_id in (scope.name, scope.account_id)
            if not own or scope.kind not in (ScopeKind.ACCOUNT, ScopeKind.STRATEGY):
                raise forbidden("this key may halt its own account only")
        return scope, firm_id

    async def _firm(self, scope: Scope) -> str:
        if scope.kind in EVERYWHERE:
            return ""
        if scope.kind is ScopeKind.FIRM:
            if await self._asking.reads.firm_account(scope.name) is None:
                raise not_found(f"firm not found for {scope.name}")
            return scope.name
        account_id = scope.account_id if scope.kind is ScopeKind.STRATEGY else scope.name
        account = await self._asking.reads.account(account_id)
        if account is None:
            raise not_found(f"account not found for {account_id}")
        return account.firm_id

    async def _everywhere(
        self, key: ApiKey, scope: Scope, firm_id: str, kind: Any, **fields: Any
    ) -> list[TradingStateChanged]:
        """Tell every partition the scope is in, and wait for all of them."""
        asking = self._asking
        account_id = scope.name if scope.kind is ScopeKind.ACCOUNT else scope.account_id
        partitions = [asking.partition(firm_id)]
        if scope.kind in EVERYWHERE:
            partitions = list(range(asking.bus.partitions))
        asked = [
            asking.ask(
                RISK_INBOX,
                kind(
                    **asking.whose(key, firm_id, account_id),
                    command_id=str(uuid4()),
                    scope=scope,
                    **fields,
                ),
                one_of(TradingStateChanged),
                partition,
            )
            for partition in partitions
        ]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        return [answer for answer in answers if isinstance(answer, TradingStateChanged)]

    async def rearm(
        self, key: ApiKey, account: Account, name: str, body: RearmBody
    ) -> dict[str, Any]:
        """First step: the numbers and a token. Second step, with the token: armed again."""
        reason, token = text(body.reason, "reason"), text(body.token, "token", 128)
        if not reason and not token:
            raise invalid("a reason is required, then the token")
        command = RearmBreaker(
            **self._asking.whose(key, account.firm_id, account.account_id),
            command_id=str(uuid4()),
            breaker=text(name, "breaker", 64),
            reason=reason,
            token=token or None,
        )
        event = await self._asking.ask(RISK_INBOX, command, one_of(RearmOffered, BreakerRearmed))
        common = {"breaker": name, "account": account.account_id}
        if isinstance(event, RearmOffered):
            names = ("token", "limit", "value", "tripped_at", "expires_at")
            return {**common, **{field: str(getattr(event, field)) for field in names}}
        assert isinstance(event, BreakerRearmed)
        return {**common, "state": "armed", "actor": event.actor, "reason": event.reason}


def _in_force(
    account: Account, version: int, changed: dict[str, str], values: dict[str, str], reason: str
) -> dict[str, Any]:
    told: dict[str, Any] = {"account": account.account_id, "version": version, "reason": reason}
    return {**told, "changed": changed, "values": values}


def limit_text(value: Any) -> str:
    """A limit as risk reads it. Raises Problem for what is neither a text nor a whole number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise invalid("values: write a number as text, off, or a word")
    return text(str(value), "value", 64)


def told(scope: Scope, event: TradingStateChanged) -> dict[str, Any]:
    """A scope and the state it is in now."""
    return {
        "scope": {"kind": str(scope.kind), "name": scope.name, "account_id": scope.account_id},
        "state": str(event.state),
        "reason": event.reason,
        "actor": event.actor,
    }
