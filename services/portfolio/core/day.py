"""The market day rolls when the session that the clock names changes.

The day before ends with its last valuation, made a second or less before the roll. What quotes say
on the other side of the gap belongs to the new day.
"""

from __future__ import annotations

import msgspec

from services.portfolio.core.rows import AccountRow
from services.portfolio.core.state import PortfolioState
from shared.table import At
from shared.types import ZERO


def roll(state: PortfolioState, account: AccountRow, session: str, at: At) -> None:
    """Begin another market day for an account. Its first session is only noted."""
    if not account.session:
        state.accounts.put(msgspec.structs.replace(account, session=session))
        return
    _keep_closing_prices(state, account.account_id)
    valued = state.valuations.get(account.account_id)
    state.accounts.put(
        msgspec.structs.replace(
            account,
            session=session,
            day_started=at.market,
            day_start_equity=account.cash if valued is None else valued.equity,
            day_flows=ZERO,
        )
    )


def _keep_closing_prices(state: PortfolioState, account_id: str) -> None:
    for held in state.positions.by("account", account_id):
        valued = state.position_values.get(account_id, held.symbol)
        if valued is not None and valued.price != held.lastday_price:
            state.positions.put(msgspec.structs.replace(held, lastday_price=valued.price))
