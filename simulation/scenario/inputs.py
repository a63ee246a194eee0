"""The messages that OMS would hear for each input of a scenario: what risk, gateway, broker link
and clock say. Every message has its number in its topic, as their rooms give it.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import msgspec

from shared.commands import CancelOrder
from shared.events.market import ClockAdvanced
from shared.events.risk import OrderApproved, OrderDenied, ReplaceApproved, ReplaceDenied
from shared.events.venue import ReportKind, VenueReport
from shared.messages import Message
from shared.topics import MARKET_CLOCK, OMS_INBOX, RISK_DECISIONS, VENUE_PAPER_REPORTS
from shared.types import (
    Execution,
    Order,
    OrderType,
    Side,
    Time,
    TimeInForce,
    Violation,
)

BEGINS = Time.parse("2013-10-09T16:00:00Z")

SYMBOL, FIRM, ACCOUNT = "SCN", "firm-1", "account-1"
WHOSE = {"firm_id": FIRM, "account_id": ACCOUNT}
TIMEOUT_US = 11_000_000
"""Longer than OMS waits for an answer of a venue."""
EXPIRES = BEGINS.plus(30 * 86_400 * 1_000_000)
KINDS = {
    "ack": ReportKind.ACCEPTED,
    "reject": ReportKind.REJECTED,
    "pend": ReportKind.PENDING,
    "canceled": ReportKind.CANCELED,
    "replaced": ReportKind.REPLACED,
    "dfd": ReportKind.DONE_FOR_DAY,
    "expired": ReportKind.EXPIRED,
    "suspended": ReportKind.SUSPENDED,
    "restated": ReportKind.RESTATED,
    "fill": ReportKind.FILLED,
    "bust": ReportKind.BUSTED,
    "correct": ReportKind.CORRECTED,
}


class Told(NamedTuple):
    """A message and the topic that it comes on."""

    topic: str
    message: Message


def number(value: object) -> Decimal:
    """The decimal that is written."""
    try:
        return value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r} is no number") from None


class Rooms:
    """The other rooms, as OMS hears them, in one scenario."""

    def __init__(self) -> None:
        self.at = BEGINS
        self._seq: dict[str, int] = defaultdict(int)

    def _told(self, topic: str, of: Any, /, **fields: Any) -> Told:
        self._seq[topic] += 1
        stamp = {"at": self.at, "market_at": self.at, "seq": self._seq[topic]}
        return Told(topic, of(**stamp, **fields))

    def approved(self, order: Order) -> Told:
        """Risk approves an order."""
        return self._told(RISK_DECISIONS, OrderApproved, **WHOSE, cause=order.order_id, order=order)

    def denied(self, order: Order, reason: str) -> Told:
        """Risk denies an order."""
        why = (Violation(code=reason),)
        return self._told(
            RISK_DECISIONS, OrderDenied, **WHOSE, cause=order.order_id, order=order, violations=why
        )

    def replace_approved(self, order: Order) -> Told:
        """Risk approves a replace."""
        return self._told(
            RISK_DECISIONS, ReplaceApproved, **WHOSE, cause=order.order_id, order=order
        )

    def replace_denied(self, order_id: str, request_id: str, reason: str) -> Told:
        """Risk denies a replace."""
        why = (Violation(code=reason),)
        fields = {"cause": request_id, "order": None, "order_id": order_id, "violations": why}
        return self._told(RISK_DECISIONS, ReplaceDenied, **WHOSE, **fields)

    def cancel(self, order_id: str, request_id: str) -> Told:
        """The client wants an order canceled."""
        return Told(
            OMS_INBOX,
            CancelOrder(
                at=self.at,
                market_at=self.at,
                command_id=request_id,
                actor="client",
                order_id=order_id,
                **WHOSE,
            ),
        )

    def report(self, kind: ReportKind, order_id: str, **fields: Any) -> Told:
        """The link says what the broker said."""
        named = {"link": "paper", "kind": kind, "order_id": order_id}
        return self._told(VENUE_PAPER_REPORTS, VenueReport, **WHOSE, **named, **fields)

    def clock(self) -> Told:
        """A broker has been silent for too long."""
        self.at = self.at.plus(TIMEOUT_US)
        return self._told(
            MARKET_CLOCK,
            ClockAdvanced,
            market_time=self.at,
            wall_time=self.at,
            is_open=True,
            session="2013-10-09",
            next_open=Time.parse("2013-10-10T13:30:00Z"),
            next_close=Time.parse("2013-10-09T20:00:00Z"),
        )


def order(order_id: str, client_id: str, what: dict[str, Any]) -> Order:
    """The order that a client submits: a buy, at the market unless it gives a price."""
    tif = TimeInForce(what.get("tif", "day"))
    limit = number(what["px"]) if "px" in what else None
    return Order(
        order_id=order_id,
        client_order_id=client_id,
        symbol=SYMBOL,
        side=Side.BUY,
        quantity=number(what["qty"]),
        type=OrderType.MARKET if limit is None else OrderType.LIMIT,
        limit_price=limit,
        time_in_force=tif,
        expires_at=EXPIRES if tif is TimeInForce.GTD else None,
        actor="client",
        chain_id=order_id,
        **WHOSE,
    )


def replacing(old: Order, order_id: str, client_id: str, what: dict[str, Any]) -> Order:
    """The order that is to stand in the place of another."""
    changes: dict[str, Any] = {"order_id": order_id, "client_order_id": client_id}
    changes |= {"replaces": old.order_id, "chain_id": old.chain_id or old.order_id}
    if "qty" in what:
        changes["quantity"] = number(what["qty"])
    if "px" in what:
        changes |= {"limit_price": number(what["px"]), "type": OrderType.LIMIT}
    return msgspec.structs.replace(old, **changes)


def execution(what: dict[str, Any], order_id: str, at: Time) -> Execution:
    """A fill, a correction, or (without numbers) a bust."""
    return Execution(
        execution_id=str(what["e"]),
        order_id=order_id,
        account_id=ACCOUNT,
        symbol=SYMBOL,
        side=Side.BUY,
        quantity=number(what.get("q", 0)),
        price=number(what.get("p", 0)),
        transact_at=at,
        execution_ref=None if "ref" not in what else str(what["ref"]),
    )
