"""What one shard of the paper link knows."""

from __future__ import annotations

from collections.abc import Mapping

from services.venue.core.guard import GuardLimits
from services.venue.core.rows import (
    WAITING,
    PaperClockRow,
    PaperExecutionRow,
    PaperOrderRow,
    SessionRow,
    TakenRow,
)
from shared.instruments import Instrument
from shared.table import Latest, State, Table
from shared.topics import partition_of

LINK = "paper"
DEFAULT_LIMITS = GuardLimits()
LIVE_SQL = "status IN ('waiting', 'taking', 'resting')"


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
                "symbol": lambda row: row.symbol if row.is_live else None,
                "waiting": self._waiting_in,
            },
            keep=lambda row: row.is_live,
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
        self.taken: Table[TakenRow] = Table("taken", TakenRow, ("firm_id", "symbol"))
        self.paper_clock: Table[PaperClockRow] = Table("paper_clock", PaperClockRow, ("name",))
        self.sessions: Table[SessionRow] = Table("sessions", SessionRow, ("link",))

    def _waiting_in(self, row: PaperOrderRow) -> int | None:
        """The partition of market.ticks whose ticks a waiting order waits for."""
        if row.status != WAITING:
            return None
        return partition_of(row.symbol, self.market_partitions)

    def session(self) -> SessionRow:
        """The link's session."""
        return self.sessions.get(LINK) or SessionRow(link=LINK)
