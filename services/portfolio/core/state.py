"""What one shard of portfolio knows."""

from __future__ import annotations

from decimal import Decimal

from services.portfolio.core.rows import (
    AccountRow,
    BookedRow,
    EntryRow,
    LineRow,
    PositionRow,
    PositionValueRow,
    ValuationRow,
)
from shared.instruments import Instrument
from shared.table import Latest, State, Table, never

ONE = Decimal(1)


class PortfolioState(State):
    """Accounts and open positions stay in memory; the rest is written, and loaded when named."""

    def __init__(self, latest: Latest, instruments: dict[str, Instrument]) -> None:
        super().__init__(latest)
        self.instruments = instruments
        self.accounts = Table("accounts", AccountRow, ("account_id",))
        self.positions = Table(
            "positions",
            PositionRow,
            ("account_id", "symbol"),
            indexes=("account",),
            found_under=lambda row: (row.account_id if row.quantity else None,),
            keep=lambda row: bool(row.quantity),
            live_sql="quantity <> 0",
        )
        self.valuations = Table("valuations", ValuationRow, ("account_id",))
        self.position_values = Table(
            "position_values",
            PositionValueRow,
            ("account_id", "symbol"),
            indexes=("account",),
            found_under=lambda row: (row.account_id,),
        )
        self.journal_entries = Table(
            "journal_entries",
            EntryRow,
            ("journal_id",),
            keep=never,
            live_sql="false",
            append_only=True,
        )
        self.journal_lines = Table(
            "journal_lines",
            LineRow,
            ("journal_id", "line"),
            keep=never,
            live_sql="false",
            append_only=True,
        )
        self.booked = Table(
            "booked",
            BookedRow,
            ("execution_id",),
            keep=never,
            live_sql="false",
            append_only=True,
        )

    def multiplier(self, symbol: str) -> Decimal:
        """What a price of an instrument is multiplied by to make money; 1 where it is unknown."""
        instrument = self.instruments.get(symbol)
        return ONE if instrument is None else instrument.multiplier
