"""What one shard of the paper link knows."""

from __future__ import annotations

from collections.abc import Mapping

from services.venue.core.faults.rows import PaperAmendmentRow, UntoldRow
from services.venue.core.guard import GuardLimits
from services.venue.core.matching.book import Book
from services.venue.core.matching.terms import ExchangeTerms
from services.venue.core.rows import (
    LIVE,
    WAITING,
    HaltRow,
    PaperClockRow,
    PaperExecutionRow,
    PaperOrderRow,
    PaperPositionRow,
    SessionRow,
    TakenRow,
)
from shared.instruments import Instrument
from shared.table import Latest, State, Table
from shared.topics import partition_of
from shared.types import TimeInForce

LINK = "paper"
DEFAULT_LIMITS = GuardLimits()
NOT_LISTED = Instrument(symbol="")
DEFAULT_TERMS = ExchangeTerms()
LIVE_SQL = "status IN ('waiting', 'taking', 'resting')"
TIMED = frozenset({TimeInForce.GTD, TimeInForce.CLS})
"""Orders that end at a time of their own: the clock looks at them each time."""


class VenueState(State):
    """Live orders are in memory. `instruments` and `limits` are settings, the same for a whole run;
    `market_partitions` is that of market.ticks.
    """

    def __init__(
        self,
        latest: Latest,
        instruments: Mapping[str, Instrument] | None = None,
        partition: int = 0,
        *,
        market_partitions: int = 4,
        limits: GuardLimits = DEFAULT_LIMITS,
    ) -> None:
        super().__init__(latest)
        self.instruments = instruments if instruments is not None else {}
        self.partition, self.market_partitions, self.limits = partition, market_partitions, limits
        self.paper_orders: Table[PaperOrderRow] = Table(
            "paper_orders",
            PaperOrderRow,
            ("order_id",),
            indexes={
                "symbol": self._symbol_of,
                "waiting": self._waiting_in,
                "timed": lambda row: (row.time_in_force in TIMED and row.is_live) or None,
            },
            keep=lambda row: row.status in LIVE,
            live_sql=LIVE_SQL,
        )
        self.paper_executions: Table[PaperExecutionRow] = Table(
            "paper_executions",
            PaperExecutionRow,
            ("execution_id",),
            keep=lambda _: False,
            live_sql="false",
            append_only=True,
        )
        self.paper_amendments: Table[PaperAmendmentRow] = Table(
            "paper_amendments",
            PaperAmendmentRow,
            ("execution_id",),
            keep=lambda _: False,
            live_sql="false",
            append_only=True,
        )
        self.untold: Table[UntoldRow] = Table(
            "untold", UntoldRow, ("place",), indexes={"order": lambda row: row.order_id}
        )
        self.paper_positions: Table[PaperPositionRow] = Table(
            "paper_positions",
            PaperPositionRow,
            ("account_id", "symbol"),
            indexes={"firm": lambda row: (row.firm_id, row.symbol)},
        )
        self.halts: Table[HaltRow] = Table("halts", HaltRow, ("symbol",))
        self.taken: Table[TakenRow] = Table("taken", TakenRow, ("firm_id", "symbol"))
        self.paper_clock: Table[PaperClockRow] = Table("paper_clock", PaperClockRow, ("name",))
        self.sessions: Table[SessionRow] = Table("sessions", SessionRow, ("link",))
        self._books: dict[str, Book] = {}

    def _symbol_of(self, row: PaperOrderRow) -> str | None:
        """Every change of a row, one that takes another back included, is filed here: from now on
        the symbol's book is another.
        """
        self._books.pop(row.symbol, None)
        return row.symbol if row.status in LIVE else None

    def book(self, symbol: str) -> Book:
        """The live orders of a symbol as they stand."""
        model = self.terms().queue_model
        book = self._books.get(symbol)
        if book is None or book.model is not model:
            known = self.instruments.get(symbol, NOT_LISTED)
            book = Book(self.paper_orders.by("symbol", symbol), known.tick, model)
            self._books[symbol] = book
        return book

    def terms(self) -> ExchangeTerms:
        """The exchange's settings."""
        return self.latest.read(ExchangeTerms, "") or DEFAULT_TERMS

    def _waiting_in(self, row: PaperOrderRow) -> int | None:
        """The partition of market.ticks whose ticks an order waits for."""
        if row.status != WAITING and (row.auction_at is None or not row.is_live):
            return None
        return partition_of(row.symbol, self.market_partitions)

    def session(self) -> SessionRow:
        """The link's session."""
        return self.sessions.get(LINK) or SessionRow(link=LINK)
