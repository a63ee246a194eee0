"""How much of each limit is used, where one valuation of the account says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from services.gateway.core.numbers import plain
from services.gateway.core.sheet import Sheet
from shared.types import ZERO

OFF = "off"
HUNDRED = Decimal(100)
PLACES = Decimal("0.01")


def gross(sheet: Sheet) -> Decimal:
    """Gross exposure without what works."""
    return sheet.long_value - sheet.short_value


def _leverage(sheet: Sheet) -> Decimal | None:
    return (gross(sheet) / sheet.equity).quantize(Decimal("0.0001")) if sheet.equity > 0 else None


def _loss(sheet: Sheet) -> Decimal:
    return max(sheet.day_start_equity + sheet.day_flows - sheet.equity, ZERO)


def _loss_pct(sheet: Sheet) -> Decimal | None:
    base = sheet.day_start_equity + sheet.day_flows
    return (_loss(sheet) / base * HUNDRED).quantize(Decimal("0.0001")) if base > 0 else None


def _largest(sheet: Sheet, name: str) -> Decimal:
    return max((abs(getattr(one, name)) for one in sheet.positions), default=ZERO)


USES: dict[str, Callable[[Sheet], Decimal | None]] = {
    "position_quantity_max": lambda sheet: _largest(sheet, "quantity"),
    "position_notional_max": lambda sheet: _largest(sheet, "market_value"),
    "gross_exposure_max": gross,
    "leverage_max": _leverage,
    "open_orders_max": lambda sheet: Decimal(sum(one.count for one in sheet.working)),
    "daily_loss_max": _loss,
    "daily_loss_pct_max": _loss_pct,
}


def use_of(values: Mapping[str, str], sheet: Sheet) -> list[dict[str, Any]]:
    """Each limit: its name, what it is, how much is used, and that in per cent of it."""
    return [_use(name, limit, sheet) for name, limit in sorted(values.items())]


def _use(name: str, limit: str, sheet: Sheet) -> dict[str, Any]:
    measure = USES.get(name)
    value = None if measure is None else measure(sheet)
    share = None
    if value is not None and limit != OFF and Decimal(limit) > 0:
        share = plain((value / Decimal(limit) * HUNDRED).quantize(PLACES))
    shown = None if value is None else plain(value)
    return {"name": name, "limit": limit, "value": shown, "use_pct": share}
