"""What a mixed load asks: orders of every kind, cancels, replaces, cash, limits, halts, repeats.

It follows from a seed, from the answers and from the market. Amounts of money and client order ids
are used once, so that what came of a command can be found without knowing its id.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

SYMBOLS = ("AIG", "IBM", "MSFT", "SPY")
# How many of a hundred turns. A pair is two market orders of one firm for one symbol at one moment,
# a crowd some limits of one account at one touch: they are filled by the same tick.
CROWD = 4
TURNS = {
    "pair": 16,
    "crowd": 16,
    "limit": 10,
    "ioc": 6,
    "cancel": 8,
    "cancel_unknown": 4,
    "replace": 12,
    "deposit": 5,
    "withdraw": 6,
    "limits": 4,
    "halt": 3,
    "again": 10,
}
HALTED_TURNS = 8


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request. `key` is its Idempotency-Key, `name` its turn."""

    name: str
    account: str
    method: str
    path: str
    body: dict[str, Any] | None = None
    key: str = ""
    by_admin: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back; status 0: nothing."""

    asked: Asked
    status: int
    said: dict[str, Any] = field(default_factory=dict)


class Plan:
    """What is asked next. `prices`, symbol -> (bid, ask), are what was last seen of the market."""

    def __init__(self, accounts: list[dict[str, str]], seed: str) -> None:
        self._random, self._seed = random.Random(seed), seed
        self.prices: dict[str, tuple[float, float]] = {}
        self._firm = {one["account_id"]: one["firm_id"] for one in accounts}
        self._ids = [one["account_id"] for one in accounts]
        self._number = 0
        self._repeatable: list[Asked] = []
        self._live: list[tuple[str, str, int]] = []
        self._halted: str | None = None
        self._resume_at: int | None = None

    def turn(self) -> list[Asked]:
        """One turn: one request, or two at one moment."""
        self._number += 1
        if self._resume_at is not None and self._number >= self._resume_at:
            return [self._resume()]
        name = self._random.choices(list(TURNS), list(TURNS.values()))[0]
        make: Callable[[str], list[Asked]] = getattr(self, f"_{name}")
        return make(self._random.choice(self._ids))

    def note(self, answer: Answer) -> None:
        """Orders that may still be open can be canceled and replaced; a halt is taken off when it
        is in force, until that is answered.
        """
        asked, said = answer.asked, answer.said
        if asked.name == "resume" and answer.status == 200:
            self._halted = None
        elif asked.name in ("halt", "resume"):
            self._resume_at = self._number + HALTED_TURNS
        if answer.status == 200 and asked.name in ("limit", "replace"):
            quantity = int((asked.body or {}).get("qty", 3))
            self._live.append((asked.account, said["id"], quantity))

    def calm(self) -> list[Asked]:
        """What ends everything that is open."""
        resume = [] if self._resume_at is None else [self._resume()]
        cancels = [
            Asked(name="cancel_all", account=account, method="DELETE", path="/v2/orders")
            for account in self._ids
        ]
        return resume + cancels

    # -- turns -----------------------------------------------------------------------------------

    def _pair(self, account: str) -> list[Asked]:
        symbol = self._random.choice(SYMBOLS)
        partners = [one for one in self._ids if self._firm[one] == self._firm[account]]
        return [
            self._order("market", one, symbol, type="market", time_in_force="day")
            for one in (account, self._random.choice(partners))
        ]

    def _crowd(self, account: str) -> list[Asked]:
        symbol, side = self._random.choice(SYMBOLS), self._random.choice(("buy", "sell"))
        bid, ask = self.prices[symbol]
        price = f"{bid if side == 'buy' else ask:.2f}"
        fields = {"side": side, "type": "limit", "time_in_force": "gtc", "limit_price": price}
        fields["qty"] = "1"  # the gate lets all of them pass, or none
        return [self._order("limit", account, symbol, **fields) for _ in range(CROWD)]

    def _limit(self, account: str) -> list[Asked]:
        return [self._priced("limit", account, self._random.choice((0.97, 0.97, 1.01)), "gtc")]

    def _ioc(self, account: str) -> list[Asked]:
        return [self._priced("ioc", account, self._random.choice((0.99, 1.01)), "ioc")]

    def _priced(self, name: str, account: str, eager: float, time_in_force: str) -> Asked:
        symbol = self._random.choice(SYMBOLS)
        side = self._random.choice(("buy", "sell"))
        bid, ask = self.prices[symbol]
        price = ask * eager if side == "buy" else bid / eager
        fields = {"type": "limit", "time_in_force": time_in_force, "limit_price": f"{price:.2f}"}
        return self._order(name, account, symbol, side=side, **fields)

    def _order(self, name: str, account: str, symbol: str, **fields: str) -> Asked:
        self._number += 1
        given = f"{self._seed}-{self._number}"
        body = {
            "symbol": symbol,
            "qty": str(self._random.randint(1, 6)),
            "side": self._random.choice(("buy", "sell")),
            "client_order_id": given,
            **fields,
        }
        asked = Asked(
            name=name, account=account, method="POST", path="/v2/orders", body=body, key=given
        )
        self._repeatable.append(asked)
        return asked

    def _cancel(self, account: str) -> list[Asked]:
        if not self._live:
            return self._limit(account)
        whose, order_id, _ = self._live.pop(self._random.randrange(len(self._live)))
        path = f"/v2/orders/{order_id}"
        return [Asked(name="cancel", account=whose, method="DELETE", path=path)]

    def _cancel_unknown(self, account: str) -> list[Asked]:
        path = f"/v2/orders/{uuid.UUID(int=self._random.getrandbits(128), version=4)}"
        return [Asked(name="cancel_unknown", account=account, method="DELETE", path=path)]

    def _replace(self, account: str) -> list[Asked]:
        if not self._live:
            return self._limit(account)
        whose, order_id, quantity = self._live.pop(self._random.randrange(len(self._live)))
        body = {"qty": str(max(1, quantity + self._random.choice((-2, -1, 1, 2))))}
        path = f"/v2/orders/{order_id}"
        return [Asked(name="replace", account=whose, method="PATCH", path=path, body=body)]

    def _deposit(self, account: str) -> list[Asked]:
        return [self._cash("deposit", account, 1_000)]

    def _withdraw(self, account: str) -> list[Asked]:
        return [self._cash("withdraw", account, self._random.choice((10, 10, 10, 90_000_000)))]

    def _cash(self, kind: str, account: str, base: int) -> Asked:
        self._number += 1
        amount = f"{base + self._number // 100}.{self._number % 100:02d}"
        asked = Asked(
            name=kind,
            account=account,
            method="POST",
            path="/api/v1/cash",
            body={"account": account, "amount": amount, "kind": kind},
            key=f"{self._seed}-{self._number}",
            by_admin=kind == "deposit",
        )
        self._repeatable.append(asked)
        return asked

    def _limits(self, account: str) -> list[Asked]:
        values = {"order_quantity_max": str(self._random.choice((3, 4, 5, 1000)))}
        body = {"account": account, "values": values, "reason": "mixed load"}
        return [self._governed("limits", account, "PUT", "/api/v1/limits", body)]

    def _halt(self, account: str) -> list[Asked]:
        if self._halted is not None:
            return self._pair(self._halted)
        self._halted = account
        body = self._scope(account)
        body["state"] = self._random.choice(("halted", "halted", "reducing"))
        body["cancel"] = self._random.random() < 0.5
        return [self._governed("halt", account, "POST", "/api/v1/halts", body)]

    def _resume(self) -> Asked:
        account, self._resume_at = self._halted or self._ids[0], None
        return self._governed("resume", account, "DELETE", "/api/v1/halts", self._scope(account))

    @staticmethod
    def _scope(account: str) -> dict[str, Any]:
        return {"scope": {"kind": "account", "name": account}, "reason": "mixed load"}

    @staticmethod
    def _governed(name: str, account: str, method: str, path: str, body: dict[str, Any]) -> Asked:
        return Asked(name=name, account=account, method=method, path=path, body=body, by_admin=True)

    def _again(self, account: str) -> list[Asked]:
        """The same request under the same key: an earlier one, or one twice at one moment."""
        if not self._repeatable or self._random.random() < 0.4:
            return self._ioc(account) * 2
        return [self._random.choice(self._repeatable[-20:])]
