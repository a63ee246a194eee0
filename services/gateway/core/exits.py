"""Exits stand where exits can: the profit beyond the entry's price, the loss behind it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from services.gateway.core.legs import exit_side
from services.gateway.core.numbers import plain
from services.gateway.core.problems import unprocessable
from shared.events.market import QuoteUpdated
from shared.instruments import Instrument
from shared.types import Leg, Order, OrderClass, OrderType, Side

LEAST = Decimal("0.01")
"""How far an exit is from the price of its entry at least."""


def check_places(order: Order, instrument: Instrument, quotes: Mapping[str, QuoteUpdated]) -> None:
    """Raises Problem where an exit is on the wrong side. A trailing stop has no price yet."""
    if not order.legs:
        return
    profit, stop = take_profit(order), stop_loss(order)
    is_sell = exit_side(order) is Side.SELL
    if None not in (profit, stop) and not _is_beyond(profit, stop, is_sell):
        sign = ">" if is_sell else "<"
        raise unprocessable(f"take_profit.limit_price must be {sign} stop_loss.stop_price")
    base = None if order.order_class is OrderClass.OCO else base_price(order, instrument, quotes)
    if base is not None:
        _check_beyond("take_profit.limit_price", profit, base, is_above=is_sell)
        _check_beyond("stop_loss.stop_price", stop, base, is_above=not is_sell)


def _is_beyond(profit: Decimal | None, stop: Decimal | None, is_sell: bool) -> bool:
    assert profit is not None and stop is not None
    return profit > stop if is_sell else profit < stop


def _check_beyond(name: str, price: Decimal | None, base: Decimal, *, is_above: bool) -> None:
    if price is None or (price >= base + LEAST if is_above else price <= base - LEAST):
        return
    where = f">= base_price + {LEAST}" if is_above else f"<= base_price - {LEAST}"
    raise unprocessable(f"{name} must be {where}", base_price=plain(base))


def take_profit(order: Order) -> Decimal | None:
    """Where an order, or its take-profit, leaves with a profit."""
    if order.order_class is OrderClass.OCO:
        return order.limit_price
    legs = (leg.limit_price for leg in order.legs if leg.type is OrderType.LIMIT)
    return next(legs, None)


def stop_loss(order: Order) -> Decimal | None:
    """Where it leaves with a loss."""
    return next((leg.stop_price for leg in order.legs if _has_stop(leg)), None)


def _has_stop(leg: Leg) -> bool:
    return leg.stop_price is not None


def base_price(
    order: Order, instrument: Instrument, quotes: Mapping[str, QuoteUpdated]
) -> Decimal | None:
    """What the entry is likely to trade at: its own price, else the far side of the market; None
    where nobody can say.
    """
    own = order.stop_price if order.limit_price is None else order.limit_price
    quote = quotes.get(order.symbol)
    if own is not None or quote is None or quote.flags:
        return own
    far = quote.ask if order.side is Side.BUY else quote.bid
    return instrument.price(far) if far > 0 else None
