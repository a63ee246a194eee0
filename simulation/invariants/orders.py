"""No order lost, invented or sent twice; sent is no more than approved; an order that was canceled
before it came is never sent; moves are legal and told with their time; cum and leaves add up.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from shared.events.oms import (
    CancelRefused,
    ExecutionBusted,
    ExecutionCorrected,
    OrderFilled,
    OrderFlagged,
    OrderProgressed,
    OrderReplaced,
    OrderRestated,
    OrderSubmitted,
    OrderTriggered,
    ReplacePending,
)
from shared.events.risk import OrderApproved, OrderDenied, ReplaceApproved, ReplaceDenied
from shared.events.venue import ReportKind, VenueReport
from shared.messages import Event, Message
from shared.types import ZERO, Order, OrderClass, OrderState, OrderStatus
from simulation.errors import require
from simulation.invariants.words import ENDED, OPEN

NAME = "orders"
S = OrderStatus
# What may follow what, after FIX 4.4 appendix D; an open order may become anything else.
AFTER: dict[OrderStatus, frozenset[OrderStatus]] = {
    S.FILLED: frozenset({S.FILLED, S.REPLACED}),
    S.CANCELED: frozenset({S.CANCELED, S.FILLED}),
    S.EXPIRED: frozenset({S.EXPIRED, S.FILLED}),
    S.REJECTED: frozenset({S.REJECTED, S.CANCELED, S.FILLED}),
    S.DENIED: frozenset({S.DENIED}),
    S.REPLACED: frozenset({S.REPLACED}),
    S.PENDING_NEW: frozenset(OrderStatus) - {S.DENIED},
    **dict.fromkeys(OPEN - {S.PENDING_NEW}, frozenset(OrderStatus) - {S.PENDING_NEW, S.DENIED}),
}
SAME = ("symbol", "side", "quantity", "limit_price", "account_id", "legs", "algorithm")
"""What an order that was judged has as it was asked for."""
BACK = (ExecutionBusted, ExecutionCorrected, OrderRestated, OrderProgressed)
"""Only these take a filled order back to an open one; the last one where a child's was."""


