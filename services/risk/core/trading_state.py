"""Trading states: ACTIVE, REDUCING, HALTED per scope; the strictest one that applies wins.

A scope may have several reasons not to be ACTIVE, a person's and a breaker's, each a row of its
own. A manual halt may expire; a breaker's never does.
"""

from __future__ import annotations

from services.risk.core.rows import TradingStateRow
from shared.types import Order, Scope, ScopeKind, TradingState

MANUAL = "manual"
STRICTNESS = {TradingState.ACTIVE: 0, TradingState.REDUCING: 1, TradingState.HALTED: 2}


def breaker_name(breaker: str) -> str:
    """What `by` says of a breaker's halt."""
    return f"breaker/{breaker}"


def canonical(scope: Scope, account_id: str, firm_id: str) -> Scope:
    """The scope as rows are keyed: its name filled in from the command where it is left out."""
    if scope.kind is ScopeKind.ACCOUNT:
        return Scope(kind=scope.kind, name=scope.name or scope.account_id or account_id)
    if scope.kind is ScopeKind.FIRM:
        return Scope(kind=scope.kind, name=scope.name or firm_id)
    if scope.kind is ScopeKind.STRATEGY:
        return Scope(kind=scope.kind, name=scope.name, account_id=scope.account_id or account_id)
    if scope.kind is ScopeKind.SYMBOL:
        return Scope(kind=scope.kind, name=scope.name)
    return Scope(kind=ScopeKind.ALL)


def account_scope(account_id: str) -> Scope:
    """The scope of one account."""
    return Scope(kind=ScopeKind.ACCOUNT, name=account_id)


def covers(scope: Scope, order: Order) -> bool:
    """Whether an order is in a scope."""
    if scope.kind is ScopeKind.STRATEGY:
        return (scope.name, scope.account_id) == (order.strategy, order.account_id)
    named = {
        ScopeKind.ALL: scope.name,
        ScopeKind.FIRM: order.firm_id,
        ScopeKind.ACCOUNT: order.account_id,
        ScopeKind.SYMBOL: order.symbol,
    }
    return named[scope.kind] == scope.name


class Halts:
    """Every scope that is not ACTIVE, by what an order says about itself."""

    __slots__ = ("_rows", "is_empty")

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str, str], dict[str, TradingStateRow]] = {}
        self.is_empty = True

    def on_row(self, old: TradingStateRow | None, new: TradingStateRow | None) -> None:
        """A row of trading_states changed."""
        for row in (old, new):
            if row is not None:
                reasons = self._rows.setdefault((row.kind, row.name, row.account_id), {})
                reasons.pop(row.by, None)
        if new is not None:
            self._rows[(new.kind, new.name, new.account_id)][new.by] = new
        self._rows = {key: rows for key, rows in self._rows.items() if rows}
        self.is_empty = not self._rows

    def strictest(self, order: Order) -> TradingStateRow | None:
        """The row that binds this order most; None where it is ACTIVE."""
        if self.is_empty:
            return None
        found = None
        for key in (
            ("all", "", ""),
            ("firm", order.firm_id, ""),
            ("account", order.account_id, ""),
            ("strategy", order.strategy, order.account_id),
            ("symbol", order.symbol, ""),
        ):
            found = _stricter(found, self.of(key))
        return found

    def of(self, key: tuple[str, str, str]) -> TradingStateRow | None:
        """The strictest row of one scope (kind, name, account)."""
        found = None
        for _, row in sorted(self._rows.get(key, {}).items()):
            found = _stricter(found, row)
        return found

    def of_scope(self, scope: Scope) -> TradingState:
        """The state of one scope by itself."""
        row = self.of((scope.kind.value, scope.name, scope.account_id))
        return TradingState.ACTIVE if row is None else row.state


def _stricter(one: TradingStateRow | None, other: TradingStateRow | None) -> TradingStateRow | None:
    if one is None or other is None:
        return one or other
    return other if STRICTNESS[other.state] > STRICTNESS[one.state] else one
