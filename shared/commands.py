"""Every command there is, and the struct of each. One room's inbox carries each of them."""

from __future__ import annotations

from decimal import Decimal

from shared.messages import Command
from shared.types import AccountType, Order, Scope, Time, TimeInForce, TradingState


class SubmitOrder(Command, frozen=True, kw_only=True, tag=True):
    """Judge this order. `order.order_id` equals `command_id`."""

    order: Order


class ReplaceOrder(Command, frozen=True, kw_only=True, tag=True):
    """Judge a change of a live order; None leaves a field as it is. The new order's id is
    `command_id`.
    """

    order_id: str
    quantity: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trail: Decimal | None = None
    time_in_force: TimeInForce | None = None
    client_order_id: str | None = None


class Withdraw(Command, frozen=True, kw_only=True, tag=True):
    """Take cash out; new risk, so the gate judges it."""

    amount: Decimal
    currency: str = "USD"


class SetLimits(Command, frozen=True, kw_only=True, tag=True):
    """Change named limits of a scope. A value is a number as text, `off`, or a word where the
    limit is an action.
    """

    scope: Scope
    values: dict[str, str]
    reason: str


class HaltTrading(Command, frozen=True, kw_only=True, tag=True):
    """Set a scope to REDUCING or HALTED; with `cancel`, cancel its working orders too."""

    scope: Scope
    reason: str
    state: TradingState = TradingState.HALTED
    cancel: bool = False
    expires_at: Time | None = None


class ResumeTrading(Command, frozen=True, kw_only=True, tag=True):
    """Take a manual halt off a scope. A latched breaker stays."""

    scope: Scope
    reason: str


class RearmBreaker(Command, frozen=True, kw_only=True, tag=True):
    """Re-arm a tripped breaker: without a token, ask for the numbers and one; with it, confirm."""

    breaker: str
    reason: str = ""
    token: str | None = None


class CancelOrder(Command, frozen=True, kw_only=True, tag=True):
    """Cancel an order. Needs no judgement; never refused because risk is busy."""

    order_id: str


class OpenAccount(Command, frozen=True, kw_only=True, tag=True):
    """Open a trading account with cash as its first journal entry (0 allowed)."""

    name: str
    cash: Decimal
    account_type: AccountType = AccountType.MARGIN
    currency: str = "USD"
    venue: str = "paper"


class Deposit(Command, frozen=True, kw_only=True, tag=True):
    """Put cash in."""

    amount: Decimal
    currency: str = "USD"


class ReleaseAccount(Command, frozen=True, kw_only=True, tag=True):
    """Feed an account's quarantined messages to `room` again, in order."""

    room: str
