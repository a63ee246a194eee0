"""A day of real ticks over all four rooms, in one process on virtual time.

The ticks come from files through the feed that `up --feed replay:PATH` uses; the rooms are the real
ones with their loop, over a log and stores in memory. Wall time is market time; every `STEP_S`
seconds the market says what has happened and the rooms read until nothing is left.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from services.market_data.adapters.feeds.replay import Replay
from services.market_data.core.batches import by_symbol, tick_batch
from services.oms.core.rows import ExecutionRow, OrderRow
from services.oms.core.state import OmsState
from services.oms.handlers import ROOM as OMS
from services.portfolio.core.state import PortfolioState
from services.portfolio.handlers import ROOM as PORTFOLIO
from services.risk.core.limits import NAMES, OFF
from services.risk.core.state import RiskState
from services.risk.handlers import ROOM as RISK
from services.venue.core.observations import LinkOpened
from services.venue.core.state import VenueState
from services.venue.handlers import ROOM as VENUE
from shared import codec
from shared.commands import CancelOrder, OpenAccount, SetLimits, SubmitOrder
from shared.events.market import (
    ClockAdvanced,
    FeedReported,
    FeedState,
    QuoteUpdated,
    TickBatch,
    TicksThrough,
)
from shared.instruments import Instrument
from shared.messages import Command
from shared.topics import (
    MARKET_CLOCK,
    MARKET_QUOTES,
    MARKET_STATUS,
    MARKET_TICKS,
    OMS_INBOX,
    PORTFOLIO_INBOX,
    RISK_INBOX,
    partition_of,
)
from shared.types import SECOND_US, Order, Scope, ScopeKind, Side, Time
from simulation.clock import Clock
from simulation.log import Log
from simulation.process import Process
from simulation.store import Database

STEP_S = 5
PARTITIONS = 4
ACCOUNT, FIRM = "account-1", "firm-1"
LIMITS = {
    **dict.fromkeys(NAMES, OFF),
    "price_collar_pct": "50",
    "daily_loss_max": "5000000",
    "daily_loss_action": "halt",
    "quote_age_ms_max": "9000",
    "valuation_age_ms_max": "9000",
    "command_age_ms_max": "9000",
    "room_silence_ms_max": "9000",
}
WHOSE = {"firm_id": FIRM, "account_id": ACCOUNT}


class Slow(Clock):
    """A clock whose seconds are so long to the loop that a step of the market is no pause."""

    def now_s(self) -> float:
        """A tenth of what has gone by."""
        return super().now_s() / 10


class Day:
    """One account with $10,000,000 from `begins` on; the session closes at `closes`."""

    def __init__(self, path: Path, symbol: str, begins: Time, closes: Time) -> None:
        self.symbol, self.begins, self.closes = symbol, begins, closes
        self.feed = Replay(path, begins, 0.0)
        self.log, self.clock = Log(lambda *_: None), Slow(int(begins))
        instruments = {name: Instrument(symbol=name) for name in self.feed.symbols}
        self._kinds: dict[str, tuple[Any, Any]] = {
            "risk": (RISK, lambda latest, n: RiskState(latest, instruments, n)),
            "oms": (OMS, lambda latest, _: OmsState(latest, instruments)),
            "venue.paper": (VENUE, lambda latest, n: VenueState(latest, instruments, n)),
            "portfolio": (PORTFOLIO, lambda latest, _: PortfolioState(latest, instruments)),
        }
        self.databases = {name: Database() for name in self._kinds}
        self.running: dict[str, Process] = {}
        self._seq = self._commands = 0
        self._last: dict[str, QuoteUpdated] = {}
        for name in self._kinds:
            self.begin(name)
        for one in by_symbol(self.feed.standing(), self.feed.symbols):
            self._ticks(tick_batch(one, "replay", "journey", begins, begins))
        self._tell(int(begins))
        self._open()

    # -- rooms -----------------------------------------------------------------------------------

    def begin(self, name: str) -> None:
        """Start the process of a room anew: what it had in memory is gone."""
        room, make_state = self._kinds[name]
        opened = LinkOpened(at=self.now, market_at=Time(0), process=f"venue-{self.clock.wall}")
        process = Process(
            name, room, make_state, range(1), self.log, self.databases[name], Random(1),
            self.clock, lambda _: None, (opened,) if name == "venue.paper" else (),
        )  # fmt: skip
        process.begin()
        process.reader.is_whole = True
        self.running[name] = process

    def restart(self) -> None:
        """Every room dies and comes back."""
        for name in self._kinds:
            self.begin(name)
        self.rest()

    def rest(self) -> None:
        """Let every room read until nothing is left."""
        for _ in range(1000):
            handled = 0
            for process in self.running.values():
                handled += process.turn()
                process.writer.answer()
            if not handled:
                return
        raise AssertionError("the rooms do not come to rest")

    # -- the market ------------------------------------------------------------------------------

    @property
    def now(self) -> Time:
        """Wall and market time."""
        return Time(self.clock.wall)

    def advance(self, until: Time) -> None:
        """Let the market go on."""
        while self.clock.wall < until:
            self.clock.wall = min(self.clock.wall + STEP_S * SECOND_US, int(until))
            self._tell(self.clock.wall)
            self.rest()

    def _append(self, topic: str, number: int, message: Any) -> None:
        self.log.append(topic, number, codec.encode(message))

    def _tell(self, wall: int) -> None:
        at = Time(wall)
        for one in by_symbol(self.feed.take(at), self.feed.symbols):
            self._ticks(tick_batch(one, "replay", "journey", at, at))
        for number in range(PARTITIONS):
            through = TicksThrough(at=at, market_at=at, source="replay", partition=number)
            self._append(MARKET_TICKS, number, through)
        report = FeedReported(
            at=at, market_at=at, source="replay", run="journey", state=FeedState.LIVE,
            symbols=self.feed.symbols, simulated=False, ticks=0, ticks_per_second=0.0,
        )  # fmt: skip
        self._append(MARKET_STATUS, 0, report)
        self._seq += 1
        clock = ClockAdvanced(
            at=at, market_at=at, seq=self._seq, market_time=at, wall_time=at,
            is_open=wall < self.closes, session="day",
            next_open=Time(self.closes + 17 * 3600 * SECOND_US),
            next_close=Time(self.closes + (wall >= self.closes) * 86_400 * SECOND_US),
        )  # fmt: skip
        self._append(MARKET_CLOCK, 0, clock)

    def _ticks(self, batch: TickBatch) -> None:
        self._append(MARKET_TICKS, partition_of(batch.symbol, PARTITIONS), batch)
        place = batch.kind.rfind("q")
        if place < 0:
            return
        quote = QuoteUpdated(
            at=batch.at, market_at=Time(batch.time_us[place]), symbol=batch.symbol,
            bid=batch.bid[place], bid_size=batch.bid_size[place], ask=batch.ask[place],
            ask_size=batch.ask_size[place], row=batch.row[place], source="replay",
        )  # fmt: skip
        self._last[batch.symbol] = quote
        self._append(MARKET_QUOTES, partition_of(batch.symbol, PARTITIONS), quote)

    def quote(self) -> QuoteUpdated:
        """The last quote."""
        return self._last[self.symbol]

    # -- the client ------------------------------------------------------------------------------

    def _stamp(self) -> dict[str, Any]:
        self._commands += 1
        return {"at": self.now, "market_at": self.now, "actor": "ada", **WHOSE}

    def ask(self, topic: str, command: Command) -> None:
        """Send a command and let the rooms answer."""
        self._append(topic, 0, command)
        self.rest()

    def _open(self) -> None:
        self.rest()
        opening = OpenAccount(
            **self._stamp(), command_id=ACCOUNT, name="day", cash=Decimal(10_000_000)
        )
        self.ask(PORTFOLIO_INBOX, opening)
        scope = Scope(kind=ScopeKind.ACCOUNT, name=ACCOUNT)
        limits = SetLimits(
            **self._stamp(), command_id="limits", scope=scope, values=LIMITS, reason="opened"
        )
        self.ask(RISK_INBOX, limits)
        self.advance(Time(self.clock.wall + STEP_S * SECOND_US))

    def submit(self, order_id: str, side: Side, quantity: int, **fields: Any) -> OrderRow:
        """Send an order through the gate; what became of it."""
        order = Order(
            order_id=order_id, client_order_id=order_id, symbol=self.symbol, side=side,
            quantity=Decimal(quantity), actor="ada", chain_id=order_id, **WHOSE, **fields,
        )  # fmt: skip
        self.ask(RISK_INBOX, SubmitOrder(**self._stamp(), command_id=order_id, order=order))
        return self.order(order_id)

    def cancel(self, order_id: str) -> None:
        """Cancel an order."""
        stamp = self._stamp()
        cancel = CancelOrder(**stamp, command_id=f"c{self._commands}", order_id=order_id)
        self.ask(OMS_INBOX, cancel)

    # -- what became of it -----------------------------------------------------------------------

    def order(self, order_id: str) -> OrderRow:
        """The order as OMS has it stored."""
        row: OrderRow = self.databases["oms"].rows[(0, "orders")][(order_id,)]
        return row

    def orders(self) -> list[OrderRow]:
        """All of them."""
        return list(self.databases["oms"].rows[(0, "orders")].values())

    def executions(self, order_id: str | None = None) -> list[ExecutionRow]:
        """The executions of an order, or all, in order of time."""
        rows = self.databases["oms"].rows[(0, "executions")].values()
        found = [row for row in rows if order_id in (None, row.order_id)]
        return sorted(found, key=lambda row: (row.transact_at, row.execution_id))

    def position(self) -> Decimal:
        """What portfolio says is held."""
        row = self.databases["portfolio"].rows[(0, "positions")].get((ACCOUNT, self.symbol))
        return Decimal(0) if row is None else row.quantity
