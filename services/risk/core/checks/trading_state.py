"""May this firm, account, strategy, symbol trade at all? The strictest state that applies wins.

RTS 6 art. 12: the kill functionality. Verified exits pass in every state.
"""

from __future__ import annotations

from services.risk.core.codes import TRADING_STATE_HALTED, TRADING_STATE_REDUCING
from services.risk.core.limits import Limits
from services.risk.core.view import View
from services.risk.core.violations import violation
from shared.types import Order, TradingState, Violation


def trading_state(order: Order, view: View, limits: Limits) -> Violation | None:
    """Denies new risk in a scope that is HALTED or REDUCING."""
    row = view.state.halts.strictest(order)
    if row is None:
        return None
    halted = row.state is TradingState.HALTED
    code = TRADING_STATE_HALTED if halted else TRADING_STATE_REDUCING
    message = f"{row.kind} {row.name or 'scope'} is {row.state} by {row.by}: {row.reason}"
    return violation(code, order, scope=row.scope_key, value=row.state.value, message=message)
