"""What an account is worth: cash plus every position at its mark.

The mark of a position is the middle of the last valid quote (both sides > 0, not crossed);
without one, the last price
it was traded or valued at, and the valuation says that it is not `complete`.
Identity: equity = flows + realised + unrealised - fees, exactly.
"""

from __future__ import annotations

import math
from decimal import Decimal

import msgspec

from services.portfolio.core.rows import (
    AccountRow,
    PositionRow,
    PositionValueRow,
    ValuationRow,
)
from services.portfolio.core.state import PortfolioState
from shared.events.market import QuoteUpdated
from shared.events.portfolio import AccountValued, PositionValue
from shared.table import At
from shared.types import ZERO, normal

TWO = Decimal(2)


def mark(state: PortfolioState, symbol: str) -> Decimal | None:
    """The middle of the last valid quote, or None."""
    quote = state.latest.read(QuoteUpdated, symbol)
    instrument = state.instruments.get(symbol)
    if quote is None or instrument is None or not _is_valid(quote):
        return None
    return normal((instrument.price(quote.bid) + instrument.price(quote.ask)) / TWO)


def _is_valid(quote: QuoteUpdated) -> bool:
    return math.isfinite(quote.bid) and math.isfinite(quote.ask) and 0 < quote.bid <= quote.ask


def value_position(state: PortfolioState, row: PositionRow) -> PositionValue:
    """A position at its mark; `price` None where no valid quote is known."""
    price = mark(state, row.symbol)
    used = price if price is not None else row.last_price
    value = ZERO if used is None else normal(row.quantity * used)
    return PositionValue(
        symbol=row.symbol,
        quantity=row.quantity,
        average_price=row.average_price,
        price=price,
        market_value=value,
        unrealised=normal(value - row.cost_basis),
        lastday_price=row.lastday_price,
    )


def value(state: PortfolioState, account: AccountRow, at: At) -> AccountValued:
    """Value an account now; its peak moves with it."""
    rows = state.positions.by("account", account.account_id)
    positions = tuple(value_position(state, row) for row in rows)
    values = [one.market_value for one in positions]
    equity = normal(account.cash + sum(values, ZERO))
    return AccountValued(
        at=at.wall,
        market_at=at.market,
        account_id=account.account_id,
        firm_id=account.firm_id,
        currency=account.currency,
        cash=account.cash,
        equity=equity,
        long_value=normal(sum((v for v in values if v > 0), ZERO)),
        short_value=normal(sum((v for v in values if v < 0), ZERO)),
        unrealised=normal(sum((one.unrealised for one in positions), ZERO)),
        realised=account.realised,
        fees=account.fees,
        day_start_equity=account.day_start_equity,
        day_flows=account.day_flows,
        peak_equity=max(account.peak_equity, equity),
        oms_seq=account.oms_seq,
        day=account.day_started,
        complete=all(one.price is not None for one in positions),
        positions=positions,
    )


def keep(state: PortfolioState, valued: AccountValued) -> None:
    """Write the valuation where people read it, if anything in it is new."""
    row = ValuationRow(
        valued_at=valued.market_at,
        **{name: getattr(valued, name) for name in _SAME},
    )
    old = state.valuations.get(valued.account_id)
    if old is not None and msgspec.structs.replace(old, valued_at=row.valued_at) == row:
        return
    state.valuations.put(row)
    shown = {one.symbol for one in valued.positions}
    for gone in state.position_values.by("account", valued.account_id):
        if gone.symbol not in shown:
            state.position_values.delete(gone.account_id, gone.symbol)
    for one in valued.positions:
        state.position_values.put(_value_row(state, valued.account_id, one))


def _value_row(state: PortfolioState, account_id: str, one: PositionValue) -> PositionValueRow:
    held = state.positions.get(account_id, one.symbol)
    assert held is not None
    return PositionValueRow(
        account_id=account_id,
        symbol=one.symbol,
        quantity=one.quantity,
        average_price=one.average_price,
        cost_basis=held.cost_basis,
        price=one.price if one.price is not None else held.last_price,
        market_value=one.market_value,
        unrealised=one.unrealised,
        realised=held.realised,
        lastday_price=one.lastday_price,
    )


_SAME = tuple(
    name for name in ValuationRow.__struct_fields__ if name in AccountValued.__struct_fields__
)
