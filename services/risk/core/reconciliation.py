"""Risk's book against portfolio's, at the same number of `oms.orders`.

Whoever is behind catches up before they are compared: what portfolio says about an event that risk
has not handled yet waits for it. A difference raises an alert and trips the breaker.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from services.risk.core.latch import halt_by_breaker
from services.risk.core.rows import ExpectedPositionRow
from services.risk.core.state import RiskState
from services.risk.core.trading_state import account_scope
from shared.events.oms import OrderFlagged
from shared.events.portfolio import PositionChanged
from shared.events.risk import AlertRaised
from shared.messages import Event
from shared.table import At
from shared.types import ZERO, TradingState, normal

BREAKER = "reconciliation"
DIFFERENCE = "RECONCILIATION_DIFFERENCE"
HALTING_FLAGS = frozenset(
    {"reconcile", "orphan_fill", "exec_conflict", "unknown_exec_ref", "poison"}
)
"""What OMS flags where its book and the venue's cannot both be right."""


def compare(message: PositionChanged, state: RiskState, at: At) -> list[Event]:
    """Compare now, or remember what to compare once the event is handled here too."""
    held = state.positions.get(message.account_id, message.symbol)
    handled = 0 if held is None else held.oms_seq
    if handled == message.oms_seq and held is not None:
        return _judge(message.firm_id, message, held.quantity, state, at)
    if handled < message.oms_seq:
        state.expected_positions.put(
            ExpectedPositionRow(
                account_id=message.account_id,
                symbol=message.symbol,
                oms_seq=message.oms_seq,
                quantity=normal(message.quantity),
            )
        )
    return []


def catch_up(
    firm_id: str, account_id: str, symbol: str, seq: int, state: RiskState, at: At
) -> list[Event]:
    """Event `seq` moved this position: was something waiting to be compared?"""
    row = state.expected_positions.get(account_id, symbol)
    if row is None or row.oms_seq > seq:
        return []
    state.expected_positions.delete(account_id, symbol)
    held = state.positions.get(account_id, symbol)
    if row.oms_seq < seq:
        return []
    return _judge(firm_id, row, ZERO if held is None else held.quantity, state, at)


def shift(account_id: str, symbol: str, quantity: Decimal, state: RiskState) -> None:
    """A position was adjusted on both sides: so is what is waited for."""
    row = state.expected_positions.get(account_id, symbol)
    if row is not None:
        moved = normal(row.quantity + quantity)
        state.expected_positions.put(msgspec.structs.replace(row, quantity=moved))


def _judge(
    firm_id: str,
    theirs: PositionChanged | ExpectedPositionRow,
    ours: Decimal,
    state: RiskState,
    at: At,
) -> list[Event]:
    if theirs.quantity == ours:
        return []
    account_id = theirs.account_id
    text = (
        f"{theirs.symbol} at number {theirs.oms_seq} of oms.orders: risk has {ours:f},"
        f" portfolio {theirs.quantity:f}"
    )
    return break_off(firm_id, account_id, DIFFERENCE, text, abs(theirs.quantity - ours), state, at)


def break_off(
    firm_id: str,
    account_id: str,
    code: str,
    text: str,
    value: Decimal,
    state: RiskState,
    at: At,
) -> list[Event]:
    """Raise an alert and halt the account until a person has looked."""
    alert = AlertRaised(
        firm_id=firm_id,
        account_id=account_id,
        code=code,
        scope=account_scope(account_id),
        text=text,
        value=f"{value:f}",
    )
    halted = halt_by_breaker(
        firm_id, account_id, BREAKER, ZERO, value, TradingState.HALTED, text, state, at
    )
    return [alert, *halted]


def flagged(message: OrderFlagged, state: RiskState, at: At) -> list[Event]:
    """OMS wants a person to look; where books differ, the account is halted until then."""
    code = f"ORDER_{message.alert.upper()}"
    account = message.account_id
    if message.alert in HALTING_FLAGS and state.accounts.get(account) is not None:
        return break_off(message.firm_id, account, code, message.text, Decimal(1), state, at)
    return [
        AlertRaised(
            firm_id=message.firm_id,
            account_id=account,
            code=code,
            scope=account_scope(account),
            text=f"order {message.order_id}: {message.text}",
        )
    ]
