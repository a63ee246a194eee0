"""Short sales: what an account would owe, and whether the shares can be borrowed.

The exchange knows positions from its own executions and nothing of splits, transfers or other
venues. An account is as short as it would be if all its open sells traded and none of its buys.
Each firm has a pool of its own, so that no firm's orders depend on who shares its shard.
"""

from __future__ import annotations

from decimal import Decimal

from services.venue.core.matching.terms import EVERY_SYMBOL, ExchangeTerms
from services.venue.core.state import VenueState
from shared.types import ZERO, Order, Side


def refusal(order: Order, state: VenueState, terms: ExchangeTerms) -> str | None:
    """Why a sell cannot be borrowed for, or None. `order.replaces` no longer counts."""
    pool = terms.borrow.get(order.symbol, terms.borrow.get(EVERY_SYMBOL))
    is_shortable = state.instruments[order.symbol].shortable
    if order.side is Side.BUY or (is_shortable and pool is None):
        return None
    owed = _owed(order, state)
    if owed.get(order.account_id, ZERO) <= 0:
        return None
    if not is_shortable:
        return f"{order.symbol} cannot be sold short"
    total = sum(owed.values(), ZERO)
    if pool is not None and total > pool:
        return f"{order.symbol}: {total} to borrow, {pool} in the pool"
    return None


def _owed(order: Order, state: VenueState) -> dict[str, Decimal]:
    """Account of the firm -> units it would be short, this order included."""
    old = state.paper_orders.get(order.replaces or "")
    sells = {order.account_id: order.quantity - (ZERO if old is None else old.cum_quantity)}
    for row in state.paper_orders.by("symbol", order.symbol):
        is_counted = row.side is Side.SELL and row.firm_id == order.firm_id
        if is_counted and row.order_id not in (order.order_id, order.replaces):
            sells[row.account_id] = sells.get(row.account_id, ZERO) + row.leaves
    held = {
        row.account_id: row.quantity
        for row in state.paper_positions.by("firm", (order.firm_id, order.symbol))
    }
    accounts = sorted({*sells, *held})
    return {name: max(ZERO, sells.get(name, ZERO) - held.get(name, ZERO)) for name in accounts}
