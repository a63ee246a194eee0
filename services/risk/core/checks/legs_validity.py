"""Do the legs of a bracket, OTO or OCO protect it: the right ones, on the right side of its price?

RTS 6: order validity. Take-profit and stop-loss stand at least 0.01 beyond the base price: the
price that the order itself names, else the quote. Exits add no risk where their entry opens the
position that they close; so an entry may not reduce one, and an OCO must.
"""

from __future__ import annotations

from decimal import Decimal

from services.risk.core import codes, prices
from services.risk.core.groups import is_oco, living_exits
from services.risk.core.limits import Limits
from services.risk.core.prices import STOP_LOSSES
from services.risk.core.view import NO_REFERENCE, View
from services.risk.core.violations import violation
from shared.types import Leg, Order, OrderClass, OrderType, Side, TimeInForce, Violation

LEAST = Decimal("0.01")
TAKE_PROFIT, STOP_LOSS = "take_profit.", "stop_loss."
COUNT = {
    OrderClass.SIMPLE: 0,
    OrderClass.BRACKET: 2,
    OrderClass.OTO: 1,
    OrderClass.OCO: 1,
}
ENTRY_TYPES = frozenset({OrderType.MARKET, OrderType.LIMIT, OrderType.STOP, OrderType.STOP_LIMIT})
TIMES_IN_FORCE = frozenset({TimeInForce.DAY, TimeInForce.GTC})
Exit = Order | Leg


def legs_validity(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies legs that do not go with the order or with each other. An exit by itself (a leg that
    is replaced) may have any price: a marketable one closes the position.
    """
    is_simple = order.order_class is OrderClass.SIMPLE and not order.legs
    if is_simple or (view.replaced is not None and view.replaced.leg_of is not None):
        return None
    text = _shape(order) or ("" if view.replaced is not None else _ids(order, view))
    if text:
        value = f"{order.order_class}: {len(order.legs)} legs"
        return violation(codes.ORDER_LEGS_INVALID, order, value=value, message=text)
    if order.time_in_force not in TIMES_IN_FORCE:
        text, code = f"{order.order_class} orders are day or gtc", "ORDER_TIME_IN_FORCE_UNSUPPORTED"
        return violation(code, order, value=order.time_in_force.value, message=text)
    if order.extended_hours:
        text = f"{order.order_class} orders are not for extended hours"
        return violation(
            codes.ORDER_FEATURE_UNSUPPORTED, order, value="extended_hours", message=text
        )
    return _prices(order, view) or _position(order, view)


def _shape(order: Order) -> str:
    """Are there as many legs as the class has, of the types it has?"""
    kind, types = order.order_class, [leg.type for leg in order.legs]
    if len(types) != COUNT[kind]:
        return f"{kind} orders have {COUNT[kind]} legs"
    profits = types.count(OrderType.LIMIT)
    losses = sum(one in STOP_LOSSES for one in types)
    if kind is OrderClass.OCO:
        if order.type is OrderType.LIMIT and losses == 1:
            return ""
        return "an oco is a limit order, the take-profit, with a stop-loss as its leg"
    if order.type not in ENTRY_TYPES:
        return f"a {order.type} order has no legs"
    if kind is OrderClass.BRACKET and (profits, losses) != (1, 1):
        return "a bracket has a take-profit (limit) and a stop-loss (stop, stop_limit or trailing)"
    if profits + losses != len(types):
        return "a leg is a take-profit (limit) or a stop-loss (stop, stop_limit or trailing)"
    return ""


def _ids(order: Order, view: View) -> str:
    """Does every order of the group have an id of its own?"""
    ids = [order.order_id, *(leg.order_id for leg in order.legs)]
    client_ids = [order.client_order_id, *(leg.client_order_id for leg in order.legs)]
    for names in (ids, client_ids):
        if len(set(names)) != len(names) or "" in names[1:]:
            return "every leg has ids of its own"
    live = view.state.live_orders
    return "" if all(live.get(one) is None for one in ids[1:]) else "a leg's id is in use"


def _prices(order: Order, view: View) -> Violation | None:
    tick = None if view.reference is NO_REFERENCE else view.reference.tick
    exits: list[Exit] = list(order.legs)
    if view.replaced is not None:
        exits = list(living_exits(order, view.replaced, view.state))
    for one in exits:
        name = TAKE_PROFIT if one.type is OrderType.LIMIT else STOP_LOSS
        found = prices.fault(order, one, tick, name) or _side(order, one, name, view)
        if found is not None:
            return found
    return None


def _side(order: Order, one: Exit, name: str, view: View) -> Violation | None:
    """Is the exit beyond the base price, on the side where it belongs?"""
    base = _base(order, view)
    price = one.limit_price if name == TAKE_PROFIT else one.stop_price
    if base is None or price is None:
        return None
    is_long = (order.side is Side.BUY) is not is_oco(order)
    must_be_above = (name == TAKE_PROFIT) is is_long
    if price >= base + LEAST if must_be_above else price <= base - LEAST:
        return None
    field = "limit_price" if name == TAKE_PROFIT else "stop_price"
    rule = f">= base_price + {LEAST}" if must_be_above else f"<= base_price - {LEAST}"
    return violation(
        codes.ORDER_LEG_PRICE_INVALID,
        order,
        limit=base,
        value=price,
        message=f"{name}{field} must be {rule}",
    )


def _base(order: Order, view: View) -> Decimal | None:
    """The price that the exits are held against; None where there is none."""
    if order.limit_price is not None or order.stop_price is not None:
        return order.stop_price if order.limit_price is None else order.limit_price
    if not view.reference.is_priced:
        return None
    return view.reference.ask if view.is_buy else view.reference.bid


def _position(order: Order, view: View) -> Violation | None:
    """Does the order open a position for its exits to close, or, an OCO, close one itself?"""
    is_against = bool(view.held) and view.held.is_signed() is view.is_buy
    if is_against is is_oco(order):
        return None
    code = codes.ORDER_LEGS_WITHOUT_POSITION if is_oco(order) else codes.ORDER_LEGS_WOULD_OPEN
    return violation(code, order, limit=view.held, value=order.quantity)
