"""Risk through the real loop on the memory log: deaths in between, and everything decided again
afterwards from the journal, byte for byte.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from typing import Any

import pytest

from services.risk.core.state import RiskState
from services.risk.handlers import ROOM
from shared import codec
from shared.bus.memory import MemoryLog, MemoryReader, MemoryWriter
from shared.bus.ports import Partition
from shared.commands import (
    HaltTrading,
    RearmBreaker,
    ReplaceOrder,
    ResumeTrading,
    SetLimits,
    SubmitOrder,
    Withdraw,
)
from shared.events.market import ClockAdvanced, QuoteUpdated
from shared.events.oms import OrderCanceled, OrderFilled
from shared.events.portfolio import AccountOpened, AccountValued, CashMoved, PositionValue
from shared.events.runtime import RoomAlive
from shared.kill import KillPoint
from shared.messages import Event, Message
from shared.replay import Replay, read_whole
from shared.service import Service
from shared.start import inputs, outputs
from shared.table import Latest
from shared.topics import partition_of
from shared.types import ZERO, Execution, OrderStatus, Scope, ScopeKind, Side, Time
from tests.builders import NOON, account, order
from tests.fakes.store import MemoryDatabase, MemoryStore
from tests.unit.services.risk.desk import CLASSES, INSTRUMENTS, D, examples, limit, state_of

SHARDS = 2
FIRMS = ("firm-1", "firm-2", "firm-3")
LIMITS = {"position_quantity_max": "500", "orders_per_second_max": "3", "daily_loss_max": "500"}


def make(latest: Latest, number: int) -> RiskState:
    return RiskState(latest, INSTRUMENTS, number)


class Stage:
    """The room over a log that the test writes; time goes by halves of a second."""

    def __init__(self, seed: int) -> None:
        self.log, self.database, self.steps = MemoryLog(), MemoryDatabase(), 0
        self.seq: dict[tuple[str, int], int] = defaultdict(int)
        self.dice, self.count = random.Random(seed), 0
        self.tokens: list[str] = []

    @property
    def now(self) -> Time:
        return NOON.plus(self.steps * 500_000)

    async def start(self) -> None:
        """A new process; the one before is dead."""
        self.room = Service(
            ROOM, make, list(range(SHARDS)), MemoryStore(self.database), MemoryReader(self.log),
            MemoryWriter(self.log), process="risk", partitions=SHARDS, kill=KillPoint(ROOM.name),
        )  # fmt: skip
        await self.room.begin()

    async def settle(self) -> None:
        idle = 0
        while idle < 2:
            idle = 0 if await self.room.turn(0) else idle + 1

    def say(self, topic: str, kind: type[Message], firm: str, /, **fields: Any) -> None:
        """Put a message of the firm's account on its partition."""
        number = partition_of(firm, SHARDS)
        if issubclass(kind, Event):
            self.seq[topic, number] += 1
            fields["seq"] = self.seq[topic, number]
        whose = {"firm_id": firm, "account_id": f"account-of-{firm}"}
        message = kind(at=self.now, market_at=self.now, **{**whose, **fields})
        self.log.append(topic, number, codec.encode(message))

    def ask(self, kind: type[Message], firm: str, **fields: Any) -> str:
        """A command; its id."""
        self.count += 1
        fields = {"command_id": f"command-{self.count}", "actor": "ada", **fields}
        self.say("risk.inbox", kind, firm, **fields)
        return str(fields["command_id"])

    def open(self, firm: str) -> None:
        opened = account(f"account-of-{firm}", firm_id=firm, multiplier=D(2))
        self.say("portfolio.positions", AccountOpened, firm, account=opened)
        cash = {"kind": "opening", "amount": D(100_000), "balance": D(100_000), "currency": "USD"}
        self.say("portfolio.positions", CashMoved, firm, journal_id="j", **cash)
        scope = Scope(kind=ScopeKind.ACCOUNT, name=f"account-of-{firm}")
        values = {**CLASSES["paper"], **LIMITS}
        self.ask(SetLimits, firm, scope=scope, values=values, reason="opened")

    def look_alive(self, late: float = 0.2) -> None:
        """Now and then somebody is late."""
        for number in range(SHARDS):
            for room in ("oms", "portfolio", "venue.paper"):
                if self.dice.random() >= late:
                    seen = RoomAlive(
                        at=self.now, market_at=self.now, room=room, process=room, partition=number
                    )
                    self.log.append("room.status", 0, codec.encode(seen))
        for symbol, price in (("AIG", 100.0), ("IBM", 50.0)):
            if self.dice.random() >= late:
                bid = price + self.dice.randrange(-50, 50) / 100
                seen = QuoteUpdated(
                    at=self.now, market_at=self.now, symbol=symbol, bid=bid, bid_size=1,
                    ask=bid + self.dice.choice([0.05, 0.05, -0.05]), ask_size=1, row=self.steps,
                    source="test",
                )  # fmt: skip
                self.log.append("market.quotes", partition_of(symbol, 4), codec.encode(seen))

    def value(self, firm: str, late: float = 0.3) -> None:
        if self.dice.random() < late:
            return
        equity = D(100_000 - self.dice.choice([0, 100, 450, 450, 600 if self.steps > 20 else 0]))
        seen = AccountValued(
            at=self.now, market_at=self.now, account_id=f"account-of-{firm}", firm_id=firm,
            currency="USD", cash=D(100_000), equity=equity, long_value=ZERO, short_value=ZERO,
            unrealised=ZERO, realised=ZERO, day_start_equity=D(100_000), day_flows=ZERO,
            peak_equity=D(100_000), oms_seq=0, day=NOON, positions=(self.position("AIG"),),
        )  # fmt: skip
        number = partition_of(firm, SHARDS)
        self.log.append("portfolio.valuations", number, codec.encode(seen))

    def position(self, symbol: str) -> PositionValue:
        """A price for the account's own book; its quantity nobody takes."""
        price = D(self.dice.choice([90, 100, 110]))
        return PositionValue(
            symbol=symbol, quantity=D(1), average_price=price, price=price, market_value=price,
            unrealised=ZERO,
        )  # fmt: skip

    def tick(self) -> None:
        for number in range(SHARDS):
            self.seq["market.clock", number] += 1
            message = ClockAdvanced(
                at=self.now, market_at=self.now, seq=self.seq["market.clock", number],
                market_time=self.now, wall_time=self.now, is_open=True, session="2013-10-09",
                next_open=NOON, next_close=NOON,
            )  # fmt: skip
            self.log.append("market.clock", number, codec.encode(message))

    def trade(self, firm: str) -> None:
        """An order, a replace, a withdrawal, a halt: whatever comes to mind."""
        act, name = self.dice.random(), f"command-{self.count + 1}"
        account_id = f"account-of-{firm}"
        if act < 0.7:
            fields: dict[str, Any] = {"symbol": self.dice.choice(["AIG", "IBM"])}
            fields |= {"side": self.dice.choice(list(Side)), "quantity": D(self.dice.choice([
                10, 100, 600]))}  # fmt: skip
            if self.dice.random() < 0.5:
                fields |= limit(self.dice.choice(["99", "100", "50", "51"]))
            asked = order(name, account_id=account_id, firm_id=firm, **fields)
            self.ask(SubmitOrder, firm, order=asked)
        elif act < 0.8 and self.working(firm):
            replaced = self.dice.choice(self.working(firm))
            self.ask(ReplaceOrder, firm, order_id=replaced, quantity=D(150))
        elif act < 0.87:
            self.ask(Withdraw, firm, amount=D(self.dice.choice([10, 90_000])))
        elif act < 0.9:
            self.ask(HaltTrading, firm, scope=Scope(kind=ScopeKind.FIRM), reason="r", cancel=True)
        elif act < 0.96:
            self.ask(ResumeTrading, firm, scope=Scope(kind=ScopeKind.FIRM), reason="r")
        else:
            self.ask(RearmBreaker, firm, breaker="daily_loss", reason="seen")

    def working(self, firm: str) -> list[str]:
        state: Any = self.room.shards[partition_of(firm, SHARDS)].state
        return [row.order_id for row in state.live_orders.by("account", f"account-of-{firm}")]

    def answer(self, firm: str) -> None:
        """OMS fills or cancels something."""
        if not self.working(firm):
            return
        state: Any = self.room.shards[partition_of(firm, SHARDS)].state
        row = state.live_orders.get(self.dice.choice(self.working(firm)))
        if self.dice.random() < 0.3:
            told = state_of(row.body, OrderStatus.CANCELED, row.cum_quantity)
            self.say("oms.orders", OrderCanceled, firm, state=told)
            return
        quantity = min(D(self.dice.choice([10, 100])), row.quantity - row.cum_quantity)
        cum = row.cum_quantity + quantity
        status = OrderStatus.FILLED if cum == row.quantity else OrderStatus.PARTIALLY_FILLED
        execution = Execution(
            execution_id=f"e-{self.steps}-{firm}", order_id=row.order_id,
            account_id=row.account_id, symbol=row.symbol, side=row.side, quantity=quantity,
            price=row.price, transact_at=self.now,
        )  # fmt: skip
        told = state_of(row.body, status, cum)
        self.say("oms.orders", OrderFilled, firm, state=told, execution=execution)

    async def play(self, steps: int) -> None:
        await self.start()
        for firm in FIRMS:
            self.open(firm)
        await self.settle()
        for _ in range(steps):
            self.steps += 1
            self.look_alive()
            self.tick()
            for firm in FIRMS:
                self.value(firm)
                for _ in range(self.dice.randrange(3)):
                    self.trade(firm)
                self.answer(firm)
            await self.settle()
            if self.dice.random() < 0.1:
                await self.start()  # another process takes over, and knows of no sign of life
        await self.settle()

    async def decide_again(self) -> None:
        """Every shard from its log and journal: the same words, and the same tables."""
        topics = [*inputs(ROOM), *outputs(ROOM)]
        for number in range(SHARDS):
            names = [Partition(topic, number) for topic in topics]
            log = await read_whole(MemoryReader(self.log), names)
            replay = Replay(ROOM, make, number, log)
            assert list(replay.run()) == []
            for table in replay.shard.state.tables():
                decided = {table.key_of(row): codec.encode(row) for row in table.rows()}
                assert decided == dict(self.database.rows[(number, table.name)]), table.name

    def said(self) -> dict[str, int]:
        """How often each kind of message was said."""
        found: dict[str, int] = defaultdict(int)
        for topic in ("risk.decisions", "risk.events"):
            for number in range(SHARDS):
                for raw in self.log.partitions[Partition(topic, number)]:
                    found[type(codec.decode(topic, raw)).__name__] += 1
        return found


@pytest.mark.timeout(600)
def test_whatever_happened_is_decided_again_in_the_same_words() -> None:
    for seed in range(examples(3)):
        stage = Stage(seed)
        asyncio.run(stage.play(60))
        asyncio.run(stage.decide_again())
        said = stage.said()
        for kind in ("OrderApproved", "OrderDenied", "BreakerTripped", "TradingStateChanged"):
            assert said[kind] > 0, (seed, kind, dict(said))
