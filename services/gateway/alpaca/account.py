"""An account and its positions in Alpaca's words, all from one valuation."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.gateway.alpaca.orders import US_EQUITY, exchange
from services.gateway.core.instruments import asset_id
from services.gateway.core.numbers import plain, plain_or_none
from services.gateway.core.sheet import Held, Sheet
from shared.instruments import Instrument
from shared.types import ZERO

RATIO = Decimal("0.00000001")
CENT = Decimal("0.01")


def account(sheet: Sheet) -> dict[str, Any]:
    """A TradeAccount object. Margin is what the gate asks for: gross exposure by the multiplier."""
    gross = sheet.long_value - sheet.short_value
    is_cash = sheet.type == "cash"
    multiplier = Decimal(1) if is_cash else sheet.multiplier
    margin = plain((gross / multiplier).quantize(CENT))
    power = plain(max(sheet.buying_power, ZERO))
    return {
        "id": sheet.account_id,
        "account_number": sheet.account_id.replace("-", "")[:12].upper(),
        "status": "ACTIVE",
        "currency": sheet.currency,
        "cash": plain(sheet.cash),
        "equity": plain(sheet.equity),
        "last_equity": plain(sheet.day_start_equity),
        "portfolio_value": plain(sheet.equity),
        "buying_power": power,
        "regt_buying_power": power,
        "non_marginable_buying_power": plain(max(min(sheet.cash, sheet.buying_power), ZERO)),
        "long_market_value": plain(sheet.long_value),
        "short_market_value": plain(sheet.short_value),
        "initial_margin": margin,
        "maintenance_margin": margin,
        "last_maintenance_margin": margin,
        "sma": "0",
        "accrued_fees": plain(sheet.fees),
        "multiplier": plain(multiplier),
        "shorting_enabled": not is_cash,
        "trading_blocked": sheet.state == "halted",
        "transfers_blocked": False,
        "account_blocked": False,
        "trade_suspended_by_user": False,
        "created_at": str(sheet.opened_at),
        "crypto_status": "INACTIVE",
        "pending_transfer_out": plain(sheet.withdrawn),
        "balance_asof": str(sheet.valued_at)[:10],
    }


def positions(sheet: Sheet, instruments: Mapping[str, Instrument]) -> list[dict[str, Any]]:
    """Every Position object of an account."""
    return [position(held, sheet, instruments.get(held.symbol)) for held in sheet.positions]


def position(held: Held, sheet: Sheet, one: Instrument | None) -> dict[str, Any]:
    """A Position object; short: quantity, market value and cost below zero."""
    multiplier = Decimal(1) if one is None else one.multiplier
    last, price = held.lastday_price, held.price
    today = held.unrealised
    if last is not None and price is not None:
        today = held.quantity * (price - last) * multiplier
    base = held.cost_basis if last is None else held.quantity * last * multiplier
    return {
        "asset_id": asset_id(held.symbol),
        "symbol": held.symbol,
        "exchange": exchange(one),
        "asset_class": US_EQUITY,
        "asset_marginable": True,
        "avg_entry_price": plain(held.average_price),
        "qty": plain(held.quantity),
        "qty_available": plain(available(held, sheet)),
        "side": "long" if held.quantity > 0 else "short",
        "market_value": plain(held.market_value),
        "cost_basis": plain(held.cost_basis),
        "unrealized_pl": plain(held.unrealised),
        "unrealized_plpc": ratio(held.unrealised, held.cost_basis),
        "unrealized_intraday_pl": plain(today),
        "unrealized_intraday_plpc": ratio(today, base),
        "current_price": plain_or_none(price),
        "lastday_price": plain_or_none(last),
        "change_today": "0" if last is None or price is None else ratio(price - last, last),
    }


def available(held: Held, sheet: Sheet) -> Decimal:
    """What no working order of the other side holds, with the sign of the position."""
    other = "sell" if held.quantity > 0 else "buy"
    taken = sum(
        (w.quantity for w in sheet.working if (w.symbol, w.side) == (held.symbol, other)), ZERO
    )
    left = max(abs(held.quantity) - taken, ZERO)
    return left if held.quantity > 0 else -left


def ratio(part: Decimal, whole: Decimal) -> str:
    """A share as text; zero where there is nothing to divide by."""
    return plain((part / abs(whole)).quantize(RATIO)) if whole else "0"
