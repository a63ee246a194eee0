"""An order's whole path through the pure cores in one process: created, judged by the gate, taken
in by OMS, accepted and filled by the paper exchange, booked by OMS, risk and portfolio; beside
nautilus_trader's backtest engine doing the same with a market order a quote.

Buys and sells of 100 in turn, at the market, over ten accounts of one symbol each. Every handler is
the one that the rooms run; left out is what lies between rooms (bytes, Kafka, PostgreSQL), but for
the message's number. What a commit takes out of memory leaves it here too, every `A_POLL` orders.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from benches.gate_world import LIMITS
from benches.nautilus import engine_reference
from benches.result import Result, against, at_most, told
from services.oms.core.state import OmsState
from services.oms.handlers import HANDLERS as OMS
from services.portfolio.core.state import PortfolioState
from services.portfolio.handlers import HANDLERS as PORTFOLIO
from services.risk.core.rows import LimitsRow
from services.risk.core.state import RiskState
from services.risk.handlers import HANDLERS as RISK
from services.venue.core.guard import GuardLimits
from services.venue.core.matching.quote import Quote
from services.venue.core.observations import StandingQuote
from services.venue.core.state import VenueState
from services.venue.handlers import HANDLERS as VENUE
from shared.commands import OpenAccount, SubmitOrder
from shared.events.market import ClockAdvanced, QuoteUpdated, TicksThrough
from shared.events.oms import OrderFilled
from shared.events.portfolio import AccountValued
from shared.events.runtime import RoomAlive
from shared.instruments import Instrument
from shared.messages import Event
from shared.table import At, Latest
from shared.topics import partition_of
from shared.types import Order, OrderType, Side, Time

ACCOUNTS = 10
A_POLL = 100
US_MAX, RATIO_MAX, FLAT_MAX = 39.0, 0.1, 1.1
MOST = 1_000_000
ROUNDS = 5
A_ROUND = 10_000
AT = At(Time.parse("2026-01-05T15:00:00Z"), Time.parse("2026-01-05T15:00:00Z"))
FREE = {**LIMITS, "orders_per_second_max": "off", "order_notional_max": "off"}
"""Every order is judged at the same moment, so a rate would deny it."""


class OrderPath:
    """The four rooms, one shard each, and the numbers of their messages."""

    def __init__(self) -> None:
        symbols = [f"S{number}" for number in range(ACCOUNTS)]
        instruments = {name: Instrument(symbol=name) for name in symbols}
        self.latest = Latest()
        self.risk = RiskState(self.latest, instruments, 0)
        self.oms = OmsState(Latest(), instruments)
        self.venue = VenueState(Latest(), instruments, 0)
        self.venue.limits = GuardLimits(orders_per_second_max=MOST * 2)
        self.portfolio = PortfolioState(Latest(), instruments)
        self.seq = self.filled = self.orders = 0
        self.accounts = [self._open(number) for number in range(ACCOUNTS)]
        self._see(symbols)
        self.settle()
        self.prepared: list[SubmitOrder] = []

    def _stamped(self, event: Any) -> Any:
        self.seq += 1
        return msgspec.structs.replace(event, seq=self.seq, at=AT.wall, market_at=AT.market)

    def _open(self, number: int) -> str:
        account_id, firm = f"account-{number}", f"firm-{number}"
        stamp = {"at": AT.wall, "market_at": AT.market, "actor": "bench", "firm_id": firm}
        opened = OpenAccount(
            **stamp, command_id=account_id, account_id=account_id, name="x", cash=Decimal(10**7)
        )
        for event in PORTFOLIO[OpenAccount](opened, self.portfolio, AT):
            if isinstance(event, AccountValued):
                self.latest.set(account_id, event)
            elif type(event) in RISK:
                RISK[type(event)](self._stamped(event), self.risk, AT)
        self.risk.limits.put(
            LimitsRow(
                scope_key=f"account::{account_id}",
                version=1,
                values=FREE,
                actor="bench",
                reason="bench",
                at=AT.wall,
            )
        )
        return account_id

    def _see(self, symbols: list[str]) -> None:
        for room in ("oms", "portfolio", "venue.paper"):
            sign = RoomAlive(at=AT.wall, market_at=AT.market, room=room, process=room, partition=0)
            self.latest.set(f"{room}/0", sign)
        for symbol in symbols:
            quote = QuoteUpdated(
                at=AT.wall, market_at=AT.market, symbol=symbol, bid=99.99, bid_size=1e9,
                ask=100.01, ask_size=1e9, row=0, source="bench",
            )  # fmt: skip
            self.latest.set(symbol, quote)
            stands = Quote(int(AT.market) - 1, 0, 99.99, 1e9, 100.01, 1e9)
            seen = StandingQuote(
                at=AT.wall, market_at=AT.market, symbol=symbol, quote=stands, before=stands,
                before_through=AT.market, last_time=int(AT.market), last_row=0,
            )  # fmt: skip
            self.venue.latest.set(symbol, seen)
            place = partition_of(symbol, self.venue.market_partitions)
            through = TicksThrough(at=AT.wall, market_at=AT.market, source="bench", partition=place)
            self.venue.latest.set(str(place), through)
        clock = ClockAdvanced(
            at=AT.wall, market_at=AT.market, seq=1, market_time=AT.market, wall_time=AT.wall,
            is_open=True, session="2026-01-05", next_open=Time.parse("2026-01-06T14:30:00Z"),
            next_close=Time.parse("2026-01-05T21:00:00Z"),
        )  # fmt: skip
        for handlers, state in ((OMS, self.oms), (VENUE, self.venue)):
            handlers[ClockAdvanced](clock, state, AT)  # type: ignore[index]

    def settle(self) -> None:
        """What a commit does to memory."""
        for state in (self.risk, self.oms, self.venue, self.portfolio):
            for table in state.tables():
                table.settle()
            state.latest.take_evidence()

    def walk(self, count: int) -> float:
        """Microseconds of processor time an order, over so many."""
        began = time.process_time()
        for _ in range(count):
            self.one()
            if self.orders % A_POLL == 0:
                self.settle()
        return (time.process_time() - began) / count * 1e6

    def one(self) -> None:
        """One order from its creation to the books."""
        number = self.orders
        self.orders += 1
        place, turn = number % ACCOUNTS, number // ACCOUNTS
        order_id = f"order-{number}"
        order = Order(
            order_id=order_id,
            account_id=self.accounts[place],
            firm_id=f"firm-{place}",
            client_order_id=order_id,
            symbol=f"S{place}",
            side=Side.SELL if turn & 1 else Side.BUY,
            quantity=Decimal(100),
            type=OrderType.MARKET,
            chain_id=order_id,
        )
        command = SubmitOrder(
            at=AT.wall, market_at=AT.market, command_id=order_id, actor="bench",
            firm_id=order.firm_id, account_id=order.account_id, order=order,
        )  # fmt: skip
        for verdict in RISK[SubmitOrder](command, self.risk, AT):
            self._to_oms(self._stamped(verdict))

    def _to_oms(self, message: Event) -> None:
        for event in OMS[type(message)](message, self.oms, AT):
            told_ = self._stamped(event)
            kind = type(told_)
            if kind in RISK:
                RISK[kind](told_, self.risk, AT)
            if kind in PORTFOLIO:
                PORTFOLIO[kind](told_, self.portfolio, AT)
            if kind in VENUE:
                for report in VENUE[kind](told_, self.venue, AT):
                    self._to_oms(self._stamped(report))
            if kind is OrderFilled:
                self.filled += 1


def run(state: Path) -> Iterator[Result]:
    """The mean beside the peer's in the same run, and after a million orders."""
    path = OrderPath()
    path.walk(2_000)
    gc.collect()
    gc.freeze()
    peer = engine_reference()
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(path.walk(A_ROUND))
        if peer is not None:
            theirs.append(peer.measure())
    value = sorted(ours)[ROUNDS // 2]
    yield at_most("order_path.mean", value, "us/order", US_MAX)
    if peer is not None:
        beside = sorted(theirs)[ROUNDS // 2]
        yield against("order_path", value, "us/order", peer.name, beside, RATIO_MAX)
    path.walk(MOST - path.orders - A_ROUND)
    last = path.walk(A_ROUND)
    if path.filled != path.orders:
        raise AssertionError(f"{path.filled} of {path.orders} orders were filled")
    yield against("order_path.at_1e6", last, "us/order", "the first 50,000", value, FLAT_MAX)
    yield told("order_path.orders", path.orders, "orders")
