"""A small world behind the gateway's doubles: the events that a real stack says for plain orders.

It is no OMS: a market order fills at once at PRICE, a limit order rests, other types and parents of
algorithms are kept, legs wait until a market entry is filled, a big order is denied.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from shared.commands import (
    CancelOrder,
    Deposit,
    HaltTrading,
    OpenAccount,
    ReplaceOrder,
    ResumeTrading,
    SetLimits,
    SubmitOrder,
)
from shared.events.oms import (
    OrderAccepted,
    OrderCanceled,
    OrderFilled,
    OrderReplaced,
    OrderSubmitted,
    OrderTriggered,
)
from shared.events.portfolio import AccountOpened, CashMoved, PositionChanged
from shared.events.risk import LimitsChanged, OrderDenied, TradingStateChanged
from shared.ids import derived_id
from shared.messages import Command
from shared.topics import OMS_ORDERS, PORTFOLIO_POSITIONS, RISK_DECISIONS
from shared.types import (
    Execution,
    Order,
    OrderState,
    OrderStatus,
    OrderType,
    Side,
    TradingState,
    Violation,
)
from tests.builders import NOON
from tests.fakes.gateway import FakeBus, World
from tests.fakes.gateway_legs import leg_of
from tests.fakes.gateway_rows import account_of, held_of, sheet_of

PRICE = Decimal("49.61")
SENT = (OrderType.MARKET, OrderType.LIMIT)
QUANTITY_MAX = Decimal(10_000)
BUYING_POWER = Violation(
    code="BUYING_POWER_INSUFFICIENT",
    scope="account::a",
    limit="200000",
    value="496100000",
    projected="-495900000",
    message="insufficient buying power",
)


def lively(answer_ms: int = 500) -> World:
    """A gateway whose world answers."""
    world = World(answer_ms)
    world.bus.react = Market(world).react
    return world


class Market:
    """Answers commands and keeps the book of the doubles in step, book first."""

    def __init__(self, world: World) -> None:
        self._world = world

    def react(self, bus: FakeBus, topic: str, partition: int, command: Command) -> None:
        """What a stack would say to this command."""
        handler = getattr(self, f"on_{type(command).__name__}", None)
        if handler is not None:
            handler(bus, command, partition)

    def on_SubmitOrder(self, bus: FakeBus, command: SubmitOrder, _: int) -> None:  # noqa: N802
        order = command.order
        if order.quantity > QUANTITY_MAX:
            self._deny(bus, order, BUYING_POWER)
            return
        whose: dict[str, Any] = {"account_id": order.account_id, "cause": order.order_id}
        state = state_of(order)
        if order.type not in SENT or order.algorithm is not None:
            self._accept(bus, whose, msgspec.structs.replace(state, held=True))
            return
        self._world.reads.put(state)
        bus.say(OMS_ORDERS, OrderSubmitted(**whose, state=state))
        legs = [
            self._accept(bus, whose, state_of(leg_of(order, leg), held=True)) for leg in order.legs
        ]
        state = self._accept(bus, {"account_id": order.account_id}, state)
        if order.type is OrderType.MARKET:
            self._fill(bus, state)
            self._begin(bus, legs)

    def _accept(self, bus: FakeBus, whose: dict[str, Any], state: OrderState) -> OrderState:
        state = msgspec.structs.replace(state, status=OrderStatus.NEW)
        self._world.reads.put(state)
        bus.say(OMS_ORDERS, OrderAccepted(**whose, state=state))
        return state

    def _begin(self, bus: FakeBus, legs: list[OrderState]) -> None:
        """The entry is filled: its take-profit goes to the venue."""
        for leg in legs:
            if leg.order.type is OrderType.LIMIT:
                sent = msgspec.structs.replace(leg, held=False, triggered_at=NOON)
                whose: dict[str, Any] = {"account_id": leg.order.account_id}
                self._world.reads.put(sent)
                bus.say(OMS_ORDERS, OrderTriggered(**whose, state=sent))

    def on_ReplaceOrder(self, bus: FakeBus, command: ReplaceOrder, _: int) -> None:  # noqa: N802
        old = self._world.reads.found[command.order_id].state
        names = ("quantity", "limit_price", "stop_price", "time_in_force")
        given = {name: value for name in names if (value := getattr(command, name)) is not None}
        if command.trail is not None:
            given["trail_price"] = command.trail
        new_id = command.command_id
        ids = {"order_id": new_id, "client_order_id": new_id, "replaces": command.order_id}
        order = msgspec.structs.replace(old.order, **ids, **given)
        new = msgspec.structs.replace(old, order=order, leaves_quantity=order.quantity)
        old = msgspec.structs.replace(
            old, status=OrderStatus.REPLACED, leaves_quantity=Decimal(0), replaced_by=new_id
        )
        self._world.reads.put(old)
        self._world.reads.put(new)
        whose: dict[str, Any] = {"account_id": command.account_id, "cause": new_id}
        bus.say(OMS_ORDERS, OrderReplaced(**whose, state=old, successor=new))

    def _deny(self, bus: FakeBus, order: Order, violation: Violation) -> None:
        state = state_of(order, status=OrderStatus.DENIED, leaves_quantity=Decimal(0))
        self._world.reads.put(state)
        denied = OrderDenied(
            account_id=order.account_id,
            cause=order.order_id,
            order=order,
            violations=(violation,),
            state=state,
        )
        bus.say(RISK_DECISIONS, msgspec.structs.replace(denied, state=None))
        bus.say(OMS_ORDERS, denied)

    def _fill(self, bus: FakeBus, state: OrderState) -> None:
        order = state.order
        execution = execution_of(order)
        filled = msgspec.structs.replace(
            state,
            status=OrderStatus.FILLED,
            cum_quantity=order.quantity,
            leaves_quantity=Decimal(0),
            average_price=PRICE,
            filled_at=NOON,
        )
        self._world.reads.put(filled)
        held = self._book(order)
        bus.say(
            OMS_ORDERS,
            OrderFilled(account_id=order.account_id, state=filled, execution=execution),
        )
        bus.say(PORTFOLIO_POSITIONS, position_changed(order, held))

    def _book(self, order: Order) -> Decimal:
        sheets = self._world.reads.sheets
        held = {one.symbol: int(one.quantity) for one in sheets[order.account_id].positions}
        sign = 1 if order.side is Side.BUY else -1
        held[order.symbol] = held.get(order.symbol, 0) + sign * int(order.quantity)
        price = str(PRICE)
        rows = [held_of(symbol, n, price, price) for symbol, n in sorted(held.items()) if n]
        sheets[order.account_id] = sheet_of(order.account_id, *rows)
        return Decimal(held[order.symbol])

    def on_CancelOrder(self, bus: FakeBus, command: CancelOrder, _: int) -> None:  # noqa: N802
        found = self._world.reads.found[command.order_id]
        state = msgspec.structs.replace(
            found.state, status=OrderStatus.CANCELED, leaves_quantity=Decimal(0), canceled_at=NOON
        )
        self._world.reads.put(state)
        whose: dict[str, Any] = {"account_id": command.account_id, "cause": command.command_id}
        bus.say(OMS_ORDERS, OrderCanceled(**whose, state=state))

    def on_OpenAccount(self, bus: FakeBus, command: OpenAccount, _: int) -> None:  # noqa: N802
        reads, account_id = self._world.reads, command.account_id
        account = account_of(account_id, firm_id=command.firm_id, name=command.name)
        reads.known[account_id] = account
        reads.sheets[account_id] = sheet_of(account_id, cash=command.cash, equity=command.cash)
        reads.judged.add(account_id)
        whose: dict[str, Any] = {"firm_id": command.firm_id, "account_id": account_id}
        bus.say(
            PORTFOLIO_POSITIONS,
            AccountOpened(**whose, cause=command.command_id, account=account),
        )

    def on_SetLimits(self, bus: FakeBus, command: SetLimits, _: int) -> None:  # noqa: N802
        changed = LimitsChanged(
            cause=command.command_id,
            scope=command.scope,
            version=1,
            values=command.values,
            changed=command.values,
            actor=command.actor,
            reason=command.reason,
        )
        bus.say(RISK_DECISIONS, changed)

    def on_Deposit(self, bus: FakeBus, command: Deposit, _: int) -> None:  # noqa: N802
        balance = self._world.reads.sheets[command.account_id].cash + command.amount
        moved = CashMoved(
            cause=command.command_id,
            kind="deposit",
            amount=command.amount,
            currency=command.currency,
            balance=balance,
            journal_id="j-1",
        )
        bus.say(PORTFOLIO_POSITIONS, moved)

    def on_HaltTrading(self, bus: FakeBus, command: HaltTrading, at: int) -> None:  # noqa: N802
        self._state(bus, command, command.state, at)

    def on_ResumeTrading(  # noqa: N802
        self, bus: FakeBus, command: ResumeTrading, at: int
    ) -> None:
        self._state(bus, command, TradingState.ACTIVE, at)

    def _state(self, bus: FakeBus, command: Any, state: TradingState, partition: int) -> None:
        self._world.flags.log.append(f"risk {state} {partition}")
        changed = TradingStateChanged(
            cause=command.command_id,
            scope=command.scope,
            state=state,
            reason=command.reason,
            actor=command.actor,
        )
        bus.say(RISK_DECISIONS, changed, partition)


def state_of(order: Order, **fields: Any) -> OrderState:
    """The order as it is when it has just been submitted."""
    values: dict[str, Any] = {
        "status": OrderStatus.PENDING_NEW,
        "leaves_quantity": order.quantity,
        **dict.fromkeys(("created_at", "submitted_at", "updated_at"), NOON),
    }
    return OrderState(order=order, **{**values, **fields})


def execution_of(order: Order) -> Execution:
    """The one execution of an order of the world."""
    return Execution(
        execution_id=derived_id("fill", order.order_id),
        order_id=order.order_id,
        account_id=order.account_id,
        symbol=order.symbol,
        side=order.side,
        quantity=order.quantity,
        price=PRICE,
        transact_at=NOON,
    )


def position_changed(order: Order, quantity: Decimal) -> PositionChanged:
    """What portfolio says after that execution."""
    return PositionChanged(
        account_id=order.account_id,
        symbol=order.symbol,
        quantity=quantity,
        average_price=PRICE,
        cost_basis=quantity * PRICE,
        realised=Decimal(0),
        cash=Decimal(0),
        currency="USD",
        oms_seq=1,
        order_id=order.order_id,
        execution_id=derived_id("fill", order.order_id),
    )
