"""Instruments as bodies name them, and the steps of their prices and quantities."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from services.gateway.core.bodies import text
from services.gateway.core.numbers import plain
from services.gateway.core.problems import Problem, invalid, unprocessable
from shared.ids import derived_id
from shared.instruments import Instrument

PRICE_MAX = Decimal("1E9")
QUANTITY_MAX = Decimal("1E12")
FRACTION = Decimal("1E-9")
"""The smallest step of a quantity where the instrument is fractionable."""


@lru_cache(maxsize=65_536)
def asset_id(symbol: str) -> str:
    """The id of an instrument: the same in every stack."""
    return derived_id("asset", symbol)


def find(named: str, instruments: Mapping[str, Instrument]) -> Instrument | None:
    """The instrument with that symbol or asset id."""
    found = instruments.get(named) or instruments.get(named.upper())
    if found is not None:
        return found
    wanted = named.lower()
    return next((one for one in instruments.values() if asset_id(one.symbol) == wanted), None)


def named_instrument(named: str | None, instruments: Mapping[str, Instrument]) -> Instrument:
    """The instrument that an order is for. Raises Problem."""
    if not named:
        raise invalid("symbol is required")
    found = find(named, instruments)
    if found is None:
        raise unprocessable(f'asset "{text(named, "symbol", 64)}" not found')
    if not found.tradable:
        raise unprocessable(f'asset "{found.symbol}" is not tradable')
    return found


def step(instrument: Instrument) -> Decimal:
    """The smallest step of a quantity."""
    return min(instrument.lot, FRACTION) if instrument.fractionable else instrument.lot


def check_quantity(name: str, quantity: Decimal, instrument: Instrument) -> None:
    """Raises Problem where a quantity is absurd or not on the instrument's step."""
    if quantity > QUANTITY_MAX:
        raise invalid(f"{name} must be at most {QUANTITY_MAX:f}")
    smallest = step(instrument)
    if quantity % smallest:
        words = "the lot is" if smallest == instrument.lot else "the smallest step is"
        raise unprocessable(f"invalid {name} {plain(quantity)}: {words} {smallest:f}")


def check_price(name: str, price: Decimal | None, instrument: Instrument) -> None:
    """Raises Problem where a price is absurd or not on the instrument's tick."""
    if price is None:
        return
    if price > PRICE_MAX:
        raise invalid(f"{name} must be at most {PRICE_MAX:f}")
    if price % instrument.tick:
        raise sub_penny(name, price)


def sub_penny(name: str, price: Decimal) -> Problem:
    """The text that clients know."""
    rule = "sub-penny increment does not fulfill minimum pricing criteria"
    return unprocessable(f"invalid {name} {plain(price)}. {rule}")
