"""Random clients: people and programs with accounts in several firms, who do whatever the gateway
would let through, and some things that it would not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from random import Random
from typing import Any

import msgspec

from shared import codec
from shared.commands import (
    CancelOrder,
    Deposit,
    HaltTrading,
    OpenAccount,
    RearmBreaker,
    ReplaceOrder,
    ResumeTrading,
    SetLimits,
    SubmitOrder,
    Withdraw,
)
from shared.messages import Command
from shared.topics import OMS_INBOX, PORTFOLIO_INBOX, RISK_INBOX, partition_of
from shared.types import AccountType, Order, Scope, ScopeKind, Time, TradingState
from simulation import orders
from simulation.owners import LIMIT_CHANGES, LIMITS, OWNERS, Owner
from simulation.rooms import SYMBOLS

Asked = Callable[[str, int, Command], None]
D = Decimal


class Clients:
    """Asks for things. `working` gives the ids of an account's orders that may still trade."""

    def __init__(
        self,
        asked: Asked,
        append: Callable[[str, int, bytes], None],
        working: Callable[[str], list[str]],
        price: Callable[[str], int],
        shards: int,
    ) -> None:
        self._asked, self._append, self._working, self._price = asked, append, working, price
        self._shards = shards
        self.tokens: dict[str, str] = {}
        self.positions: Mapping[tuple[str, str], Decimal] = {}
        self._with_exits: list[tuple[Owner, str]] = []
        self._submitted: dict[str, Order] = {}
        self._acts = (
            (40, self.submit),
            (8, self.submit_kept),
            (12, self.submit_exits),
            (4, self.submit_oco),
            (10, self.submit_worked),
            (14, self.cancel),
            (3, self.cancel_first),
            (20, self.replace),
            (8, self.withdraw),
            (4, self.deposit),
            (4, self.change_limits),
            (3, self.halt),
            (6, self.resume),
            (6, self.rearm),
            (2, self.talk_rubbish),
        )
        self._weights = [weight for weight, _ in self._acts]

    def open_all(self, wall: int) -> None:
        """Every account, with cash and limits."""
        for owner in OWNERS:
            opening = self._fields(OpenAccount, f"open-{owner.account_id}", owner, wall)
            cash = D(100_000) if owner.type is AccountType.MARGIN else D(40_000)
            told = OpenAccount(**opening, name="sim", cash=cash, account_type=owner.type)
            self.ask(PORTFOLIO_INBOX, told)

    def set_all_limits(self, wall: int) -> None:
        """Limits come after the accounts are known."""
        for owner in OWNERS:
            fields = self._fields(SetLimits, f"limits-{owner.account_id}", owner, wall)
            scope = Scope(kind=ScopeKind.ACCOUNT, name=owner.account_id)
            told = SetLimits(**fields, scope=scope, values=LIMITS, reason="opened")
            self.ask(RISK_INBOX, told)

    def act(self, step: int, wall: int, dice: Random, *, is_poisonous: bool) -> str:
        """Do something; what it was."""
        (_, what) = dice.choices(self._acts, self._weights)[0]
        owner = dice.choice(OWNERS)
        self._is_poisonous = is_poisonous
        name = f"c{step:06d}"
        return f"{owner.account_id} {what.__name__} {name}: {what(name, owner, wall, dice)}"

    def _fields(self, kind: type[Command], name: str, owner: Owner, wall: int) -> dict[str, Any]:
        return {
            "at": Time(wall),
            "market_at": Time(wall),
            "command_id": name,
            "actor": "ada",
            "firm_id": owner.firm_id,
            "account_id": owner.account_id,
        }

    def shard_of(self, account_id: str) -> int:
        """The shard that an account lives in."""
        firm = next(one.firm_id for one in OWNERS if one.account_id == account_id)
        return partition_of(firm, self._shards)

    def ask(self, topic: str, command: Command, times: int = 1) -> None:
        """Hand a command over, `times` times."""
        number = partition_of(command.firm_id, self._shards)
        self._asked(topic, number, command)
        for _ in range(times):
            self._append(topic, number, codec.encode(command))

    def free(self, owner: Owner, wall: int) -> None:
        """Take every halt off an account and give it its limits back; ask for its breakers."""
        self.resume(f"free-{owner.account_id}", owner, wall, Random(0))
        for symbol in SYMBOLS:
            fields = self._fields(ResumeTrading, f"free-{owner.account_id}-{symbol}", owner, wall)
            scope = Scope(kind=ScopeKind.SYMBOL, name=symbol)
            self.ask(RISK_INBOX, ResumeTrading(**fields, scope=scope, reason="so"))
        fields = self._fields(SetLimits, f"free-limits-{owner.account_id}", owner, wall)
        scope = Scope(kind=ScopeKind.ACCOUNT, name=owner.account_id)
        self.ask(RISK_INBOX, SetLimits(**fields, scope=scope, values=LIMITS, reason="so"))
        fields = self._fields(RearmBreaker, f"free-rearm-{owner.account_id}", owner, wall)
        self.ask(RISK_INBOX, RearmBreaker(**fields, breaker="reconciliation", reason="so"))

    def confirm(self, owner: Owner, wall: int) -> None:
        """Confirm the re-arm that was offered, if one was."""
        self.rearm(f"confirm-{owner.account_id}", owner, wall, Random(0))

    def submit(self, name: str, owner: Owner, wall: int, dice: Random) -> str:
        """An order; now and then it is handed over twice."""
        return self._submit(self._order(name, owner, wall, dice), owner, wall, dice)

    def submit_kept(self, name: str, owner: Owner, wall: int, dice: Random) -> str:
        """An order of a type that no venue has."""
        order = orders.kept(self._order(name, owner, wall, dice), self._price, dice)
        return self._submit(order, owner, wall, dice)

    def submit_exits(self, name: str, owner: Owner, wall: int, dice: Random) -> str:
        """A bracket or an OTO."""
        order = orders.with_exits(self._order(name, owner, wall, dice), self._price, dice)
        self._with_exits.append((owner, order.order_id))
        return self._submit(order, owner, wall, dice)

    def submit_oco(self, name: str, owner: Owner, wall: int, dice: Random) -> str:
        """An OCO for a position that somebody has."""
        held = [key for key, quantity in self.positions.items() if quantity]
        if not held:
            return "nobody has a position"
        account_id, symbol = dice.choice(held)
        owner = next(one for one in OWNERS if one.account_id == account_id)
        order = msgspec.structs.replace(self._order(name, owner, wall, dice), symbol=symbol)
        order = orders.one_cancels_other(
            order, self.positions[account_id, symbol], self._price, dice
        )
        return self._submit(order, owner, wall, dice)

    def submit_worked(self, name: str, owner: Owner, wall: int, dice: Random) -> str:
        """An order for an algorithm."""
        order = orders.worked(self._order(name, owner, wall, dice), wall, dice)
        return self._submit(order, owner, wall, dice)

    def _submit(self, order: Order, owner: Owner, wall: int, dice: Random) -> str:
        self._submitted[order.order_id] = order
        fields = self._fields(SubmitOrder, order.order_id, owner, wall)
        self.ask(RISK_INBOX, SubmitOrder(**fields, order=order), dice.choice((1, 1, 1, 1, 2)))
        return orders.words(order)

    def _order(self, name: str, owner: Owner, wall: int, dice: Random) -> Order:
        return orders.plain(name, owner, wall, self._price, dice, is_poisonous=self._is_poisonous)

    def _some_order(self, owner: Owner, dice: Random) -> tuple[Owner, str | None]:
        """A working order and whose it is; None where nothing works."""
        found = [(one, name) for one in OWNERS for name in self._working(one.account_id)]
        return dice.choice(found) if found else (owner, None)

    def cancel(self, name: str, owner: Owner, wall: int, dice: Random) -> str:
        """A cancel of a working order, or of one that is nowhere."""
        owner, order_id = self._some_order(owner, dice)
        act = dice.random()
        if order_id is None or act < 0.1:
            order_id = "nowhere"
        elif act > 0.7 and self._with_exits:
            owner, order_id = dice.choice(self._with_exits[-8:])  # it may have filled meanwhile
        fields = self._fields(CancelOrder, name, owner, wall)
        self.ask(OMS_INBOX, CancelOrder(**fields, order_id=order_id))
        return order_id

    def cancel_first(self, name: str, owner: Owner, wall: int, dice: Random) -> str:
        """A cancel, and only then the order that it is about, or that has it as an exit."""
        order = self._order(f"o{name}", owner, wall, dice)
        if dice.random() < 0.3:
            order = orders.with_exits(order, self._price, dice)
        order_id = dice.choice((order.order_id, *(leg.order_id for leg in order.legs)))
        fields = self._fields(CancelOrder, name, owner, wall)
        self.ask(OMS_INBOX, CancelOrder(**fields, order_id=order_id))
        self.ask(RISK_INBOX, SubmitOrder(**{**fields, "command_id": order.order_id}, order=order))
        return f"{order_id}: {orders.words(order)}"

    def replace(self, name: str, owner: Owner, wall: int, dice: Random) -> str:
        """Another quantity or price for a working order."""
        owner, order_id = self._some_order(owner, dice)
        if order_id is None:
            return "nothing works"
        act = dice.random()
        cents = self._price(dice.choice(SYMBOLS)) + dice.randrange(-60, 61)
        change: dict[str, Any] = {"quantity": dice.choice(orders.QUANTITIES)} if act < 0.7 else {}
        if act > 0.5:
            change["limit_price"] = D(cents) / 100
        if dice.random() < 0.15:
            change = {"stop_price": D(cents) / 100}
        fields = self._fields(ReplaceOrder, name, owner, wall)
        self.ask(RISK_INBOX, ReplaceOrder(**fields, order_id=order_id, **change))
        if dice.random() < 0.5:  # and one more like it before that is answered
            order = self._order(f"{name}-too", owner, wall, dice)
            like = self._submitted.get(order_id, order)
            self._submit(orders.alike(order, like, dice), owner, wall, dice)
        return f"{order_id} {change}"

    def withdraw(self, name: str, owner: Owner, wall: int, dice: Random) -> str:
        """Money out."""
        amount = D(dice.choice((10, 500, 5000, 20_000, 90_000)))
        fields = self._fields(Withdraw, name, owner, wall)
        self.ask(RISK_INBOX, Withdraw(**fields, amount=amount), dice.choice((1, 1, 2)))
        if dice.random() < 0.5:  # and once more before that is booked
            fields = self._fields(Withdraw, f"{name}-too", owner, wall)
            self.ask(RISK_INBOX, Withdraw(**fields, amount=amount))
        return str(amount)

    def deposit(self, name: str, owner: Owner, wall: int, dice: Random) -> str:
        """Money in, sometimes handed over twice, sometimes nonsense."""
        amount = D(dice.choice(("10", "500", "20000.50", "-5", "0.001")))
        fields = self._fields(Deposit, name, owner, wall)
        self.ask(PORTFOLIO_INBOX, Deposit(**fields, amount=amount), dice.choice((1, 1, 2)))
        return str(amount)

    def change_limits(self, name: str, owner: Owner, wall: int, dice: Random) -> str:
        """Limits go up and down while orders are under way."""
        values = dice.choice(LIMIT_CHANGES)
        scope = Scope(kind=ScopeKind.ACCOUNT, name=owner.account_id)
        fields = self._fields(SetLimits, name, owner, wall)
        self.ask(RISK_INBOX, SetLimits(**fields, scope=scope, values=values, reason="so"))
        return str(values)

    def halt(self, name: str, owner: Owner, wall: int, dice: Random) -> str:
        """A halt of an account, a symbol or a firm."""
        scope, state = self._scope(owner, dice), dice.choice((*TradingState,))
        expires = Time(wall + 2_000_000) if dice.random() < 0.3 else None
        fields = self._fields(HaltTrading, name, owner, wall)
        command = HaltTrading(
            **fields, scope=scope, reason="so", state=state, cancel=dice.random() < 0.5,
            expires_at=expires,
        )  # fmt: skip
        self.ask(RISK_INBOX, command)
        return f"{scope.key} {state}"

    def resume(self, name: str, owner: Owner, wall: int, dice: Random) -> str:
        """Take halts off again."""
        for kind in (ScopeKind.ACCOUNT, ScopeKind.FIRM, ScopeKind.SYMBOL):
            named = {ScopeKind.ACCOUNT: owner.account_id, ScopeKind.FIRM: owner.firm_id}
            scope = Scope(kind=kind, name=named.get(kind, dice.choice(SYMBOLS)))
            fields = self._fields(ResumeTrading, f"{name}-{kind}", owner, wall)
            self.ask(RISK_INBOX, ResumeTrading(**fields, scope=scope, reason="so"))
        return "account, firm, symbol"

    def _scope(self, owner: Owner, dice: Random) -> Scope:
        return dice.choice(
            (
                Scope(kind=ScopeKind.ACCOUNT, name=owner.account_id),
                Scope(kind=ScopeKind.FIRM, name=owner.firm_id),
                Scope(kind=ScopeKind.SYMBOL, name=dice.choice(SYMBOLS)),
            )
        )

    def rearm(self, name: str, owner: Owner, wall: int, dice: Random) -> str:
        """Ask for a token, or confirm with the one that was offered."""
        token = self.tokens.pop(owner.account_id, None)
        breaker = dice.choice(("daily_loss", "reconciliation"))
        if token is not None:
            breaker, token = token.split("|")
        fields = self._fields(RearmBreaker, name, owner, wall)
        command = RearmBreaker(**fields, breaker=breaker, reason="seen", token=token)
        self.ask(RISK_INBOX, command)
        return f"{breaker} {token}"

    def talk_rubbish(self, name: str, owner: Owner, wall: int, dice: Random) -> str:
        """Bytes that are no command, and commands that make no sense."""
        topic = dice.choice((RISK_INBOX, OMS_INBOX, PORTFOLIO_INBOX))
        raw = orders.rubbish(name, dice)
        self._append(topic, partition_of(owner.firm_id, self._shards), raw)
        return f"{topic} {raw!r}"
