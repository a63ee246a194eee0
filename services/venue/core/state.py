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
from shared.table import Latest, State, Table, never
from shared.topics import partition_of
from shared.types import TimeInForce

LINK = "paper"
DEFAULT_LIMITS = GuardLimits()
NOT_LISTED = Instrument(symbol="")
DEFAULT_TERMS = ExchangeTerms()
LIVE_SQL = "status IN ('waiting', 'taking', 'resting')"
NOWHERE = (None, None, None)
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
            indexes=("symbol", "waiting", "timed"),
            found_under=self._found_under,
            watch=self._changed,
            keep=lambda row: row.status in LIVE,
            live_sql=LIVE_SQL,
        )
        self.paper_executions: Table[PaperExecutionRow] = Table(
            "paper_executions",
            PaperExecutionRow,
            ("execution_id",),
            keep=never,
            live_sql="false",
            append_only=True,
        )
        self.paper_amendments: Table[PaperAmendmentRow] = Table(
            "paper_amendments",
            PaperAmendmentRow,
            ("execution_id",),
            keep=never,
            live_sql="false",
            append_only=True,
        )
        self.untold: Table[UntoldRow] = Table(
            "untold",
            UntoldRow,
            ("place",),
            indexes=("order",),
            found_under=lambda row: (row.order_id,),
        )
        self.paper_positions: Table[PaperPositionRow] = Table(
            "paper_positions",
            PaperPositionRow,
            ("account_id", "symbol"),
            indexes=("firm",),
            found_under=lambda row: ((row.firm_id, row.symbol),),
        )
        self.halts: Table[HaltRow] = Table("halts", HaltRow, ("symbol",))
        self.taken: Table[TakenRow] = Table("taken", TakenRow, ("firm_id", "symbol"))
        self.paper_clock: Table[PaperClockRow] = Table("paper_clock", PaperClockRow, ("name",))
        self.sessions: Table[SessionRow] = Table("sessions", SessionRow, ("link",))
        self._books: dict[str, Book] = {}

    def _changed(self, old: PaperOrderRow | None, new: PaperOrderRow | None) -> None:
        """Every change of a row, one that takes another back included, is told here: from now on
        the symbol's book is another.
        """
        row = new or old
        if row is not None:
            self._books.pop(row.symbol, None)

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

    def _found_under(self, row: PaperOrderRow) -> tuple[str | None, int | None, bool | None]:
        """Its symbol while it is live, the partition of market.ticks whose ticks it waits for,
        whether it ends at a time of its own.
        """
        if row.status not in LIVE:
            return NOWHERE
        waits = row.status == WAITING or row.auction_at is not None
        partition = partition_of(row.symbol, self.market_partitions) if waits else None
        return row.symbol, partition, row.time_in_force in TIMED or None

    def session(self) -> SessionRow:
        """The link's session."""
        return self.sessions.get(LINK) or SessionRow(link=LINK)
