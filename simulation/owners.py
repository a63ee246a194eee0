"""Who trades: accounts of several firms, and the limits that each begins with."""

from __future__ import annotations

from typing import NamedTuple

from services.risk.core.limits import NAMES, OFF
from shared.types import AccountType

LIMITS = {
    **dict.fromkeys(NAMES, OFF),
    "order_quantity_max": "400",
    "price_collar_pct": "50",
    "position_quantity_max": "500",
    "open_orders_max": "12",
    "daily_loss_max": "400",
    "daily_loss_action": "halt",
    "quote_age_ms_max": "3000",
    "valuation_age_ms_max": "3000",
    "command_age_ms_max": "2000",
    "room_silence_ms_max": "3000",
}
LIMIT_CHANGES = (
    {"position_quantity_max": "100"},
    {"position_quantity_max": "500"},
    {"open_orders_max": "3"},
    {"open_orders_max": "12"},
    {"order_quantity_max": "60"},
    {"order_quantity_max": "400"},
    {"leverage_max": "-1"},
)
"""What limits are changed to while orders are under way."""


class Owner(NamedTuple):
    """An account of a firm."""

    account_id: str
    firm_id: str
    type: AccountType


OWNERS = (
    Owner("account-a", "firm-1", AccountType.MARGIN),
    Owner("account-b", "firm-1", AccountType.CASH),
    Owner("account-c", "firm-2", AccountType.CASH),
    Owner("account-d", "firm-3", AccountType.MARGIN),
    Owner("account-e", "firm-4", AccountType.CASH),
)
