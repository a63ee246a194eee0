"""Counts by itself what was told to the order book: executions of chains of orders, in fractions.

It knows the inputs and three things of the outputs: which orders a chain has grown to, that a split
was taken, and what was answered. It knows nothing of statuses.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction

import msgspec

from shared.events.oms import (
    CancelRefused,
    OrderCanceled,
    OrderFilled,
    OrderReplaced,
    OrderRestated,
    ReplaceRefused,
)
from shared.messages import Event


class Booked(msgspec.Struct):
    """One execution. quantity: in today's shares of its order; money: what changed hands."""

    chain: str
    kind: str
    quantity: Fraction
    money: Fraction
    counts: bool


def is_poison(quantity: Decimal, price: Decimal) -> bool:
    """H14, for an instrument that does not trade below zero."""
    numbers_end = quantity.is_finite() and price.is_finite()
    return not numbers_end or quantity <= 0 or price < 0


class Oracle:
    """What must stand in the book."""

    def __init__(self) -> None:
        self.booked: dict[str, Booked] = {}
        self.chain_of: dict[str, str] = {}
        self.newest: dict[str, str] = {}
        self.fills_told: Counter[str] = Counter()
        self.asked: list[str] = []
        self.answers: Counter[str] = Counter()

    def begin(self, order_id: str) -> None:
        """An order came."""
        self.chain_of[order_id] = self.newest[order_id] = order_id

    def fill(self, order_id: str, execution_id: str, quantity: Decimal, price: Decimal) -> bool:
        """A fill was told; whether it must be booked."""
        is_new = execution_id not in self.booked and order_id in self.chain_of
        if not is_new or is_poison(quantity, price):
            return False
        self._book(self.chain_of[order_id], "fill", execution_id, quantity, price)
        return True

    def amend(
        self, order_id: str, execution_id: str, ref: str, numbers: tuple[Decimal, Decimal] | None
    ) -> bool:
        """A bust (no numbers) or a correction was told; whether it must be booked."""
        old, chain = self.booked.get(ref), self.chain_of.get(order_id)
        if execution_id in self.booked or old is None or old.chain != chain or not old.counts:
            return False
        if numbers is not None and is_poison(*numbers):
            return False
        old.counts = False
        if numbers is None:
            self.booked[execution_id] = Booked(chain, "bust", old.quantity, old.money, counts=False)
        else:
            self._book(chain, "correction", execution_id, *numbers)
        return True

    def _book(
        self, chain: str, kind: str, execution_id: str, quantity: Decimal, price: Decimal
    ) -> None:
        counted, money = Fraction(quantity), Fraction(quantity) * Fraction(price)
        self.booked[execution_id] = Booked(chain, kind, counted, money, counts=True)

    def hear(self, events: list[Event]) -> None:
        """What the order book said."""
        for event in events:
            if isinstance(event, OrderFilled):
                self.fills_told[event.execution.execution_id] += 1
            elif isinstance(event, OrderReplaced):
                old, new = event.state.order.order_id, event.successor.order.order_id
                self.chain_of[new] = self.chain_of[old]
                self.newest[self.chain_of[old]] = new
                self.answers[new] += 1
            elif isinstance(event, OrderRestated) and event.split is not None:
                self._split(self.chain_of[event.state.order.order_id], Fraction(*event.split))
            elif isinstance(event, CancelRefused | ReplaceRefused):
                if event.reason != "duplicate_id":
                    self.answers[event.request_id] += 1
            elif isinstance(event, OrderCanceled) and event.cause != event.state.order.order_id:
                self.answers[event.cause or ""] += 1

    def _split(self, chain: str, ratio: Fraction) -> None:
        for one in self.booked.values():
            if one.chain == chain:
                one.quantity *= ratio

    def quantity(self, chain: str) -> Fraction:
        """How much of a chain is filled."""
        return sum((one.quantity for one in self._counting(chain)), Fraction(0))

    def money(self, chain: str) -> Fraction:
        """What changed hands for it."""
        return sum((one.money for one in self._counting(chain)), Fraction(0))

    def _counting(self, chain: str) -> list[Booked]:
        return [one for one in self.booked.values() if one.counts and one.chain == chain]
