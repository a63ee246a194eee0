"""No fill dropped, none booked twice: what the venue told, OMS booked once; what OMS booked, the
book of portfolio has once, at the same quantity, price and cash.

One kind of fill is told to a person instead: one under the id of a replace that the venue made
after it had said that the old order was canceled. OMS has refused that replace by then.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from shared.events.oms import (
    ExecutionBusted,
    ExecutionCorrected,
    OrderFilled,
    OrderFlagged,
    ReplaceRefused,
)
from shared.events.portfolio import CashMoved, PositionChanged
from shared.events.venue import ReportKind, VenueReport
from shared.messages import Message
from shared.types import ZERO, Execution, Side
from simulation.errors import require

NAME = "fills"
Held = tuple[str, str]


class Fills:
    """Three books of the same executions: the venue's words, OMS's, portfolio's."""

    def __init__(self, is_sent: dict[str, Decimal]) -> None:
        self._is_sent = is_sent
        self._told: dict[str, Execution] = {}
        self._booked: dict[str, Execution] = {}
        self._refused: set[str] = set()
        self._orphaned: set[str] = set()
        self._by_number: dict[tuple[int, int], list[tuple[Execution, int]]] = {}
        self._changed: dict[tuple[int, int], int] = defaultdict(int)
        self.position: dict[Held, Decimal] = defaultdict(Decimal)
        self.cash: dict[str, Decimal] = defaultdict(Decimal)
        self.oms_position: dict[Held, Decimal] = defaultdict(Decimal)

    def on_report(self, message: Message) -> None:
        """What the venue says."""
        if not isinstance(message, VenueReport) or message.execution is None:
            return
        if message.kind is ReportKind.FILLED and message.order_id in self._is_sent:
            self._told.setdefault(message.execution.execution_id, message.execution)

    def on_order(self, number: int, message: Message) -> None:
        """What OMS says."""
        if isinstance(message, ReplaceRefused):
            self._refused.add(message.request_id)
        elif isinstance(message, OrderFlagged) and message.alert == "orphan_fill":
            self._orphaned.add(message.order_id)
        parts: list[tuple[Execution, int]] = []
        if isinstance(message, OrderFilled):
            self._book(message.execution)
            parts = [(message.execution, 1)]
        elif isinstance(message, ExecutionBusted):
            parts = [(message.execution, -1)]
        elif isinstance(message, ExecutionCorrected):
            parts = [(message.previous, -1), (message.execution, 1)]
        if parts:
            self._by_number[(number, message.seq)] = parts  # type: ignore[attr-defined]
            for fill, sign in parts:
                self.oms_position[fill.account_id, fill.symbol] += sign * _signed(fill)

    def _book(self, fill: Execution) -> None:
        name = fill.execution_id
        require(name not in self._booked, NAME, lambda: f"execution {name} booked twice")
        told = self._told.get(name)
        require(told is not None, NAME, lambda: f"execution {name} was told by nobody")
        same = (fill.quantity, fill.price, fill.side, fill.symbol)
        theirs = (told.quantity, told.price, told.side, told.symbol)  # type: ignore[union-attr]
        require(same == theirs, NAME, lambda: f"execution {name}: told {theirs}, booked {same}")
        self._booked[name] = fill

    def on_position(self, number: int, message: Message) -> None:
        """What portfolio says."""
        if isinstance(message, CashMoved):
            self.cash[message.account_id] += message.amount
            ours = self.cash[message.account_id]
            require(
                message.balance == ours, NAME, lambda: f"balance {message.balance}, ours {ours}"
            )
        elif isinstance(message, PositionChanged):
            self._on_changed(number, message)

    def _on_changed(self, number: int, message: PositionChanged) -> None:
        parts = self._by_number.get((number, message.oms_seq), [])
        done = self._changed[number, message.oms_seq]
        require(done < len(parts), NAME, lambda: f"booked without a fill: {message}")
        self._changed[number, message.oms_seq] = done + 1
        fill, sign = parts[done]
        held = (fill.account_id, fill.symbol)
        self.position[held] += sign * _signed(fill)
        self.cash[fill.account_id] -= sign * (_signed(fill) * fill.price + fill.fee)
        require(
            message.quantity == self.position[held],
            NAME,
            lambda: f"{held} is {message.quantity}, its fills are {self.position[held]}",
        )
        ours = self.cash[fill.account_id]
        require(
            message.cash == ours,
            NAME,
            lambda: f"{fill.account_id}: cash {message.cash}, ours {ours}",
        )

    def check_whole(self) -> None:
        """Once all is read: nothing told is unbooked, nothing booked is missing in a book."""
        told_to_people = self._refused & self._orphaned
        dropped = [
            name
            for name, fill in self._told.items()
            if name not in self._booked and fill.order_id not in told_to_people
        ]
        require(not dropped, NAME, lambda: f"fills dropped by OMS: {dropped}")
        for name, parts in self._by_number.items():
            done = self._changed[name]
            require(
                done == len(parts),
                NAME,
                lambda: f"oms.orders {name}: {done} of {len(parts)} booked",
            )


def _signed(fill: Execution) -> Decimal:
    return fill.quantity if fill.side is Side.BUY else ZERO - fill.quantity
