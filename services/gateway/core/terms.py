"""Which prices each type of order needs, and which it has no use for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from services.gateway.core.instruments import check_price
from services.gateway.core.numbers import positive
from services.gateway.core.problems import invalid
from shared.instruments import Instrument
from shared.types import OrderType

NEEDED: dict[OrderType, tuple[str, ...]] = {
    OrderType.MARKET: (),
    OrderType.LIMIT: ("limit_price",),
    OrderType.STOP: ("stop_price",),
    OrderType.STOP_LIMIT: ("stop_price", "limit_price"),
    OrderType.TRAILING_STOP: (),
    OrderType.MARKET_IF_TOUCHED: ("stop_price",),
    OrderType.LIMIT_IF_TOUCHED: ("stop_price", "limit_price"),
}
"""A trailing stop has one of TRAILS. `stop_price` of a touched order is its trigger."""
TRAILS = ("trail_price", "trail_percent")
WORDS = {"limit_price": "limit price", "stop_price": "stop price"}
PERCENT_MAX = Decimal(100)
PERCENT_STEP = Decimal("0.0001")


class Prices(msgspec.Struct, frozen=True, kw_only=True):
    """The prices of an order or of a leg."""

    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail_price: Decimal | None = None
    trail_percent: Decimal | None = None


FIELDS = Prices.__struct_fields__


def prices_in(body: Any, of: str = "") -> Prices:
    """The prices that a body has, each above zero; `of` comes before their names in texts. Raises
    Problem.
    """
    found = {}
    for name in FIELDS:
        said = "" if of or name not in WORDS else f"{WORDS[name]} must be > 0"
        found[name] = positive(getattr(body, name), f"{of}{name}", said)
    return Prices(**found)


def check_prices(kind: OrderType, prices: Prices, instrument: Instrument, of: str = "") -> None:
    """Raises Problem where a price is missing, not wanted, absurd or off the tick."""
    if kind is OrderType.MARKET and (prices.limit_price or prices.stop_price):
        raise invalid("market orders require no stop or limit price")
    for name in FIELDS:
        price = getattr(prices, name)
        if price is None:
            if name in NEEDED[kind]:
                raise invalid(f"{kind} orders require a {WORDS[name]}")
        elif not takes(kind, name):
            raise invalid(f"{kind} orders require no {WORDS.get(name, name)}")
        elif name == "trail_percent":
            check_percent(f"{of}{name}", price)
        else:
            check_price(f"{of}{name}", price, instrument)
    if kind is OrderType.TRAILING_STOP:
        check_trail(prices)


def takes(kind: OrderType, name: str) -> bool:
    """Whether orders of that type have that price."""
    return name in (TRAILS if kind is OrderType.TRAILING_STOP else NEEDED[kind])


def check_percent(name: str, percent: Decimal) -> None:
    """Raises Problem where a trail would be as large as its price, or is finer than its step."""
    if percent >= PERCENT_MAX:
        raise invalid(f"{name} must be < {PERCENT_MAX}")
    if percent % PERCENT_STEP:
        raise invalid(f"{name} must be in steps of {PERCENT_STEP}")


def check_trail(prices: Prices) -> None:
    """Raises Problem unless there is one trail."""
    if prices.trail_price is None and prices.trail_percent is None:
        raise invalid("trailing_stop orders require a trail_price or a trail_percent")
    if prices.trail_price is not None and prices.trail_percent is not None:
        raise invalid("only one of trail_price or trail_percent is accepted")
