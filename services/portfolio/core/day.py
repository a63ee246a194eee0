"""The market day rolls when the session that the clock names changes: the day before ends with
its valuation.
"""

from __future__ import annotations

import msgspec

from services.portfolio.core.rows import AccountRow
from services.portfolio.core.state import PortfolioState
from services.portfolio.core.valuation import value, value_position
from shared.table import At
from shared.types import ZERO


def roll(state: PortfolioState, account: AccountRow, session: str, at: At) -> AccountRow:
    """Begin another market day for an account, at what it is worth now."""
    equity = value(state, account, at).equity
    for row in state.positions.by("account", account.account_id):
        price = value_position(state, row).price or row.last_price
        state.positions.put(msgspec.structs.replace(row, last_price=price, lastday_price=price))
    rolled = msgspec.structs.replace(
        account,
        session=session,
        day_started=at.market,
        day_start_equity=equity,
        day_flows=ZERO,
    )
    state.accounts.put(rolled)
    return rolled
