"""How a failed check is told: its code, its scope, the numbers, a text."""

from __future__ import annotations

from decimal import Decimal

from services.risk.core.codes import VIOLATIONS
from shared.types import Order, Violation, normal

Number = Decimal | int | str | None


def number_text(value: Number) -> str | None:
    """A number as people and programs read it: plain, without trailing zeros."""
    if value is None:
        return None
    text = str(value)
    if not isinstance(value, Decimal):
        return text
    if "E" in text:
        return f"{normal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def account_key(account_id: str) -> str:
    """The key of an account's scope."""
    return f"account::{account_id}"


def violation(
    code: str,
    order: Order,
    *,
    limit: Number = None,
    value: Number = None,
    projected: Number = None,
    message: str = "",
    scope: str = "",
) -> Violation:
    """A violation of this order; its scope is the account where none is named."""
    return Violation(
        code=code,
        scope=scope or account_key(order.account_id),
        limit=number_text(limit),
        value=number_text(value),
        projected=number_text(projected),
        message=message or VIOLATIONS[code],
    )
