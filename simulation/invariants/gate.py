"""No approval over a limit at its own evidence: risk's journal says in which order it handled what;
here the same is followed by other means, and each approval is held against the limits in force, the
position, the open orders and the cash of that moment, and against what had been published by then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal

from shared import codec
from shared.bus.ports import Partition
from shared.events.oms import (
    ExecutionBusted,
    ExecutionCorrected,
    OrderFilled,
    OrderFlagged,
    OrderReplaced,
    ReplaceRefused,
)
from shared.events.portfolio import AccountOpened, CashMoved
from shared.events.risk import (
    LimitsChanged,
    OrderApproved,
    ReplaceApproved,
    WithdrawalApproved,
)
from shared.events.runtime import Consumed
from shared.messages import Command, Event, Message
from shared.statements import Harvest
from shared.topics import RISK_DECISIONS
from shared.types import ZERO, AccountType, Execution, Order, OrderState, Side
from simulation.errors import require
from simulation.invariants.reserved import ENTRIES, Reserved

NAME = "gate"


class Gate:
    """`records` gives the log; `alive` says when a thing was last heard of on it."""

    def __init__(
        self,
        records: Callable[[Partition], list[bytes]],
        last_quote: Callable[[str], int],
        last_sign: Callable[[str], int],
    ) -> None:
        self._records, self._last_quote, self._last_sign = records, last_quote, last_sign
        self._seq: dict[Partition, int] = defaultdict(int)
        self._commands: set[str] = set()
        self.position: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self.cash: dict[str, Decimal] = defaultdict(Decimal)
        self._kinds: dict[str, AccountType] = {}
        self._limits: dict[str, dict[str, str]] = {}
        self.reserved = Reserved()
        self._withdrawn: dict[str, tuple[str, Decimal]] = {}

    def on_commit(self, harvests: Sequence[Harvest]) -> None:
        """A commit of risk: what it handled, in order, with what it said to each."""
        for shard, _, outputs in harvests:
            said = [
                codec.decode(one.topic, bytes(one.value))
                for one in outputs
                if one.topic in (RISK_DECISIONS, shard.room.journal)
            ]
            answers: dict[str, list[Event]] = defaultdict(list)
            for message in said[1:]:
                if isinstance(message, Event) and not isinstance(message, Consumed):
                    answers[message.cause or ""].append(message)
            entry = said[0]
            if isinstance(entry, Consumed):
                self._follow(entry, answers, shard.number)

    def _follow(self, entry: Consumed, answers: dict[str, list[Event]], number: int) -> None:
        for run in entry.runs:
            name = Partition(run.topic, run.partition)
            for raw in self._records(name)[run.first : run.last + 1]:
                try:
                    message = codec.decode(run.topic, raw)
                except codec.Unreadable:
                    continue
                if isinstance(message, Command):
                    self._decided(message, answers, number)
                elif isinstance(message, Event) and message.seq == self._seq[name] + 1:
                    self._seq[name] = message.seq
                    self._learn(message)

    # -- verdicts --------------------------------------------------------------------------------

    def _decided(self, command: Command, answers: dict[str, list[Event]], number: int) -> None:
        if command.command_id in self._commands:
            return
        self._commands.add(command.command_id)
        for answer in answers.get(command.command_id, []):
            if isinstance(answer, LimitsChanged):
                self._limits[answer.scope.name] = answer.values
            elif isinstance(answer, OrderApproved):
                self._approved(command, answer, number)
            elif isinstance(answer, ReplaceApproved):
                self._replace_approved(command, answer)
            elif isinstance(answer, WithdrawalApproved):
                self._withdrawal_approved(command, answer)

    def _approved(self, command: Command, answer: OrderApproved, number: int) -> None:
        order, evidence = answer.order, answer.evidence
        unit = (evidence.worst_notional or ZERO) / order.quantity
        if answer.exit:
            self._check_exit(answer)
        else:
            self._check_fresh(command, answer, number)
            self._check_room(answer, unit)
        self.reserved.approve(order, unit)

    def _open(self, order: Order) -> Decimal:
        """What works on the order's side, with what the order takes over from its parent left out
        of that.
        """
        working = self.reserved.units(order.account_id, order.symbol, order.side)
        left, _ = self.reserved.left_of(order.parent_id)
        return working - min(left, order.quantity)

    def _check_exit(self, answer: OrderApproved) -> None:
        order = answer.order
        held = self.position[order.account_id, order.symbol]
        closing = self._open(order) + order.quantity
        is_exit = (held > 0) is (order.side is Side.SELL) and closing <= abs(held)
        require(is_exit, NAME, lambda: f"{order.order_id} is no exit: {closing} against {held}")

    def _check_fresh(self, command: Command, answer: OrderApproved, number: int) -> None:
        order, at = answer.order, answer.at
        limits = self._limits.get(order.account_id)
        require(limits is not None, NAME, lambda: f"{order.order_id} approved without limits")
        values = limits or {}
        room, quote = int(values["room_silence_ms_max"]), int(values["quote_age_ms_max"])
        age = (at - command.at) // 1000
        require(
            age <= int(values["command_age_ms_max"]),
            NAME,
            lambda: f"{order.order_id} is {age} ms old",
        )
        silent = (at - self._last_quote(order.symbol)) // 1000
        require(silent <= quote, NAME, lambda: f"{order.order_id}: its price is {silent} ms old")
        for name in ("oms", "portfolio", "venue.paper"):
            silent = (at - self._last_sign(f"{name}/{number}")) // 1000
            require(
                silent <= room, NAME, lambda: f"{order.order_id}: {name} silent for {silent} ms"
            )
        silent = (at - self._last_sign(order.account_id)) // 1000
        most = int(values["valuation_age_ms_max"])
        require(silent <= most, NAME, lambda: f"{order.order_id}: valued {silent} ms ago")
        bid, ask = answer.evidence.bid, answer.evidence.ask
        is_price = bid is not None and ask is not None and 0 < bid <= ask
        require(is_price, NAME, lambda: f"{order.order_id} approved at bid {bid}, ask {ask}")

    def _check_room(self, answer: OrderApproved, unit: Decimal) -> None:
        order, limits = answer.order, self._limits[answer.order.account_id]
        account, symbol, name = order.account_id, order.symbol, order.order_id
        _within(name, "order_quantity_max", order.quantity, limits)
        held = self.position[account, symbol] * (1 if order.side is Side.BUY else -1)
        _within(name, "position_quantity_max", held + self._open(order) + order.quantity, limits)
        new = 2 if order.order_class in ENTRIES else 1
        count = self.reserved.count(account) + new
        _within(name, "open_orders_max", Decimal(count), limits)
        if self._kinds.get(account) is AccountType.CASH and order.side is Side.BUY:
            left, price = self.reserved.left_of(order.parent_id)
            taken = min(left, order.quantity) * price
            self._check_cash(name, account, order.quantity * unit - taken)

    def _check_cash(self, name: str, account: str, cost: Decimal) -> None:
        free = self.cash[account] - self._reserved(account)
        require(cost <= 0 or cost <= free, NAME, lambda: f"{name} costs {cost} of {free} free cash")

    def _reserved(self, account: str) -> Decimal:
        """What open buys and withdrawals under way may take."""
        leaving = [amount for who, amount in self._withdrawn.values() if who == account]
        return self.reserved.cost(account) + sum(leaving, ZERO)

    def _replace_approved(self, command: Command, answer: ReplaceApproved) -> None:
        order, is_live = answer.order, self.reserved.is_live(answer.order.replaces or "")
        require(is_live, NAME, lambda: f"replace {order.order_id} of an order that is not live")
        unit = (answer.evidence.worst_notional or ZERO) / order.quantity
        self.reserved.ask_replace(order, unit)

    def _withdrawal_approved(self, command: Command, answer: WithdrawalApproved) -> None:
        account = answer.account_id
        free = self.cash[account] - self._reserved(account)
        require(answer.amount <= free, NAME, lambda: f"{answer.amount} out of {free} free cash")
        self._withdrawn[command.command_id] = (account, answer.amount)

    # -- facts -----------------------------------------------------------------------------------

    def _learn(self, message: Message) -> None:
        if isinstance(message, AccountOpened):
            self._kinds[message.account_id] = message.account.type
        elif isinstance(message, CashMoved):
            self.cash[message.account_id] += message.amount
            self._withdrawn.pop(message.cause or "", None)
        elif isinstance(message, OrderFilled):
            self._move(message.execution, 1)
            self.reserved.fill(message.state.order, message.execution.quantity)
        elif isinstance(message, ExecutionBusted):
            self._move(message.execution, -1)
            self.reserved.fill(message.state.order, -message.execution.quantity)
        elif isinstance(message, ExecutionCorrected):
            self._move(message.previous, -1)
            self._move(message.execution, 1)
            more = message.execution.quantity - message.previous.quantity
            self.reserved.fill(message.state.order, more)
        elif isinstance(message, ReplaceRefused):
            self.reserved.refuse_replace(message.request_id)
        elif isinstance(message, OrderReplaced):
            self.reserved.replaced(message)
            return
        state = getattr(message, "state", None)
        if isinstance(state, OrderState) and not isinstance(message, OrderFlagged):
            self.reserved.hold(state)

    def _move(self, fill: Execution, sign: int) -> None:
        moved = sign * fill.quantity * (1 if fill.side is Side.BUY else -1)
        self.position[fill.account_id, fill.symbol] += moved
        self.cash[fill.account_id] -= moved * fill.price + sign * fill.fee

    def is_flat(self, account_id: str) -> bool:
        """Whether an account has no position, no live order and no money on its way out."""
        return not (
            any(q for (account, _), q in self.position.items() if account == account_id)
            or self.reserved.count(account_id)
            or any(account == account_id for account, _ in self._withdrawn.values())
        )


def _within(name: str, limit: str, value: Decimal, limits: dict[str, str]) -> None:
    text = limits[limit]
    if text != "off":
        require(value <= Decimal(text), NAME, lambda: f"{name}: {value} over {limit} of {text}")
