"""Brackets, OTOs and OCOs for tests, and what OMS tells of their exits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from shared.events.oms import ExecutionBusted, OrderAccepted, OrderReplaced
from shared.types import (
    Execution,
    Leg,
    Order,
    OrderClass,
    OrderStatus,
    OrderType,
    Side,
    TimeInForce,
)
from tests.builders import ACCOUNT, order
from tests.unit.services.risk.desk import D, Desk, limit, state_of

PROFIT, LOSS = "profit", "loss"


def take_profit(price: str = "110", order_id: str = PROFIT, **fields: Any) -> Leg:
    """A limit order that takes the profit."""
    values = {"type": OrderType.LIMIT, "limit_price": D(price), "client_order_id": order_id}
    return Leg(order_id=order_id, **{**values, **fields})


def stop_loss(price: str = "95", order_id: str = LOSS, **fields: Any) -> Leg:
    """A stop that limits the loss."""
    values = {"type": OrderType.STOP, "stop_price": D(price), "client_order_id": order_id}
    return Leg(order_id=order_id, **{**values, **fields})


def bracket(price: str = "100", *legs: Leg, **fields: Any) -> dict[str, Any]:
    """The fields of a bracket: 100 at a limit, out at 110 or 95."""
    legs = legs or (take_profit(), stop_loss())
    return limit(price, order_class=OrderClass.BRACKET, legs=legs, **fields)


def oto(leg: Leg, **fields: Any) -> dict[str, Any]:
    """The fields of an OTO: a market order with one exit."""
    return {"order_class": OrderClass.OTO, "legs": (leg,), **fields}


def oco(price: str = "110", leg: Leg | None = None, **fields: Any) -> dict[str, Any]:
    """The fields of an OCO that sells at a limit or a stop."""
    values = {"order_class": OrderClass.OCO, "side": Side.SELL, "legs": (leg or stop_loss(),)}
    return limit(price, **{**values, **fields})


def exit_of(entry: Order, leg: Leg, quantity: str = "100") -> Order:
    """A leg as OMS makes an order of it."""
    is_oco = entry.order_class is OrderClass.OCO
    opposite = Side.SELL if entry.side is Side.BUY else Side.BUY
    return order(
        leg.order_id, client_order_id=leg.client_order_id, type=leg.type, quantity=D(quantity),
        side=entry.side if is_oco else opposite, limit_price=leg.limit_price,
        stop_price=leg.stop_price, trail_price=leg.trail_price, trail_percent=leg.trail_percent,
        order_class=entry.order_class, time_in_force=TimeInForce.DAY, parent_id=entry.order_id,
        symbol=entry.symbol,
    )  # fmt: skip


def accept(desk: Desk, entry_id: str = "one") -> None:
    """OMS keeps the exits of an order."""
    entry = desk.order_of(entry_id).order
    for leg in entry.legs:
        told = state_of(exit_of(entry, leg), OrderStatus.NEW)
        desk.told(OrderAccepted, "oms", state=told)


def placed(desk: Desk | None = None, **fields: Any) -> Desk:
    """A desk with an approved bracket, its exits kept by OMS."""
    desk = Desk() if desk is None else desk
    assert desk.denied("one", **(fields or bracket())) == []
    accept(desk)
    return desk


def held() -> Desk:
    """A desk that holds 100 and has an OCO to sell them."""
    desk = Desk()
    desk.buy("AIG", "100", "100")
    return placed(desk, **oco())


def bust(desk: Desk, asked: Order, status: OrderStatus, cum: str, quantity: str) -> None:
    """The venue takes an execution of an order back; so much of it stays filled."""
    execution = Execution(
        execution_id=f"bust-{desk.numbers['oms']}", order_id=asked.order_id, account_id=ACCOUNT,
        symbol=asked.symbol, side=asked.side, quantity=D(quantity), price=D(100),
        transact_at=desk.at.market,
    )  # fmt: skip
    desk.told(ExecutionBusted, "oms", state=state_of(asked, status, D(cum)), execution=execution)


def replaced(desk: Desk, old_id: str, new: Order) -> None:
    """The venue, or OMS, put another order in the place of one."""
    old = desk.order_of(old_id)
    told = state_of(old.order, OrderStatus.REPLACED, old.cum_quantity)
    successor = state_of(new, OrderStatus.NEW, old.cum_quantity)
    desk.told(OrderReplaced, "oms", state=told, successor=successor)


def reserved(desk: Desk, symbol: str = "AIG") -> tuple[Decimal, Decimal]:
    """Units of open buys and open sells, as the book has them; the same after a restart."""
    holding = desk.state.books.of(ACCOUNT).holdings[symbol]
    lived = (holding.buy_quantity, holding.sell_quantity)
    desk.restart()
    desk.refresh()
    holding = desk.state.books.of(ACCOUNT).holdings[symbol]
    assert (holding.buy_quantity, holding.sell_quantity) == lived
    return lived


def live(desk: Desk) -> list[str]:
    """The keys of the live orders."""
    return [row.order_id for row in desk.rows("live_orders")]
