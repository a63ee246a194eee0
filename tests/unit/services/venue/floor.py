"""The paper link under test: short words for ticks and orders, and for what it reported.

Market times are given in milliseconds after noon; the symbol is AIG unless told otherwise.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

from services.venue.core.guard import GuardLimits
from services.venue.core.matching.terms import ExchangeTerms
from services.venue.core.observations import KillFlag
from services.venue.core.state import VenueState
from services.venue.handlers import ROOM
from shared.events.market import ClockAdvanced, SymbolHalted, TickBatch, TicksThrough
from shared.events.oms import CancelPending, OrderSubmitted, ReplacePending
from shared.events.venue import ReportKind, VenueReport
from shared.instruments import Instrument
from shared.table import Latest
from shared.topics import partition_of
from shared.types import OrderState, OrderStatus, OrderType, Scope, Time
from tests.builders import ACCOUNT, FIRM, NOON, order
from tests.unit.services.driver import Driver

INSTRUMENTS = {
    "AIG": Instrument(symbol="AIG"),
    "IBM": Instrument(symbol="IBM"),
    "OLD": Instrument(symbol="OLD", tradable=False),
    "PART": Instrument(symbol="PART", fractionable=True),
    "HARD": Instrument(symbol="HARD", shortable=False),
}
X = "order-1"


class Tick(NamedTuple):
    """One tick; see `quote` and `trade`."""

    kind: str
    ms: float
    row: int
    bid: float
    bid_size: float
    ask: float
    ask_size: float


def quote(
    ms: float, row: int, bid: float, ask: float, bid_size: float = 500, ask_size: float = 500
) -> Tick:
    """A quote, `row` of its file."""
    return Tick("q", ms, row, bid, bid_size, ask, ask_size)


def trade(ms: float, price: float, size: float, row: int = 0) -> Tick:
    """A print."""
    return Tick("t", ms, row, price, size, 0.0, 0.0)


def at(ms: float) -> Time:
    """Milliseconds after noon as a time."""
    return NOON.plus(int(ms * 1000))


def batch(*ticks: Tick, through: float | None = None, symbol: str = "AIG") -> TickBatch:
    """Ticks of one symbol, complete up to `through` (their last by default)."""
    end = at(ticks[-1].ms if through is None else through)
    return TickBatch(
        at=end,
        market_at=end,
        symbol=symbol,
        source="test",
        run="test",
        kind="".join(tick.kind for tick in ticks),
        time_us=[int(at(tick.ms)) for tick in ticks],
        bid=[tick.bid for tick in ticks],
        bid_size=[tick.bid_size for tick in ticks],
        ask=[tick.ask for tick in ticks],
        ask_size=[tick.ask_size for tick in ticks],
        row=[tick.row for tick in ticks],
        ordinal=[0 for _ in ticks],
    )


def submitted(
    order_id: str = X, ms: float = 0, exit_: bool = False, **fields: Any
) -> OrderSubmitted:
    """OMS commits to send an order at that market time."""
    for name in ("quantity", "limit_price", "display_quantity"):
        if name in fields:
            fields[name] = Decimal(str(fields[name]))
    if "limit_price" in fields:
        fields.setdefault("type", OrderType.LIMIT)
    asked = order(order_id, **fields)
    state = OrderState(
        order=asked,
        status=OrderStatus.PENDING_NEW,
        leaves_quantity=asked.quantity,
        created_at=at(ms),
        submitted_at=at(ms),
        updated_at=at(ms),
        exit=exit_,
    )
    return OrderSubmitted(
        at=at(ms),
        market_at=at(ms),
        seq=1,
        cause=order_id,
        firm_id=asked.firm_id,
        account_id=asked.account_id,
        state=state,
    )


class Floor(Driver):
    """The paper link, one shard, from noon on."""

    def __init__(self, latest: Latest | None = None, limits: GuardLimits | None = None) -> None:
        seen = latest if latest is not None else Latest()
        guard = limits if limits is not None else GuardLimits()
        super().__init__(ROOM, lambda: VenueState(seen, INSTRUMENTS, 0, limits=guard), NOON)

    def ticks(
        self, *ticks: Tick, through: float | None = None, symbol: str = "AIG"
    ) -> list[VenueReport]:
        """Ticks come."""
        return self._reports(self.see(symbol, batch(*ticks, through=through, symbol=symbol)))

    def complete(self, ms: float, symbol: str = "AIG") -> list[VenueReport]:
        """Nothing more will come of the symbol's partition up to that time."""
        partition = partition_of(symbol, 4)
        seen = TicksThrough(at=at(ms), market_at=at(ms), source="test", partition=partition)
        return self._reports(self.see(str(partition), seen))

    def submit(self, order_id: str = X, ms: float = 0, **fields: Any) -> list[VenueReport]:
        """An order comes: a day market buy of 100 AIG at noon unless told otherwise."""
        return self._reports(self.hear(submitted(order_id, ms, **fields)))

    def cancel(self, request_id: str, order_id: str = X, **fields: Any) -> list[VenueReport]:
        """OMS passes a cancel on."""
        message = submitted(order_id, **fields)
        return self._reports(
            self.hear(
                CancelPending(
                    at=self.at.wall,
                    market_at=self.at.market,
                    cause=request_id,
                    firm_id=FIRM,
                    account_id=ACCOUNT,
                    state=message.state,
                    request_id=request_id,
                )
            )
        )

    def replace(
        self, new_id: str, order_id: str = X, ms: float = 0, **fields: Any
    ) -> list[VenueReport]:
        """OMS passes a replace on."""
        new = submitted(new_id, ms, replaces=order_id, **fields).state.order
        return self._reports(
            self.hear(
                ReplacePending(
                    at=self.at.wall,
                    market_at=at(ms),
                    cause=new_id,
                    firm_id=FIRM,
                    account_id=ACCOUNT,
                    state=submitted(order_id, ms).state,
                    request_id=new_id,
                    replacement=new,
                )
            )
        )

    def clock(self, now: str, is_open: bool, next_open: str, next_close: str) -> list[VenueReport]:
        """The clock tells the session; times are RFC 3339."""
        moment = Time.parse(now)
        return self._reports(
            self.hear(
                ClockAdvanced(
                    at=moment,
                    market_at=moment,
                    seq=1,
                    market_time=moment,
                    wall_time=moment,
                    is_open=is_open,
                    session=now[:10],
                    next_open=Time.parse(next_open),
                    next_close=Time.parse(next_close),
                )
            )
        )

    def terms(self, **fields: Any) -> None:
        """The exchange's settings, from now on."""
        self.see("", ExchangeTerms(**fields))

    def halt(self, ms: float, symbol: str = "AIG", *, is_halted: bool = True) -> list[VenueReport]:
        """The market halts a symbol, or lets it go on."""
        seen = SymbolHalted(
            at=at(ms), market_at=at(ms), symbol=symbol, is_halted=is_halted, source="test"
        )
        return self._reports(self.see(symbol, seen))

    def kill(self, *scopes: Scope) -> None:
        """The kill flag covers these scopes now."""
        self.see("", KillFlag(at=self.at.wall, market_at=self.at.market, scopes=scopes))

    def paper(self, order_id: str = X) -> Any:
        """The exchange's row of an order."""
        return self.row("paper_orders", order_id)

    @staticmethod
    def _reports(events: list[Any]) -> list[VenueReport]:
        return [event for event in events if isinstance(event, VenueReport)]


def kinds(reports: list[VenueReport]) -> list[str]:
    """The kinds of reports."""
    return [str(report.kind) for report in reports]


def fills(reports: list[VenueReport]) -> list[tuple[float, float, float, int | None]]:
    """(quantity, price, milliseconds after noon, row of the quote) of the fills among reports."""
    found = []
    for report in reports:
        if report.kind is ReportKind.FILLED and report.execution is not None:
            done = report.execution
            ms = (done.transact_at - NOON) / 1000
            found.append((float(done.quantity), float(done.price), ms, done.quote_row))
    return found