class Orders:
    """Follows every order from its command to its end."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}
        self.judged: dict[str, Event] = {}
        self.status: dict[str, OrderStatus] = {}
        self.account: dict[str, str] = {}
        self.sent: dict[str, Decimal] = {}
        self._exits: dict[str, OrderApproved] = {}
        self._refused_first: set[str] = set()
        self._filled: dict[str, Decimal] = {}

    def working(self, account_id: str) -> list[str]:
        """The orders of an account that may still trade, oldest first."""
        return [
            order_id
            for order_id, status in self.status.items()
            if status in OPEN and self.account[order_id] == account_id
        ]

    def on_decision(self, message: Message) -> None:
        """What risk says."""
        if isinstance(message, (OrderApproved, OrderDenied)):
            self._on_verdict(message, message.order)
        elif isinstance(message, (ReplaceApproved, ReplaceDenied)):
            command = self.asked.get(message.cause or "")
            require(command is not None, NAME, lambda: f"a verdict nobody asked for: {message}")
            require(message.cause not in self.judged, NAME, lambda: f"{message.cause} judged twice")
            self.judged[message.cause or ""] = message

    def _on_verdict(self, message: OrderApproved | OrderDenied, order: Order) -> None:
        command = self.asked.get(order.order_id)
        require(
            command is not None, NAME, lambda: f"order {order.order_id} was asked for by nobody"
        )
        require(
            order.order_id not in self.judged, NAME, lambda: f"order {order.order_id} judged twice"
        )
        asked = command.order  # type: ignore[union-attr]
        same, told = (tuple(getattr(one, name) for name in SAME) for one in (asked, order))
        require(same == told, NAME, lambda: f"asked {same}, judged {told}")
        self.judged[order.order_id] = message
        if isinstance(message, OrderApproved):
            self._exits |= {leg.order_id: message for leg in order.legs}

    def on_order(self, message: Message) -> None:
        """What OMS says."""
        if isinstance(message, OrderSubmitted | OrderTriggered):
            self._on_submitted(message.state.order)
        if isinstance(message, CancelRefused) and message.order_id not in self.status:
            self._refused_first.add(message.order_id)
        if isinstance(message, ReplacePending):
            self._on_replacing(message)
        state = getattr(message, "state", None)
        if isinstance(state, OrderState):
            self._move(message, state)
        if isinstance(message, OrderReplaced):
            self._succeed(message)

    def _on_submitted(self, order: Order) -> None:
        approval = self.judged.get(order.order_id) or self._exits.get(order.order_id)
        is_approved = isinstance(approval, OrderApproved | ReplaceApproved)
        require(is_approved, NAME, lambda: f"order {order.order_id} sent without an approval")
        require(order.order_id not in self.sent, NAME, lambda: f"order {order.order_id} sent twice")
        approved = approval.order.quantity  # type: ignore[union-attr]
        is_fixed = not _is_exit(order)  # how much of an exit is sent follows from its group
        require(
            not is_fixed or order.quantity <= approved,
            NAME,
            lambda: f"{order.quantity} sent of {approved}",
        )
        require(
            order.order_id not in self._refused_first,
            NAME,
            lambda: f"order {order.order_id} sent although its cancel came first",
        )
        self.sent[order.order_id] = order.quantity

    def _on_replacing(self, message: ReplacePending) -> None:
        new = message.replacement
        if new is not None and _is_exit(new) and message.request_id not in self.asked:
            self._on_fitting(message.state, new)  # what it may be is for the invariant of groups
            return
        approval = self.judged.get(message.request_id)
        if new is None or not isinstance(approval, ReplaceApproved):
            require(False, NAME, lambda: f"replace {message.request_id} sent without an approval")
            return
        require(
            new.quantity <= approval.order.quantity,
            NAME,
            lambda: f"replace {message.request_id}: {new.quantity} of {approval.order.quantity}",
        )
        require(new.order_id not in self.sent, NAME, lambda: f"replace {new.order_id} sent twice")
        if not message.state.held:
            self.sent[new.order_id] = new.quantity

    def _on_fitting(self, old: OrderState, new: Order) -> None:
        require(new.order_id not in self.sent, NAME, lambda: f"replace {new.order_id} sent twice")
        require(old.order.order_id in self.sent, NAME, lambda: f"{new.order_id} fits what is kept")
        self.sent[new.order_id] = new.quantity

    def _move(self, message: Message, state: OrderState) -> None:
        order_id, before = state.order.order_id, self.status.get(state.order.order_id)
        after, told_at = state.status, getattr(message, "market_at", state.updated_at)
        is_of_now = state.updated_at <= told_at
        require(is_of_now, NAME, lambda: f"{order_id} of {state.updated_at} told as of {told_at}")
        if isinstance(message, OrderFlagged):
            require(before is after, NAME, lambda: f"{order_id} is {before}, its flag says {after}")
            return
        if before is not None:
            allowed = after in AFTER[before]
            if before in ENDED and isinstance(message, BACK):
                allowed = after is not S.PENDING_NEW
            require(allowed, NAME, lambda: f"order {order_id}: {before} -> {after} by {message}")
        self.status[order_id], self.account[order_id] = after, state.order.account_id
        self._add_up(message, state)

    def _add_up(self, message: Message, state: OrderState) -> None:
        order, cum, leaves = state.order, state.cum_quantity, state.leaves_quantity
        chain = order.chain_id or order.order_id
        filled = self._filled.get(chain, ZERO)
        if isinstance(message, OrderFilled):
            filled += message.execution.quantity
        elif isinstance(message, ExecutionBusted):
            filled -= message.execution.quantity
        elif isinstance(message, ExecutionCorrected):
            filled += message.execution.quantity - message.previous.quantity
        self._filled[chain] = filled
        if state.status is not S.REPLACED and order.algorithm is None:
            require(
                cum == filled, NAME, lambda: f"order {order.order_id}: cum {cum}, fills {filled}"
            )
        if state.status in ENDED:
            require(leaves == 0, NAME, lambda: f"order {order.order_id} ended with leaves {leaves}")
        elif cum <= order.quantity and state.status in (S.NEW, S.PARTIALLY_FILLED):
            total = cum + leaves
            require(
                total == order.quantity, NAME, lambda: f"order {order.order_id}: {cum} + {leaves}"
            )

    def _succeed(self, message: OrderReplaced) -> None:
        order = message.successor.order
        require(
            order.order_id in self.sent or message.successor.held,
            NAME,
            lambda: f"successor {order.order_id} was never sent",
        )
        require(order.order_id not in self.status, NAME, lambda: f"{order.order_id} came twice")
        self.status[order.order_id] = message.successor.status
        self.account[order.order_id] = order.account_id

    def on_report(self, message: Message) -> None:
        """What the venue says."""
        if not isinstance(message, VenueReport) or message.kind is not ReportKind.ACCEPTED:
            return
        sent = message.order_id in self.sent
        require(sent, NAME, lambda: f"the venue has order {message.order_id}, which nobody sent")

    def check_whole(self) -> None:
        """Once all is read: every approved order was told of, every command judged."""
        for order_id, verdict in self.judged.items():
            if isinstance(verdict, (OrderApproved, OrderDenied)):
                require(
                    order_id in self.status, NAME, lambda: f"order {order_id} is lost after risk"
                )


def _is_exit(order: Order) -> bool:
    """Whether the order is an exit of a group."""
    is_leg = order.parent_id is not None and order.order_class is not OrderClass.SIMPLE
    return is_leg or order.order_class is OrderClass.OCO
