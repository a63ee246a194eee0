"""Nothing to the venue while halted but verified exits and cancels; a tripped breaker stays
tripped until a named person re-arms it.
"""

from __future__ import annotations

from shared.events.risk import (
    BreakerRearmed,
    BreakerTripped,
    OrderApproved,
    TradingStateChanged,
    WithdrawalApproved,
)
from shared.messages import Message
from shared.types import Order, Scope, ScopeKind, TradingState
from simulation.errors import require

NAME = "halts"
Place = tuple[int, str, str, str]


class Halts:
    """Which scopes are not active, as risk has told it, partition by partition."""

    def __init__(self) -> None:
        self._states: dict[Place, TradingState] = {}
        self._tripped: set[tuple[str, str]] = set()
        self._latched: dict[tuple[str, str], str] = {}

    def on_decision(self, number: int, message: Message) -> None:
        """What risk says, in the order in which it says it."""
        if isinstance(message, TradingStateChanged):
            self._states[_place(number, message.scope)] = message.state
            if message.by == message.actor != "manual":
                self._tripped.add((message.account_id, message.by))
        elif isinstance(message, BreakerRearmed):
            self._tripped.discard((message.account_id, f"breaker/{message.breaker}"))
        elif isinstance(message, OrderApproved) and not message.exit:
            self._check(number, message.order)
            tripped = [name for name in self._tripped if name[0] == message.account_id]
            require(
                not tripped, NAME, lambda: f"{message.order.order_id} approved, {tripped} tripped"
            )
        elif isinstance(message, WithdrawalApproved):
            self._check_money(number, message)

    def on_risk_event(self, message: Message) -> None:
        """Breakers trip and are re-armed where people look."""
        if isinstance(message, BreakerTripped):
            name = (message.account_id, message.breaker)
            require(name not in self._latched, NAME, lambda: f"{name} tripped twice")
            self._latched[name] = message.action
        elif isinstance(message, BreakerRearmed):
            require(bool(message.actor), NAME, lambda: f"{message.breaker} re-armed by nobody")
            self._latched.pop((message.account_id, message.breaker), None)

    def _check(self, number: int, order: Order) -> None:
        places = (
            (number, "all", "", ""),
            (number, "firm", "", order.firm_id),
            (number, "account", "", order.account_id),
            (number, "symbol", "", order.symbol),
        )
        for place in places:
            state = self._states.get(place, TradingState.ACTIVE)
            require(
                state is TradingState.ACTIVE,
                NAME,
                lambda: f"order {order.order_id} approved while {place} is {state}",
            )

    def _check_money(self, number: int, message: WithdrawalApproved) -> None:
        for place in (
            (number, "firm", "", message.firm_id),
            (number, "account", "", message.account_id),
        ):
            state = self._states.get(place, TradingState.ACTIVE)
            require(
                state is TradingState.ACTIVE, NAME, lambda: f"money out while {place} is {state}"
            )

    def check_latched(self, halted: set[tuple[str, str]]) -> None:
        """Every breaker that has tripped is tripped in the tables of risk."""
        lost = {name for name in self._latched if name not in halted}
        require(not lost, NAME, lambda: f"tripped and not latched: {lost}")


def _place(number: int, scope: Scope) -> Place:
    kind = ScopeKind(scope.kind)
    return (number, kind.value, scope.account_id, scope.name)
