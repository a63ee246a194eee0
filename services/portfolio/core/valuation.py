"""What an account is worth: cash plus every position at its mark.

The mark is the middle of the last valid quote (both sides > 0, not crossed). Where there is none,
it is the last price the position was valued or traded at: such a position is stale, and the
valuation of its account is not `complete`. A position whose price was never known counts at cost.
A clock message marks every position, a fill only its own: what others were worth is at most a
second old. Identity: equity = flows + realised + unrealised - fees, exactly.
"""

from __future__ import annotations

import math
from decimal import Decimal

import msgspec

from services.portfolio.core.rows import AccountRow, PositionRow, PositionValueRow, ValuationRow
from services.portfolio.core.state import PortfolioState
from shared.events.market import QuoteUpdated
from shared.events.portfolio import AccountValued, PositionValue
from shared.table import At
from shared.types import ZERO, normal

HALF = Decimal("0.5")


def mark(state: PortfolioState, symbol: str) -> Decimal | None:
    """The middle of the last valid quote, or None."""
    quote = state.latest.read(QuoteUpdated, symbol)
    instrument = state.instruments.get(symbol)
    if quote is None or instrument is None or not _is_valid(quote):
        return None
    return normal((instrument.price(quote.bid) + instrument.price(quote.ask)) * HALF)


def _is_valid(quote: QuoteUpdated) -> bool:
    return math.isfinite(quote.ask) and 0 < quote.bid <= quote.ask


def mark_all(state: PortfolioState, account_id: str) -> bool:
    """Mark every position of an account; whether any value changed."""
    held = state.positions.by("account", account_id)
    return sum(mark_position(state, row, _known(state, row)) for row in held) > 0


def mark_position(state: PortfolioState, held: PositionRow, known: Decimal | None) -> bool:
    """Write what a position is worth, at `known` where no quote is valid; whether it changed."""
    old = state.position_values.get(held.account_id, held.symbol)
    if not held.quantity:
        state.position_values.delete(held.account_id, held.symbol)
        return old is not None
    row = _valued(state, held, mark(state, held.symbol), known)
    if row == old:
        return False
    state.position_values.put(row)
    return True


def _known(state: PortfolioState, held: PositionRow) -> Decimal | None:
    valued = state.position_values.get(held.account_id, held.symbol)
    return held.last_price if valued is None or valued.price is None else valued.price


def _valued(
    state: PortfolioState, held: PositionRow, fresh: Decimal | None, known: Decimal | None
) -> PositionValueRow:
    price = known if fresh is None else fresh
    worth = held.cost_basis
    if price is not None:
        worth = normal(held.quantity * price * state.multiplier(held.symbol))
    return PositionValueRow(
        account_id=held.account_id,
        symbol=held.symbol,
        quantity=held.quantity,
        average_price=held.average_price,
        cost_basis=held.cost_basis,
        price=price,
        stale=fresh is None,
        market_value=worth,
        unrealised=normal(worth - held.cost_basis),
        realised=held.realised,
        lastday_price=held.lastday_price,
    )


def value(state: PortfolioState, account: AccountRow, at: At) -> AccountValued:
    """An account at the marks that are written; its peak moves with it."""
    rows = state.position_values.by("account", account.account_id)
    long_value = short_value = unrealised = ZERO
    for row in rows:
        unrealised += row.unrealised
        if row.quantity > 0:
            long_value += row.market_value
        else:
            short_value += row.market_value
    equity = normal(account.cash + long_value + short_value)
    return AccountValued(
        at=at.wall,
        market_at=at.market,
        account_id=account.account_id,
        firm_id=account.firm_id,
        currency=account.currency,
        cash=account.cash,
        equity=equity,
        long_value=normal(long_value),
        short_value=normal(short_value),
        unrealised=normal(unrealised),
        realised=account.realised,
        fees=account.fees,
        day_start_equity=account.day_start_equity,
        day_flows=account.day_flows,
        peak_equity=max(account.peak_equity, equity),
        oms_seq=account.oms_seq,
        day=account.day_started,
        complete=not any(row.stale for row in rows),
        positions=tuple([_told(row) for row in rows]),
    )


def _told(row: PositionValueRow) -> PositionValue:
    return PositionValue(
        symbol=row.symbol,
        quantity=row.quantity,
        average_price=row.average_price,
        price=row.price,
        market_value=row.market_value,
        unrealised=row.unrealised,
        lastday_price=row.lastday_price,
    )


def keep(state: PortfolioState, valued: AccountValued, *, moved: bool) -> None:
    """Write the valuation where people read it, if it or a position in it (`moved`) is new."""
    row = ValuationRow(
        account_id=valued.account_id,
        firm_id=valued.firm_id,
        currency=valued.currency,
        cash=valued.cash,
        equity=valued.equity,
        long_value=valued.long_value,
        short_value=valued.short_value,
        unrealised=valued.unrealised,
        realised=valued.realised,
        fees=valued.fees,
        day_start_equity=valued.day_start_equity,
        day_flows=valued.day_flows,
        peak_equity=valued.peak_equity,
        oms_seq=valued.oms_seq,
        complete=valued.complete,
        valued_at=valued.market_at,
    )
    old = state.valuations.get(valued.account_id)
    if old is None or moved or msgspec.structs.replace(old, valued_at=row.valued_at) != row:
        state.valuations.put(row)
