"""Telemetry of portfolio: one `equity` and one `exposure` point for every valuation."""

from __future__ import annotations

from shared.events.portfolio import AccountValued
from shared.messages import Message
from shared.telemetry import tags


def points(message: Message) -> list[str]:
    """Lines of measurements `equity` and `exposure` (tags firm, account) at the valuation's wall
    time, so that a replay of 2013 is seen while it runs.
    """
    if not isinstance(message, AccountValued):
        return []
    named = {"firm": message.firm_id, "account": message.account_id}
    at = int(message.at) * 1000
    return [
        f"{tags('equity', **named)} {_equity(message)} {at}",
        f"{tags('exposure', **named)} {_exposure(message)} {at}",
    ]


def _equity(valued: AccountValued) -> str:
    day_profit = valued.equity - valued.day_start_equity - valued.day_flows
    return (
        f"equity={valued.equity},cash={valued.cash},unrealised={valued.unrealised},"
        f"realised={valued.realised},fees={valued.fees},peak={valued.peak_equity},"
        f"drawdown={valued.peak_equity - valued.equity},day_profit={day_profit},"
        f"complete={'true' if valued.complete else 'false'}"
    )


def _exposure(valued: AccountValued) -> str:
    gross = valued.long_value - valued.short_value
    net = valued.long_value + valued.short_value
    return (
        f"gross={gross},net={net},long={valued.long_value},short={valued.short_value},"
        f"positions={len(valued.positions)}i"
    )
