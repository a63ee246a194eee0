"""Exits of brackets, OTOs and OCOs: at most one of a group is at a venue, for no more than the lot
(filled by the entry, less what exits have filled); exits never fill beyond it, but for what fills
late or is taken back, of which a person is told; and no lot is left without an exit unless its
owner canceled that or a person was told.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from shared.events.oms import (
    CancelPending,
    ExecutionBusted,
    ExecutionCorrected,
    OrderCanceled,
    OrderFilled,
    OrderFlagged,
    OrderReplaced,
    OrderSubmitted,
    OrderTriggered,
    ReplacePending,
)
from shared.events.risk import OrderDenied
from shared.messages import Message
from shared.types import ZERO, Order, OrderClass, OrderState
from simulation.errors import require
from simulation.invariants.words import ENDED

NAME = "contingency"
PRICES = ("type", "limit_price", "stop_price", "trail_price", "trail_percent")
NEVER = "canceled before it arrived"


class Group:
    """One group, from the events of its orders. `entry` and `exits` (by the id of their chain) are
    the orders as they were told last; `is_given_up`: the owner canceled an exit; `is_told`: a
    person knows that the lot has no exit.
    """

    def __init__(self, order: Order) -> None:
        self.is_oco = order.order_class is OrderClass.OCO
        self.entered = order.quantity if self.is_oco else ZERO
        self.exited = ZERO
        self.entry: OrderState | None = None
        self.exits: dict[str, OrderState] = {}
        self.is_given_up = self.is_told = False

    @property
    def lot(self) -> Decimal:
        """What exits may still trade; below zero where they have filled too much."""
        return self.entered - self.exited

    def is_entered(self) -> bool:
        """Whether the entry can fill no more."""
        return self.is_oco or (self.entry is not None and self.entry.status in ENDED)

    def living(self) -> list[OrderState]:
        """The exits that have not ended."""
        return [state for state in self.exits.values() if state.status not in ENDED]


class Groups:
    """All groups. `asked` are the commands of clients by their ids."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self._asked = asked
        self._groups: dict[str, Group] = {}
        self._too_much: dict[str, str] = {}

    def on_order(self, message: Message) -> None:
        """What OMS says."""
        state = getattr(message, "state", None)
        if not isinstance(state, OrderState) or isinstance(message, OrderDenied):
            return
        order = state.order
        if order.legs:
            name = order.chain_id or order.order_id
            group = self._groups.get(name)
            if group is None:
                group = self._groups[name] = Group(order)
        elif order.parent_id is None or order.order_class is OrderClass.SIMPLE:
            return
        else:
            name = order.parent_id
            group = self._groups[name]
        self._follow(name, group, message, state)

    def _follow(self, name: str, group: Group, message: Message, state: OrderState) -> None:
        order = state.order
        is_exit = group.is_oco or not order.legs
        if isinstance(message, OrderFlagged):
            group.is_told = True
            self._too_much.pop(name, None)
            return
        if is_exit:
            self._on_exit(group, message, state)
        self._count(name, group, message, state, is_exit=is_exit)
        if isinstance(message, OrderReplaced):
            state = message.successor
        if is_exit:
            group.exits[order.chain_id or order.order_id] = state
        else:
            group.entry = state
        if group.lot <= 0 or group.living():
            group.is_told = False

    def _on_exit(self, group: Group, message: Message, state: OrderState) -> None:
        if isinstance(message, OrderTriggered | OrderSubmitted):
            self._check_sent(group, state)
        elif isinstance(message, ReplacePending) and message.request_id not in self._asked:
            self._check_resized(group, message)
        elif isinstance(message, CancelPending):
            if message.request_id in self._asked:
                group.is_given_up = True
        elif isinstance(message, OrderCanceled) and state.reason == NEVER:
            group.is_given_up = True

    def _check_sent(self, group: Group, state: OrderState) -> None:
        """An exit goes to a venue: for the lot, and by itself."""
        order, lot = state.order, group.lot
        require(
            state.leaves_quantity <= lot,
            NAME,
            lambda: f"exit {order.order_id} sent for {state.leaves_quantity} of a lot of {lot}",
        )
        chain = order.chain_id or order.order_id
        others = [
            one.order.order_id
            for name, one in group.exits.items()
            if name != chain and one.status not in ENDED and not one.held
        ]
        require(not others, NAME, lambda: f"exit {order.order_id} sent beside {others}")
        is_entered = group.is_entered()
        require(is_entered, NAME, lambda: f"exit {order.order_id} sent while its entry may fill")

    def _check_resized(self, group: Group, message: ReplacePending) -> None:
        """What nobody asked for may only fit an exit to its lot."""
        old, new = message.state.order, message.replacement
        same = new is not None and all(getattr(old, one) == getattr(new, one) for one in PRICES)
        require(same, NAME, lambda: f"{old.order_id} replaced by {new}, which nobody asked for")
        wanted = new.quantity - message.state.cum_quantity if new is not None else ZERO
        lot = group.lot
        require(wanted <= lot, NAME, lambda: f"exit {old.order_id} made {wanted}, its lot is {lot}")

    def _count(
        self, name: str, group: Group, message: Message, state: OrderState, *, is_exit: bool
    ) -> None:
        filled = ZERO
        if isinstance(message, OrderFilled):
            filled = message.execution.quantity
        elif isinstance(message, ExecutionBusted):
            filled = -message.execution.quantity
        elif isinstance(message, ExecutionCorrected):
            filled = message.execution.quantity - message.previous.quantity
        if not filled:
            return
        if is_exit:
            group.exited += filled
        else:
            group.entered += filled
        if group.lot < 0 and (filled > 0) is is_exit:
            text = f"exits of {name} filled {group.exited}, its entry {group.entered}"
            self._too_much[name] = f"{text}, by {type(message).__name__} {state.order.order_id}"

    def check_whole(self) -> None:
        """Once all has settled."""
        require(not self._too_much, NAME, lambda: f"nobody was told: {self._too_much}")
        for name, group in self._groups.items():
            self._check_settled(name, group)

    def _check_settled(self, name: str, group: Group) -> None:
        lot, living = group.lot, group.living()
        if lot <= 0 and group.is_entered():
            ids = [one.order.order_id for one in living]
            require(not living, NAME, lambda: f"group {name} is over, but {ids} live")
        if lot > 0:
            is_known = bool(living) or group.is_given_up or group.is_told
            require(is_known, NAME, lambda: f"{lot} of group {name} are without an exit")
        for one in living:
            if not one.held:
                leaves = one.leaves_quantity
                require(
                    leaves <= max(lot, ZERO),
                    NAME,
                    lambda: f"exit {one.order.order_id} works {leaves}, its lot is {lot}",
                )
