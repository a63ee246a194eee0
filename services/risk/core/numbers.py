"""An order's decimals in plain form: state lived must equal state loaded."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from shared.types import Algorithm, Leg, Order, normal

DECIMALS = (
    "quantity",
    "limit_price",
    "stop_price",
    "trail_price",
    "trail_percent",
    "notional",
    "display_quantity",
)
OF_LEG = DECIMALS[1:5]
Told = TypeVar("Told", Order, Leg, Algorithm)


def normalised(order: Order) -> Order:
    """The same order, every decimal in it without trailing zeros and without an exponent."""
    changes = _changed(order, DECIMALS)
    if order.legs:
        changes["legs"] = tuple(_replaced(leg, _changed(leg, OF_LEG)) for leg in order.legs)
    if order.algorithm is not None:
        changes["algorithm"] = _algorithm(order.algorithm)
    return _replaced(order, changes)


def _algorithm(algorithm: Algorithm) -> Algorithm:
    changes = _changed(algorithm, ("rate",))
    changes["curve"] = tuple(normal(volume) for volume in algorithm.curve)
    return _replaced(algorithm, changes)


def _changed(told: Told, names: tuple[str, ...]) -> dict[str, Any]:
    changes = {}
    for name in names:
        value = getattr(told, name)
        plain = None if value is None else normal(value)
        if plain is not value:
            changes[name] = plain
    return changes


def _replaced(told: Told, changes: dict[str, Any]) -> Told:
    return msgspec.structs.replace(told, **changes) if changes else told
