"""What one shard of risk knows: its tables, and what follows from them."""

from __future__ import annotations

from decimal import Decimal

from services.risk.core.books import Books
from services.risk.core.limits import NO_LIMITS, Limits
from services.risk.core.reference import Reference
from services.risk.core.rows import (
    AccountRow,
    ArrivalsRow,
    BreakerRow,
    ClientIdRow,
    CounterRow,
    DecisionRow,
    ExpectedPositionRow,
    LimitChangeRow,
    LimitsRow,
    LiveOrderRow,
    PositionRow,
    RiskEventRow,
    TradingStateRow,
    WithdrawalRow,
)
from services.risk.core.sights import Sights
from services.risk.core.trading_state import Halts
from shared.instruments import Instrument
from shared.table import Latest, State, Table, never


class RiskState(State):
    """Accounts, positions, live orders, limits, halts and breakers are in memory; what is only
    written (decisions, events) and used-up client ids leave it once stored.
    """

    def __init__(
        self, latest: Latest, instruments: dict[str, Instrument], partition: int = 0
    ) -> None:
        super().__init__(latest)
        self.partition = partition
        self.instruments = instruments
        self.references = {symbol: Reference(one) for symbol, one in instruments.items()}
        multipliers: dict[str, Decimal] = {s: one.multiplier for s, one in instruments.items()}
        self.books = books = Books(multipliers, partition)
        self.halts = Halts()
        self.sights = Sights(latest)
        self._watched(books)
        self._written()
        self.breakers: Table[BreakerRow] = Table("breakers", BreakerRow, ("account_id", "breaker"))
        self.expected_positions: Table[ExpectedPositionRow] = Table(
            "expected_positions", ExpectedPositionRow, ("account_id", "symbol")
        )
        self.counters: Table[CounterRow] = Table("counters", CounterRow, ("name",))

    def look_anew(self) -> Sights:
        """Observations come from elsewhere now."""
        self.sights = Sights(self.latest)
        return self.sights

    def _watched(self, books: Books) -> None:
        self.accounts: Table[AccountRow] = Table(
            "accounts", AccountRow, ("account_id",), watch=books.on_account
        )
        self.positions: Table[PositionRow] = Table(
            "positions", PositionRow, ("account_id", "symbol"), watch=books.on_position
        )
        self.live_orders: Table[LiveOrderRow] = Table(
            "live_orders",
            LiveOrderRow,
            ("order_id",),
            watch=books.on_live_order,
            indexes=("account", "replacement", "leg_of"),
            found_under=lambda row: (row.account_id, row.replacement_id, row.leg_of),
        )
        self.withdrawals: Table[WithdrawalRow] = Table(
            "withdrawals", WithdrawalRow, ("withdrawal_id",), watch=books.on_withdrawal
        )
        self.arrivals: Table[ArrivalsRow] = Table(
            "arrivals", ArrivalsRow, ("account_id",), watch=books.on_arrivals
        )
        self.limits: Table[LimitsRow] = Table(
            "limits", LimitsRow, ("scope_key",), watch=self._on_limits
        )
        self.trading_states: Table[TradingStateRow] = Table(
            "trading_states", TradingStateRow, ("scope_key", "by"), watch=self.halts.on_row
        )

    def _written(self) -> None:
        self.client_ids: Table[ClientIdRow] = Table(
            "client_ids",
            ClientIdRow,
            ("account_id", "client_order_id"),
            watch=self.books.on_client_id,
            keep=never,
            live_sql="false",
            append_only=True,
        )
        self.decisions: Table[DecisionRow] = Table(
            "decisions",
            DecisionRow,
            ("order_id",),
            keep=never,
            live_sql="false",
            append_only=True,
        )
        self.risk_events: Table[RiskEventRow] = Table(
            "risk_events",
            RiskEventRow,
            ("number",),
            keep=never,
            live_sql="false",
            append_only=True,
        )
        self.limit_changes: Table[LimitChangeRow] = Table(
            "limit_changes",
            LimitChangeRow,
            ("change_id",),
            keep=never,
            live_sql="false",
            append_only=True,
        )

    def _on_limits(self, old: LimitsRow | None, new: LimitsRow | None) -> None:
        row = new or old
        if row is not None and row.scope_key.startswith("account::"):
            book = self.books.of(row.scope_key.removeprefix("account::"))
            book.set_limits(NO_LIMITS if new is None else Limits(new.values, new.version))
