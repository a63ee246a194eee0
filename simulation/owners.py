"""Who trades: accounts of several firms, and the limits that each begins with."""

from __future__ import annotations

from typing import NamedTuple

from shared.types import AccountType

OFF = "off"
LIMITS = {
    **dict.fromkeys(
        [
            "order_notional_max",
            "position_notional_max",
            "position_equity_pct_max",
            "gross_exposure_max",
            "net_exposure_max",
            "leverage_max",
            "sector_equity_pct_max",
            "executions_per_minute_max",
            "daily_loss_pct_max",
            "drawdown_pct_max",
            "position_loss_pct_max",
            "loss_streak_max",
            "reject_rate_pct_max",
            "daily_orders_max",
            "cancel_ratio_max",
            "repeat_window_ms",
            "slippage_budget_bps_max",
            "orders_per_second_max",
        ],
        OFF,
    ),
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
