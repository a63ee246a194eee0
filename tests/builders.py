"""Builders of messages and rows with sensible values, for tests to change what they are about."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from shared.commands import SubmitOrder
from shared.events.risk import OrderApproved
from shared.types import Account, AccountType, Order, OrderType, Side, Time, TimeInForce

NOON = Time.parse("2013-10-09T16:00:00Z")
ACCOUNT = "11111111-1111-4111-8111-111111111111"
FIRM = "firm-1"


def order(order_id: str = "order-1", **fields: Any) -> Order:
    """A market buy of 100 AIG, day."""
    values: dict[str, Any] = {
        "account_id": ACCOUNT,
        "firm_id": FIRM,
        "client_order_id": f"client-{order_id}",
        "symbol": "AIG",
        "side": Side.BUY,
        "quantity": Decimal(100),
        "type": OrderType.MARKET,
        "time_in_force": TimeInForce.DAY,
        "actor": "ada",
        "chain_id": order_id,
    }
    return Order(order_id=order_id, **{**values, **fields})


def submit(order_id: str = "order-1", at: Time = NOON, **fields: Any) -> SubmitOrder:
    """The command that submits `order(order_id)`."""
    return SubmitOrder(
        at=at,
        market_at=at,
        command_id=order_id,
        actor="ada",
        firm_id=FIRM,
        account_id=fields.get("account_id", ACCOUNT),
        order=order(order_id, **fields),
    )


def approved(seq: int, order_id: str = "order-1", at: Time = NOON, **fields: Any) -> OrderApproved:
    """Risk's approval of `order(order_id)`, number `seq` on risk.decisions."""
    return OrderApproved(
        at=at,
        market_at=at,
        seq=seq,
        cause=order_id,
        firm_id=FIRM,
        account_id=fields.get("account_id", ACCOUNT),
        order=order(order_id, **fields),
    )


def account(account_id: str = ACCOUNT, **fields: Any) -> Account:
    """A margin account in USD."""
    values: dict[str, Any] = {
        "firm_id": FIRM,
        "name": "test",
        "type": AccountType.MARGIN,
        "opened_at": NOON,
    }
    return Account(account_id=account_id, **{**values, **fields})
