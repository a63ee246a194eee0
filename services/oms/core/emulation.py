"""Orders that OMS keeps because their venue has no such type: when do they trigger?

Theory of operation
-------------------
A kept order watches the ticks of its symbol from the moment it is kept on, in session hours (an
order with extended hours: always). A *stop* triggers when the market trades at its stop or beyond,
on the far side of where a patient order would stand: a buy at a print >= stop, a sell at a print
<= stop. An *if-touched* order triggers on the near side: a buy at a print <= its trigger, a sell at
a print >= it; a take-profit that waits for its entry is one at its limit price. Where nobody trades
there, a quote that leaves no doubt does as well: the whole spread on that side of the price.

A *trailing stop* follows the best print since it was kept (`hwm`: the highest for a sell, the
lowest for a buy; it begins at the first print, or at the bid of a sell, the ask of a buy); its stop
is hwm -/+ the trail, or the percentage of hwm, moved onto the tick away from the market, and never
moves back.

Once triggered, a stop is a market order and a stop limit a limit order (Alpaca and FIX OrdType 3,
4, J, P). What happened while no process of OMS ran is seen by the next tick only.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import isfinite
from typing import NamedTuple

from shared.events.market import TickBatch
from shared.instruments import Instrument
from shared.types import Order, OrderType, Side, Time, normal

STOPS = frozenset({OrderType.STOP, OrderType.STOP_LIMIT, OrderType.TRAILING_STOP})
TOUCHED = frozenset({OrderType.MARKET_IF_TOUCHED, OrderType.LIMIT_IF_TOUCHED})
NATIVE: dict[str, frozenset[OrderType]] = {
    "paper": frozenset({OrderType.MARKET, OrderType.LIMIT}),
}
"""Per link, the types that its venue has; all of them where a link is not named."""
HUNDRED = Decimal(100)


class Watch(NamedTuple):
    """What a kept order waits for: `price` is None for a trailing stop that has seen no price."""

    price: Decimal | None
    hwm: Decimal | None = None


class Seen(NamedTuple):
    """What a stretch of ticks did to a kept order; triggered_at: market time, None for not yet."""

    watch: Watch
    triggered_at: Time | None


def is_lacking(order: Order) -> bool:
    """Whether the venue of the order has no such type, so that OMS keeps it."""
    native = NATIVE.get(order.venue)
    return native is not None and order.type not in native


def first_watch(order: Order) -> Watch:
    """What an order waits for when it is kept."""
    if order.type is OrderType.TRAILING_STOP:
        return Watch(None)
    if order.type is OrderType.LIMIT:
        return Watch(order.limit_price)
    return Watch(order.stop_price)


def see(order: Order, watch: Watch, batch: TickBatch, since: Time, instrument: Instrument) -> Seen:
    """Let a stretch of ticks pass; those up to `since` are older than the order."""
    columns = zip(batch.time_us, batch.kind, batch.bid, batch.ask, strict=True)
    for time, kind, bid, ask in columns:
        if time <= since:
            continue
        low, high = (bid, bid) if kind == "t" else (bid, ask)
        if not (isfinite(low) and isfinite(high) and 0 < low <= high):
            continue
        bottom, top = instrument.price(low), instrument.price(high)
        if is_reached(order, watch.price, bottom, top):
            return Seen(watch, Time(time))
        if order.type is OrderType.TRAILING_STOP and (kind == "t" or watch.price is None):
            watch = _trailed(order, watch, bottom if order.side is Side.SELL else top, instrument)
    return Seen(watch, None)


def is_reached(order: Order, price: Decimal | None, bottom: Decimal, top: Decimal) -> bool:
    """Whether a market between `bottom` and `top` (equal: a print) is where the order waits for
    it.
    """
    if price is None:
        return False
    is_above = (order.side is Side.BUY) is (order.type in STOPS)
    return bottom >= price if is_above else top <= price


def trail_stop(order: Order, hwm: Decimal, instrument: Instrument) -> Decimal:
    """The stop that follows from the best price so far, on the tick away from the market."""
    percent = order.trail_percent
    distance = order.trail_price if percent is None else hwm * percent / HUNDRED
    assert distance is not None
    if order.side is Side.SELL:
        return _on_tick(hwm - distance, instrument.tick, ROUND_FLOOR)
    return _on_tick(hwm + distance, instrument.tick, ROUND_CEILING)


def _trailed(order: Order, watch: Watch, price: Decimal, instrument: Instrument) -> Watch:
    is_sell = order.side is Side.SELL
    if watch.hwm is not None:
        price = max(price, watch.hwm) if is_sell else min(price, watch.hwm)
        if price == watch.hwm and watch.price is not None:
            return watch
    stop = trail_stop(order, price, instrument)
    if watch.price is not None:
        stop = max(stop, watch.price) if is_sell else min(stop, watch.price)
    return Watch(stop, price)


def _on_tick(price: Decimal, tick: Decimal, rounding: str) -> Decimal:
    return normal((price / tick).quantize(Decimal(1), rounding=rounding) * tick)
