"""Orders that an algorithm works. Their children are like them, hold together no more than them and
are never ahead of the plan; none is sent once its parent has ended or is to end, and none lives
when all has settled. A parent has filled what its children have.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

from shared.commands import SubmitOrder
from shared.events.market import TickBatch
from shared.events.oms import (
    ExecutionBusted,
    ExecutionCorrected,
    OrderFilled,
    OrderSubmitted,
)
from shared.events.risk import OrderApproved, OrderDenied
from shared.messages import Message
from shared.types import SECOND_US, ZERO, Algorithm, Order, OrderClass, OrderState, OrderStatus
from simulation.errors import require
from simulation.invariants.words import ENDED

NAME = "algorithms"
LIKE = ("account_id", "firm_id", "symbol", "side", "strategy", "type", "limit_price")
MINUTE_US = 60 * SECOND_US


class Work:
    """One parent: what its children are, have filled and were released for. `late` came to
    children that had ended; of `reopened` ones an execution was taken back (their venue has them
    filled, and may never end them); `by_minute`: released by the minute that a child ends with.
    """

    def __init__(self, parent: Order, plan: Algorithm) -> None:
        self.parent, self.plan, self.told = parent, plan, OrderStatus.PENDING_NEW
        self.cum = self.filled = self.late = ZERO
        self.children: dict[str, OrderState] = {}
        self.reopened: set[str] = set()
        self.by_minute: dict[int, Decimal] = defaultdict(Decimal)

    def held(self) -> Decimal:
        """What children hold: the quantity of those that live, of others what they have filled."""
        return sum(
            (
                one.cum_quantity if one.status in ENDED else one.order.quantity
                for one in self.children.values()
            ),
            ZERO,
        )

    def living(self) -> list[str]:
        """The children that have not ended."""
        return [name for name, one in self.children.items() if one.status not in ENDED]

    def scheduled(self, now: int) -> Decimal | Fraction:
        """How much may be out at a market time: of what is scheduled, all bins that have begun."""
        plan, quantity = self.plan, self.parent.quantity
        begun = (now - plan.starts_at) * plan.bins // (plan.ends_at - plan.starts_at) + 1
        if plan.name == "pov" or begun >= plan.bins:
            return quantity
        weights = plan.curve if plan.name == "vwap" else (Decimal(1),) * plan.bins
        return Fraction(quantity) * Fraction(sum(weights[:begun])) / Fraction(sum(weights))


class Children:
    """All parents."""

    def __init__(self) -> None:
        self._works: dict[str, Work] = {}
        self._handed: dict[str, Order] = {}
        self._prints: dict[str, list[tuple[int, Decimal]]] = defaultdict(list)

    def on_ticks(self, batch: Message) -> None:
        """What the market trades."""
        if not isinstance(batch, TickBatch):
            return
        for time, kind, size in zip(batch.time_us, batch.kind, batch.bid_size, strict=True):
            if kind == "t":
                self._prints[batch.symbol].append((time, Decimal(size)))

    def on_decision(self, message: Message) -> None:
        """What risk says: a parent is one from its approval on."""
        if isinstance(message, OrderApproved) and message.order.algorithm is not None:
            order = message.order
            self._works[order.order_id] = Work(order, message.order.algorithm)

    def on_handed(self, command: SubmitOrder) -> None:
        """OMS hands a child to the gate; the same one again after a restart."""
        child = command.order
        before = self._handed.setdefault(child.order_id, child)
        require(before == child, NAME, lambda: f"child {child.order_id} in two ways: {child}")
        if before is not child:
            return
        work = self._works.get(child.parent_id or "")
        if work is None:
            require(False, NAME, lambda: f"child {child.order_id} of no parent: {child.parent_id}")
            return
        parent = work.parent
        differs = [name for name in LIKE if getattr(child, name) != getattr(parent, name)]
        require(
            not differs, NAME, lambda: f"child {child.order_id}: {differs} are not its parent's"
        )
        is_single = (
            child.order_class is OrderClass.SIMPLE and not child.legs and not child.algorithm
        )
        is_whole = is_single and 0 < child.quantity <= parent.quantity and not child.quantity % 1
        require(is_whole, NAME, lambda: f"child {child.order_id} is {child}")
        begins = work.plan.starts_at
        is_early = command.market_at < begins
        require(not is_early, NAME, lambda: f"child {child.order_id} is before {begins}")
        if work.plan.name == "pov":
            self._check_share(work, child)

    def _check_share(self, work: Work, child: Order) -> None:
        """No more of a minute than the share of what was traded in it."""
        rate, ends = work.plan.rate or ZERO, child.expires_at or 0
        minute = (ends - 1) // MINUTE_US
        work.by_minute[minute] += child.quantity
        traded = sum(
            (
                size
                for time, size in self._prints[child.symbol]
                if time // MINUTE_US == minute and work.plan.starts_at <= time < work.plan.ends_at
            ),
            ZERO,
        )
        released = work.by_minute[minute]
        require(
            released <= rate * traded,
            NAME,
            lambda: f"{work.parent.order_id}: {released} of {traded} traded, at most {rate}",
        )

    def on_order(self, message: Message) -> None:
        """What OMS says."""
        state = getattr(message, "state", None)
        if not isinstance(state, OrderState):
            return
        order = state.order
        if order.algorithm is not None:
            self._on_parent(message, state)
        elif order.parent_id in self._works and order.order_class is OrderClass.SIMPLE:
            self._on_child(self._works[order.parent_id], message, state)

    def _on_parent(self, message: Message, state: OrderState) -> None:
        if isinstance(message, OrderDenied):
            return
        order = state.order
        work = self._works[order.order_id]
        work.told, work.cum = state.status, state.cum_quantity
        require(
            work.cum == work.filled,
            NAME,
            lambda: f"{order.order_id} has {work.cum} filled, its children {work.filled}",
        )

    def _on_child(self, work: Work, message: Message, state: OrderState) -> None:
        order, before = state.order, work.children.get(state.order.order_id)
        filled = ZERO
        if isinstance(message, OrderFilled):
            filled = message.execution.quantity
        elif isinstance(message, ExecutionBusted):
            filled = -message.execution.quantity
            work.reopened.add(order.order_id)
        elif isinstance(message, ExecutionCorrected):
            filled = message.execution.quantity - message.previous.quantity
        work.filled += filled
        if before is not None and before.status in ENDED:
            work.late += max(filled, ZERO)
        work.children[order.order_id] = state
        if isinstance(message, OrderSubmitted):
            self._check_sent(work, message)

    def _check_sent(self, work: Work, message: OrderSubmitted) -> None:
        name, parent = message.state.order.order_id, work.parent.order_id
        is_working = work.told not in ENDED and work.told is not OrderStatus.PENDING_CANCEL
        require(is_working, NAME, lambda: f"child {name} sent, {parent} is {work.told}")
        held, quantity = work.held(), work.parent.quantity
        require(held <= quantity, NAME, lambda: f"children of {parent} hold {held} of {quantity}")
        out = sum((one.cum_quantity + one.leaves_quantity for one in work.children.values()), ZERO)
        most = work.scheduled(message.market_at)
        require(
            out - work.late <= most,
            NAME,
            lambda: f"children of {parent} are {out} by {message.market_at}, planned {most}",
        )

    def check_whole(self) -> None:
        """Once all has settled, the time of every plan is over."""
        for name, work in self._works.items():
            told, cum, filled, living = work.told, work.cum, work.filled, work.living()
            text = f"{name} is {told} with {cum}, its children filled {filled}, {living} live"
            is_right = cum == filled and (told in ENDED) is not bool(living)
            is_right = is_right and not set(living) - work.reopened
            require(is_right, NAME, text)
