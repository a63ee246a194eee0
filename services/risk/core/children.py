"""Orders that an algorithm works: what their children take over is no longer their own.

The parent is judged as a whole and its row reserves what it has not handed out: its `cum_quantity`
is the sum over its children of the quantity of those that live and of what those have filled that
ended. So parent and children together reserve the parent's quantity exactly once, and what a child
did not fill returns to its parent. What OMS tells of the parent itself only says whether it lives.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from services.risk.core.rows import LiveOrderRow
from shared.types import ZERO, Order, normal

if TYPE_CHECKING:
    from services.risk.core.state import RiskState


def parent_of(order: Order, state: RiskState) -> LiveOrderRow | None:
    """The live order of an algorithm that this one is a child of."""
    if order.parent_id is None:
        return None
    row = state.live_orders.get(order.parent_id)
    return row if row is not None and row.body.algorithm is not None and not row.ended else None


def is_like(order: Order, parent: LiveOrderRow) -> bool:
    """Whether a child trades what its parent was approved for."""
    return (order.account_id, order.symbol, order.side, order.strategy) == (
        parent.account_id,
        parent.symbol,
        parent.side,
        parent.strategy,
    )


def left(parent: LiveOrderRow) -> Decimal:
    """What the parent has not handed out."""
    return max(parent.quantity - parent.cum_quantity, ZERO)


def hand(order: Order, before: Decimal, after: Decimal, state: RiskState) -> None:
    """A child held `before` of its parent's quantity and now holds `after`."""
    parent = parent_of(order, state)
    if parent is not None and before != after:
        handed = normal(max(parent.cum_quantity + after - before, ZERO))
        state.live_orders.put(msgspec.structs.replace(parent, cum_quantity=handed))
