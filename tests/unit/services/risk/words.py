"""Instruments, prices, classes of limits and small builders for tests of risk."""

from __future__ import annotations

import os
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from shared.instruments import Instrument
from shared.types import ZERO, Order, OrderState, OrderStatus, OrderType, Time, Violation
from tests.builders import NOON

IS_DEEP = os.environ.get("PLIMSOLL_DEEP") == "1"
ROOT = Path(__file__).parents[4]
CLASSES = tomllib.loads((ROOT / "deploy" / "config" / "limits.toml").read_text())
INSTRUMENTS = {
    "AIG": Instrument(symbol="AIG"),
    "IBM": Instrument(symbol="IBM"),
    "FIX": Instrument(symbol="FIX", shortable=False),
    "OLD": Instrument(symbol="OLD", tradable=False),
    "EUX": Instrument(symbol="EUX", currency="EUR"),
    "FUT": Instrument(symbol="FUT", multiplier=Decimal(50)),
    "PIE": Instrument(symbol="PIE", fractionable=True),
}
PRICES = {"AIG": (100.0, 100.1), "IBM": (50.0, 50.05), "PIE": (9.9, 10.0)}
D = Decimal


def limit(price: str, **fields: Any) -> dict[str, Any]:
    """The fields of a limit order."""
    return {"type": OrderType.LIMIT, "limit_price": D(price), **fields}


def codes(violations: tuple[Violation, ...]) -> list[str]:
    """The codes of violations, in their order."""
    return [violation.code for violation in violations]


def examples(few: int) -> int:
    """How many examples a property gets: twenty times as many in the deep run."""
    return few * 20 if IS_DEEP else few


def state_of(asked: Order, status: OrderStatus, cum: Decimal = ZERO) -> OrderState:
    """An order as OMS tells it."""
    ended = status in (OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.REPLACED)
    return OrderState(
        order=asked,
        status=status,
        cum_quantity=cum,
        leaves_quantity=ZERO if ended else asked.quantity - cum,
        average_price=ZERO,
        created_at=Time(NOON),
        submitted_at=Time(NOON),
        updated_at=Time(NOON),
    )
