"""The exits of a bracket, OTO or OCO: legs of one order, judged with it."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from services.gateway.core.bodies import text
from services.gateway.core.problems import invalid
from services.gateway.core.terms import Prices, check_prices, prices_in
from services.gateway.core.wanted import AlpacaOrder, DeskOrder, StopLoss, TakeProfit
from shared.ids import derived_id
from shared.instruments import Instrument
from shared.types import Leg, Order, OrderClass, OrderState, OrderStatus, OrderType, Side

CLIENT_ID_MAX = 128
PROFIT, LOSS = "take_profit", "stop_loss"


def check_exits(body: AlpacaOrder | DeskOrder, order_class: OrderClass) -> None:
    """Raises Problem where a class of orders lacks an exit, or has one too many."""
    profit, loss = body.take_profit, body.stop_loss
    if order_class is OrderClass.SIMPLE:
        for name, one in ((PROFIT, profit), (LOSS, loss)):
            if one is not None:
                raise invalid(f"{name} goes with order_class bracket, oto or oco")
    elif order_class is OrderClass.OTO:
        if (profit is None) == (loss is None):
            raise invalid("oto orders require one of take_profit or stop_loss")
    elif order_class is OrderClass.BRACKET and profit is None:
        raise invalid("bracket orders require take_profit.limit_price")
    elif loss is None:
        raise invalid(f"{order_class} orders require stop_loss.stop_price")


def entry_prices(body: AlpacaOrder | DeskOrder, order_class: OrderClass) -> Prices:
    """The prices of the order itself; an OCO is its own take-profit. Raises Problem."""
    prices, profit = prices_in(body), body.take_profit
    if order_class is not OrderClass.OCO or profit is None:
        return prices
    limit = profit_price(profit)
    if prices.limit_price not in (None, limit):
        raise invalid("limit_price and take_profit.limit_price of an oco are one price")
    if profit.client_order_id:
        raise invalid("the take_profit of an oco is the order itself: use client_order_id")
    return msgspec.structs.replace(prices, limit_price=limit)


def profit_price(profit: TakeProfit) -> Decimal:
    """The price of a take-profit. Raises Problem."""
    limit = prices_of(profit).limit_price
    if limit is None:
        raise invalid("take_profit.limit_price is required")
    return limit


def prices_of(leg: TakeProfit | StopLoss) -> Prices:
    """The prices of an exit. Raises Problem."""
    if isinstance(leg, StopLoss):
        return prices_in(leg, f"{LOSS}.")
    return prices_in(StopLoss(limit_price=leg.limit_price), f"{PROFIT}.")


def legs_of(
    body: AlpacaOrder | DeskOrder, order_class: OrderClass, order_id: str, instrument: Instrument
) -> tuple[Leg, ...]:
    """The legs of an order, the take-profit first. Raises Problem."""
    check_exits(body, order_class)
    profit, loss = body.take_profit, body.stop_loss
    made = []
    if profit is not None and order_class is not OrderClass.OCO:
        prices = Prices(limit_price=profit_price(profit))
        check_prices(OrderType.LIMIT, prices, instrument, f"{PROFIT}.")
        made.append(_leg(PROFIT, OrderType.LIMIT, prices, profit, order_id))
    if loss is not None:
        prices = prices_of(loss)
        kind = loss_type(prices)
        check_prices(kind, prices, instrument, f"{LOSS}.")
        made.append(_leg(LOSS, kind, prices, loss, order_id))
    return tuple(made)


def loss_type(prices: Prices) -> OrderType:
    """The type of a stop-loss with these prices. Raises Problem."""
    if prices.trail_price is not None or prices.trail_percent is not None:
        return OrderType.TRAILING_STOP
    if prices.stop_price is None:
        raise invalid("stop_loss.stop_price is required")
    return OrderType.STOP if prices.limit_price is None else OrderType.STOP_LIMIT


def _leg(
    name: str, kind: OrderType, prices: Prices, body: TakeProfit | StopLoss, order_id: str
) -> Leg:
    leg_id = derived_id("leg", order_id, name)
    mine = text(body.client_order_id, f"{name}.client_order_id", CLIENT_ID_MAX)
    return Leg(
        order_id=leg_id,
        client_order_id=mine or leg_id,
        type=kind,
        **msgspec.structs.asdict(prices),
    )


def exit_side(order: Order) -> Side:
    """The side of an order's legs."""
    if order.order_class is OrderClass.OCO:
        return order.side
    return Side.SELL if order.side is Side.BUY else Side.BUY


def waiting(entry: OrderState) -> list[OrderState]:
    """The legs of an order that nobody has filled yet, as OMS keeps them: each waits."""
    return [
        msgspec.structs.replace(
            entry,
            order=leg_order(entry.order, leg),
            status=OrderStatus.NEW,
            cum_quantity=Decimal(0),
            leaves_quantity=entry.order.quantity,
            average_price=Decimal(0),
            filled_at=None,
            venue_order_id=None,
            held=True,
            triggered_at=None,
            hwm=None,
            stop_price=None,
        )
        for leg in entry.order.legs
    ]


def leg_order(entry: Order, leg: Leg) -> Order:
    """A leg as an order of its own: what it does not say is as in its entry."""
    return msgspec.structs.replace(
        entry,
        **{name: getattr(leg, name) for name in Leg.__struct_fields__},
        side=exit_side(entry),
        parent_id=entry.order_id,
        chain_id=leg.order_id,
        replaces=None,
        legs=(),
        extended_hours=False,
        post_only=False,
        display_quantity=None,
    )
