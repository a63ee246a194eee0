"""Telemetry of portfolio: `equity` and `exposure` points of every valuation."""

from __future__ import annotations

from shared.events.portfolio import AccountValued
from shared.messages import Message
from shared.telemetry import tags


def points(message: Message) -> list[str]:
    """Lines of measurements `equity` and `exposure` (tags firm, account) at the valuation's wall
    time.
    """
    if not isinstance(message, AccountValued):
        return []
    named = {"firm": message.firm_id, "account": message.account_id}
    at = int(message.at) * 1000
    equity = (
        f"equity={message.equity},cash={message.cash},unrealised={message.unrealised},"
        f"realised={message.realised},fees={message.fees},peak={message.peak_equity}"
    )
    gross = message.long_value - message.short_value
    net = message.long_value + message.short_value
    exposure = f"gross={gross},net={net},long={message.long_value},short={message.short_value}"
    return [
        f"{tags('equity', **named)} {equity} {at}",
        f"{tags('exposure', **named)} {exposure} {at}",
    ]
