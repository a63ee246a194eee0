"""Accounts and their cash: opened by portfolio, judged by risk, answered when the gate would judge.

An account may trade once risk knows it, has its limits and has seen a valuation that agrees with
its cash. Until then opening waits; each step is a command, and a repeated opening goes on where
the one before was lost.
"""

from __future__ import annotations

import asyncio
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec

from services.gateway.asking import Asking, command_id_of
from services.gateway.core.bodies import body_hash, needed, text
from services.gateway.core.keys import OF_AN_ACCOUNT, ApiKey
from services.gateway.core.numbers import ABSENT, Raw, number, plain, positive
from services.gateway.core.problems import Problem, denied, invalid, not_found, unknown_outcome
from services.gateway.hub import one_of
from services.gateway.keyring import Keyring
from shared.clock import monotonic_s
from shared.commands import Deposit, OpenAccount, SetLimits, Withdraw
from shared.events.portfolio import AccountOpened, CashMoved
from shared.events.risk import LimitsChanged, WithdrawalDenied
from shared.ids import derived_id
from shared.topics import PORTFOLIO_INBOX, RISK_INBOX
from shared.types import Account, AccountType, Scope, ScopeKind

OPENING_S_MAX = 8.0
STEP_S = 0.05
DEFAULT_CLASS = "paper"
VENUES = ("paper",)
TYPES = {str(kind): kind for kind in AccountType}


class AccountBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of POST /api/v1/accounts."""

    name: str | None = None
    cash: Raw = ABSENT
    type: str = "margin"
    currency: str = "USD"
    firm: str | None = None
    limits: str | None = None
    venue: str = "paper"


class CashBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of POST /api/v1/cash."""

    account: str | None = None
    amount: Raw = ABSENT
    kind: str | None = None


