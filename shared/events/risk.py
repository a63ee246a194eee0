"""The voice of risk: `risk.decisions` (what others obey) and `risk.events` (for people)."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from shared.messages import Event
from shared.types import Order, OrderState, Scope, Time, TradingState, Violation


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """The one live quote a decision looked at, and the versions of what else it used."""

    bid: float | None = None
    ask: float | None = None
    quote_at: Time | None = None
    reference: Decimal | None = None
    worst_notional: Decimal | None = None
    buying_power: Decimal | None = None
    limits_version: int = 0


class OrderApproved(Event, frozen=True, kw_only=True, tag=True):
    """Risk approved the whole order. `exit`: it was verified as reducing the position."""

    order: Order
    exit: bool = False
    evidence: Evidence = Evidence()


class OrderDenied(Event, frozen=True, kw_only=True, tag=True):
    """Risk refused the order; it will not reach a venue. `violations` lists every failed check,
    in CHECKS order.

    OMS repeats it on `oms.orders` with the `state` it recorded; there the client waits for it.
    """

    order: Order
    violations: tuple[Violation, ...]
    evidence: Evidence = Evidence()
    state: OrderState | None = None


class ReplaceApproved(Event, frozen=True, kw_only=True, tag=True):
    """Risk approved the order that is to replace `order.replaces`."""

    order: Order
    exit: bool = False
    evidence: Evidence = Evidence()


class ReplaceDenied(Event, frozen=True, kw_only=True, tag=True):
    """Risk refused a replace; the old order lives on."""

    order: Order | None
    order_id: str
    violations: tuple[Violation, ...]


class CancelRequested(Event, frozen=True, kw_only=True, tag=True):
    """Risk asks OMS to cancel a working order (a halt with cancel, a breaker)."""

    order_id: str
    reason: str


class TradingStateChanged(Event, frozen=True, kw_only=True, tag=True):
    """The trading state of a scope changed; `by` is manual or a breaker's name."""

    scope: Scope
    state: TradingState
    reason: str
    actor: str
    by: str = "manual"
    expires_at: Time | None = None


class WithdrawalApproved(Event, frozen=True, kw_only=True, tag=True):
    """Risk approved taking cash out; portfolio books it."""

    amount: Decimal
    currency: str
    actor: str


class WithdrawalDenied(Event, frozen=True, kw_only=True, tag=True):
    """Risk refused taking cash out."""

    amount: Decimal
    currency: str
    violations: tuple[Violation, ...]


class LimitsChanged(Event, frozen=True, kw_only=True, tag=True):
    """Limits of a scope are in force at `version`; `values` holds all of them."""

    scope: Scope
    version: int
    values: dict[str, str]
    changed: dict[str, str]
    actor: str
    reason: str


class BreakerTripped(Event, frozen=True, kw_only=True, tag=True):
    """A breaker tripped and is latched until a named person re-arms it."""

    breaker: str
    scope: Scope
    limit: Decimal
    value: Decimal
    action: str


class RearmOffered(Event, frozen=True, kw_only=True, tag=True):
    """The first step of a re-arm: the numbers, and a token valid for five minutes."""

    breaker: str
    token: str
    limit: Decimal
    value: Decimal
    tripped_at: Time
    expires_at: Time


class BreakerRearmed(Event, frozen=True, kw_only=True, tag=True):
    """A named person re-armed a breaker."""

    breaker: str
    scope: Scope
    actor: str
    reason: str


class LimitWarned(Event, frozen=True, kw_only=True, tag=True):
    """A limit's use passed 80 %."""

    limit_name: str
    scope: Scope
    limit: Decimal
    value: Decimal


class AlertRaised(Event, frozen=True, kw_only=True, tag=True):
    """Something a person must look at."""

    code: str
    scope: Scope
    text: str
    value: str | None = None


class CommandRefused(Event, frozen=True, kw_only=True, tag=True):
    """A command that a room did not carry out, and why. Any room may say it, on its own voice."""

    command_id: str
    code: str
    text: str
