"""Every kind of order: the body of its POST without a quantity, and what its order then has."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from shared.types import Algorithm, OrderType, Time, TimeInForce
from tests.builders import NOON

LATER = Time.parse("2013-10-09T17:00:00Z")
MARKET: dict[str, Any] = {"symbol": "AIG", "side": "buy", "type": "market", "time_in_force": "day"}


def priced(kind: str, **prices: str) -> dict[str, Any]:
    return {**MARKET, "type": kind, **prices}


# What both formats have: the body without its quantity, and what it makes of a market order.
BOTH: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "market": (MARKET, {}),
    "limit": (
        {**priced("limit", limit_price="49.50"), "time_in_force": "gtc", "extended_hours": True},
        {
            "type": OrderType.LIMIT,
            "limit_price": Decimal("49.5"),
            "time_in_force": TimeInForce.GTC,
            "extended_hours": True,
        },
    ),
    "stop": (
        priced("stop", stop_price="50"),
        {"type": OrderType.STOP, "stop_price": Decimal(50)},
    ),
    "stop_limit": (
        priced("stop_limit", stop_price="50", limit_price="50.1"),
        {
            "type": OrderType.STOP_LIMIT,
            "stop_price": Decimal(50),
            "limit_price": Decimal("50.1"),
        },
    ),
    "trailing_stop": (
        priced("trailing_stop", trail_price="1.50"),
        {"type": OrderType.TRAILING_STOP, "trail_price": Decimal("1.5")},
    ),
    "trailing_stop in per cent": (
        priced("trailing_stop", trail_percent="2.5"),
        {"type": OrderType.TRAILING_STOP, "trail_percent": Decimal("2.5")},
    ),
    "ioc": ({**MARKET, "time_in_force": "ioc"}, {"time_in_force": TimeInForce.IOC}),
    "fok": ({**MARKET, "time_in_force": "fok"}, {"time_in_force": TimeInForce.FOK}),
    "opg": ({**MARKET, "time_in_force": "opg"}, {"time_in_force": TimeInForce.OPG}),
    "cls": ({**MARKET, "time_in_force": "cls"}, {"time_in_force": TimeInForce.CLS}),
}
# What only our own format has.
OURS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "market_if_touched": (
        priced("market_if_touched", stop_price="49"),
        {"type": OrderType.MARKET_IF_TOUCHED, "stop_price": Decimal(49)},
    ),
    "limit_if_touched": (
        priced("limit_if_touched", stop_price="49", limit_price="49.1"),
        {
            "type": OrderType.LIMIT_IF_TOUCHED,
            "stop_price": Decimal(49),
            "limit_price": Decimal("49.1"),
        },
    ),
    "gtd": (
        {**MARKET, "time_in_force": "gtd", "expires_at": "2013-10-09T13:00:00-04:00"},
        {"time_in_force": TimeInForce.GTD, "expires_at": LATER},
    ),
    "an iceberg that only rests and only reduces": (
        {
            **priced("limit", limit_price="49.5"),
            "post_only": True,
            "reduce_only": True,
            "display_quantity": "1",
            "strategy": "mean",
        },
        {
            "type": OrderType.LIMIT,
            "limit_price": Decimal("49.5"),
            "post_only": True,
            "reduce_only": True,
            "display_quantity": Decimal(1),
            "strategy": "mean",
        },
    ),
    "twap": (
        {**MARKET, "algorithm": {"name": "twap", "ends_at": str(LATER), "bins": 4}},
        {"algorithm": Algorithm(name="twap", starts_at=NOON, ends_at=LATER, bins=4)},
    ),
    "vwap": (
        {
            **MARKET,
            "algorithm": {
                "name": "vwap",
                "starts_at": "2013-10-09T16:30:00Z",
                "ends_at": str(LATER),
                "curve": ["3", 1.5],
            },
        },
        {
            "algorithm": Algorithm(
                name="vwap",
                starts_at=Time.parse("2013-10-09T16:30:00Z"),
                ends_at=LATER,
                bins=2,
                curve=(Decimal(3), Decimal("1.5")),
            )
        },
    ),
    "pov": (
        {**MARKET, "algorithm": {"name": "pov", "ends_at": str(LATER), "rate": "0.1"}},
        {"algorithm": Algorithm(name="pov", starts_at=NOON, ends_at=LATER, rate=Decimal("0.1"))},
    ),
}