class Opening:
    """Opening accounts, moving cash."""

    def __init__(self, asking: Asking, keyring: Keyring, limits_file: Path) -> None:
        self._asking, self._keyring = asking, keyring
        self._limits_file = limits_file

    async def open(
        self, key: ApiKey, body: AccountBody, raw: bytes, idempotency_key: str | None
    ) -> dict[str, str]:
        """Open an account and make a key for it. Raises Problem."""
        values = limit_class(self._limits_file, body.limits or DEFAULT_CLASS)
        command_id = command_id_of(key.owner, idempotency_key)
        command = self._command(key, body, command_id, body_hash(raw))
        repeated = idempotency_key is not None and await self._asking.is_repeated(
            "portfolio", command_id, command.body_hash
        )
        if repeated:
            account = await self._asking.reads.account(command.account_id)
            if account is None:
                raise invalid("this account was refused before with the same Idempotency-Key")
        else:
            opened = await self._asking.ask(PORTFOLIO_INBOX, command, one_of(AccountOpened))
            account = opened.account  # type: ignore[attr-defined]
        until = monotonic_s() + OPENING_S_MAX
        await self._set_limits(key, account, values, until)
        await self._until_judged(account, until)
        made, secret = await self._keyring.create(key.owner, OF_AN_ACCOUNT, account)
        ids = {"account_id": account.account_id, "firm_id": account.firm_id}
        return {**ids, "key": made.key_id, "secret": secret}

    def _command(self, key: ApiKey, body: AccountBody, command_id: str, hashed: str) -> OpenAccount:
        cash = number(body.cash, "cash")
        if cash is None or cash < 0:
            raise invalid("cash is required and must be >= 0")
        if body.type not in TYPES:
            raise invalid(f"type may be {', '.join(TYPES)}")
        if body.venue not in VENUES:
            raise invalid(f"venue may be {', '.join(VENUES)}")
        account_id = derived_id("account", command_id)
        firm_id = text(body.firm, "firm", 64) or derived_id("firm", account_id)
        return OpenAccount(
            **self._asking.whose(key, firm_id, account_id),
            command_id=command_id,
            body_hash=hashed,
            name=needed(body.name, "name", 128),
            cash=cents(cash, "cash"),
            account_type=TYPES[body.type],
            currency=needed(body.currency, "currency", 3),
            venue=body.venue,
        )

    async def _set_limits(
        self, key: ApiKey, account: Account, values: dict[str, str], until: float
    ) -> None:
        scope = Scope(kind=ScopeKind.ACCOUNT, name=account.account_id)
        while True:
            command = SetLimits(
                **self._asking.whose(key, account.firm_id, account.account_id),
                command_id=str(uuid4()),
                scope=scope,
                values=values,
                reason="account opened",
            )
            try:
                await self._asking.ask(RISK_INBOX, command, one_of(LimitsChanged))
                return
            except Problem as problem:  # risk has not heard of the account yet
                is_early = problem.extra.get("reason") == "ACCOUNT_UNKNOWN"
                if not is_early or monotonic_s() > until:
                    raise
            await asyncio.sleep(STEP_S)

    async def _until_judged(self, account: Account, until: float) -> None:
        while not await self._asking.reads.is_judged(account.account_id):
            if monotonic_s() > until:
                raise unknown_outcome(account.account_id, "account_id")
            await asyncio.sleep(STEP_S)

    async def move_cash(
        self, key: ApiKey, account: Account, body: CashBody, raw: bytes, again: str | None
    ) -> dict[str, Any]:
        """Deposit or withdraw: what the cash is after it. A withdrawal is judged by the gate."""
        amount = positive(body.amount, "amount")
        if amount is None:
            raise invalid("amount is required")
        whose = self._asking.whose(key, account.firm_id, account.account_id)
        common = {
            **whose,
            "command_id": command_id_of(account.account_id, again),
            "body_hash": body_hash(raw),
            "amount": cents(amount, "amount"),
            "currency": account.currency,
        }
        if body.kind == "deposit":
            return await self._moved(account, Deposit(**common), PORTFOLIO_INBOX, again)
        if body.kind == "withdraw":
            return await self._moved(account, Withdraw(**common), RISK_INBOX, again)
        raise invalid("kind may be deposit or withdraw")

    async def _moved(
        self, account: Account, command: Deposit | Withdraw, topic: str, again: str | None
    ) -> dict[str, Any]:
        room = "risk" if isinstance(command, Withdraw) else "portfolio"
        if again and await self._asking.is_repeated(room, command.command_id, command.body_hash):
            return await self._moved_before(account, command)
        event = await self._asking.ask(topic, command, one_of(CashMoved, WithdrawalDenied))
        if isinstance(event, WithdrawalDenied):
            raise denied(event.violations)
        return {
            "account": account.account_id,
            "kind": event.kind,  # type: ignore[attr-defined]
            "amount": plain(command.amount),
            "balance": plain(event.balance),  # type: ignore[attr-defined]
            "currency": account.currency,
        }

    async def _moved_before(self, account: Account, command: Deposit | Withdraw) -> dict[str, Any]:
        row = await self._asking.reads.cash_move(account.account_id, command.command_id)
        if row is None:
            violations = await self._asking.reads.violations(command.command_id)
            if violations:
                raise denied(violations)
            raise unknown_outcome(command.command_id)
        kind = "withdrawal" if isinstance(command, Withdraw) else "deposit"
        return {
            "account": account.account_id,
            "kind": kind,
            "amount": plain(command.amount),
            "balance": plain(row["balance"]),
            "currency": account.currency,
        }


def cents(amount: Decimal, name: str) -> Decimal:
    """An amount of money. Raises Problem where it has more than cents, or is absurd."""
    if amount % Decimal("0.01") or amount > Decimal("1E15"):
        raise invalid(f"{name} must be in whole cents and at most 1000000000000000")
    return amount


def limit_class(file: Path, name: str) -> dict[str, str]:
    """The values of a class of limits. Raises Problem where there is none of that name."""
    classes = tomllib.loads(file.read_text())
    if name not in classes:
        raise not_found(f"limits may be one of {', '.join(classes)}")
    return {key: str(value) for key, value in classes[name].items()}
