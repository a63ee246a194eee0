"""Portfolio through the real loop on the memory log: deaths in between, and everything decided
again afterwards.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from decimal import Decimal as D
from typing import Any

from services.portfolio.core.state import PortfolioState
from services.portfolio.handlers import ROOM
from shared import codec
from shared.bus.memory import MemoryLog, MemoryReader, MemoryWriter
from shared.bus.ports import Partition
from shared.commands import Deposit, OpenAccount
from shared.events.market import ClockAdvanced, QuoteUpdated
from shared.events.oms import OrderFilled
from shared.events.risk import WithdrawalApproved
from shared.instruments import Instrument
from shared.kill import KillPoint
from shared.messages import Event, Message
from shared.replay import Replay, read_whole
from shared.service import Service
from shared.start import inputs, outputs
from shared.table import Latest
from shared.topics import partition_of
from shared.types import Execution, OrderState, OrderStatus, Side, Time
from tests.builders import NOON, order
from tests.fakes.store import MemoryDatabase, MemoryStore

SHARDS = 2
FIRMS = ("firm-1", "firm-2", "firm-3")
SYMBOLS = ("AIG", "IBM")
INSTRUMENTS = {name: Instrument(symbol=name) for name in SYMBOLS}


def make(latest: Latest, _: int) -> PortfolioState:
    return PortfolioState(latest, INSTRUMENTS)


class Stage:
    """The room over a log that the test writes; time goes by seconds."""

    def __init__(self) -> None:
        self.log, self.database, self.second = MemoryLog(), MemoryDatabase(), 0
        self.seq: dict[tuple[str, int], int] = defaultdict(int)
        self.expected: dict[tuple[str, str], D] = defaultdict(D)

    @property
    def now(self) -> Time:
        return NOON.plus(self.second * 1_000_000)

    async def start(self) -> None:
        """A new process; the one before is dead."""
        self.room = Service(
            ROOM, make, list(range(SHARDS)), MemoryStore(self.database), MemoryReader(self.log),
            MemoryWriter(self.log), process="portfolio", partitions=SHARDS,
            kill=KillPoint(ROOM.name),
        )  # fmt: skip
        await self.room.begin()

    async def settle(self) -> None:
        idle = 0
        while idle < 2:
            idle = 0 if await self.room.turn(0) else idle + 1

    def say(self, topic: str, kind: type[Message], firm: str, **fields: Any) -> None:
        """Put a message on the firm's partition."""
        number = partition_of(firm, SHARDS)
        if issubclass(kind, Event):
            self.seq[topic, number] += 1
            fields["seq"] = self.seq[topic, number]
        message = kind(at=self.now, market_at=self.now, **fields)
        self.log.append(topic, number, codec.encode(message))

    def open(self, firm: str) -> None:
        fields = {"account_id": f"account-of-{firm}", "name": firm, "cash": D(100000)}
        self.say(
            "portfolio.inbox", OpenAccount, firm, command_id=f"open-{firm}", actor="ada",
            firm_id=firm, **fields,
        )  # fmt: skip

    def fill(self, firm: str, dice: random.Random, name: str) -> None:
        account, side = f"account-of-{firm}", dice.choice(list(Side))
        execution = Execution(
            execution_id=name, order_id=name, account_id=account, symbol=dice.choice(SYMBOLS),
            side=side, quantity=D(dice.randrange(1, 300)), fee=D("0.35"),
            price=D(dice.randrange(100, 9999)) / 100, transact_at=self.now,
        )  # fmt: skip
        signed = execution.quantity if side is Side.BUY else -execution.quantity
        self.expected[account, execution.symbol] += signed
        state = OrderState(
            order=order(name), status=OrderStatus.FILLED, created_at=NOON, submitted_at=NOON,
            updated_at=NOON,
        )  # fmt: skip
        self.say(
            "oms.orders", OrderFilled, firm, firm_id=firm, account_id=account, state=state,
            execution=execution,
        )  # fmt: skip

    def quote(self, symbol: str, bid: float, ask: float) -> None:
        seen = QuoteUpdated(
            at=self.now, market_at=self.now, symbol=symbol, bid=bid, bid_size=1, ask=ask,
            ask_size=1, row=self.second, source="test",
        )  # fmt: skip
        self.log.append("market.quotes", partition_of(symbol, 4), codec.encode(seen))

    def tick(self) -> None:
        """A second passes; every fortieth a market day ends."""
        self.second += 1
        fields: dict[str, Any] = {
            "market_time": self.now, "wall_time": self.now, "is_open": True,
            "session": f"2013-10-{9 + self.second // 40:02d}", "next_open": NOON,
            "next_close": NOON,
        }  # fmt: skip
        for number in range(SHARDS):
            self.seq["market.clock", number] += 1
            message = ClockAdvanced(
                at=self.now, market_at=self.now, seq=self.seq["market.clock", number], **fields
            )
            self.log.append("market.clock", number, codec.encode(message))

    def table(self, name: str) -> dict[Any, Any]:
        """A table of every shard as stored."""
        return {
            (shard, key): raw
            for shard in range(SHARDS)
            for key, raw in self.database.rows[(shard, name)].items()
        }

    async def again(self, number: int) -> Replay:
        """A shard decided again from its log; nothing may differ from what was said."""
        reader = MemoryReader(self.log)
        names = [Partition(topic, number) for topic in (*inputs(ROOM), *outputs(ROOM))]
        replay = Replay(ROOM, make, number, await read_whole(reader, names))
        assert list(replay.run()) == []
        return replay


async def random_story(stage: Stage, dice: random.Random) -> None:
    """A hundred seconds of fills, flows and quotes, some crossed; the room dies at times."""
    await stage.start()
    for firm in FIRMS:
        stage.open(firm)
    for step in range(100):
        for symbol in SYMBOLS:
            if dice.random() < 0.5:
                bid = round(dice.uniform(10, 20), 2)
                stage.quote(symbol, bid, bid + dice.choice((0.01, 0.02, -0.01)))
        for number in range(dice.randrange(3)):
            stage.fill(dice.choice(FIRMS), dice, f"execution-{step}-{number}")
        if dice.random() < 0.2:
            flow(stage, dice, step)
        stage.tick()
        if dice.random() < 0.6:
            await stage.settle()
        if dice.random() < 0.15:
            await stage.start()
    await stage.settle()


def flow(stage: Stage, dice: random.Random, step: int) -> None:
    firm, amount = dice.choice(FIRMS), D(dice.randrange(1, 100_000)) / 100
    same = {"firm_id": firm, "account_id": f"account-of-{firm}", "amount": amount}
    if dice.random() < 0.5:
        stage.say(
            "portfolio.inbox", Deposit, firm, command_id=f"deposit-{step}", actor="ada", **same
        )
    else:
        stage.say(
            "risk.decisions", WithdrawalApproved, firm, cause=f"withdraw-{step}", currency="USD",
            actor="ada", **same,
        )  # fmt: skip


def test_random_days_with_deaths_leave_the_book_right_and_replay_makes_the_same_tables() -> None:
    async def run(seed: int) -> None:
        stage = Stage()
        await random_story(stage, random.Random(seed))
        expect_sums_of_fills(stage)
        expect_identity(stage)
        for number in range(SHARDS):
            replay = await stage.again(number)
            for table in replay.shard.state.tables():
                decided = {table.key_of(row): codec.encode(row) for row in table.rows()}
                assert decided == dict(stage.database.rows[(number, table.name)]), table.name

    for seed in range(4):
        asyncio.run(run(seed))


def expect_sums_of_fills(stage: Stage) -> None:
    booked = {key: D(0) for key in stage.expected}
    plain = codec.decoder(dict[str, Any])
    for (_, key), raw in stage.table("positions").items():
        booked[key] = D(plain.decode(raw)["quantity"])
    assert booked == stage.expected


def expect_identity(stage: Stage) -> None:
    """Equity is explained by flows, profit and fees, and every entry sums to zero."""
    plain = codec.decoder(dict[str, Any])
    accounts = {key: plain.decode(raw) for key, raw in stage.table("accounts").items()}
    assert len(accounts) == len(FIRMS)
    for key, raw in stage.table("valuations").items():
        valued, flows = plain.decode(raw), D(accounts[key]["flows"])
        profit = D(valued["realised"]) + D(valued["unrealised"]) - D(valued["fees"])
        assert D(valued["equity"]) == flows + profit
    sums: dict[str, D] = defaultdict(D)
    for raw in stage.table("journal_lines").values():
        line = plain.decode(raw)
        sums[line["journal_id"]] += D(line["amount"])
    assert sums and set(sums.values()) == {D(0)}


def test_an_idle_room_writes_nothing_and_values_every_second() -> None:
    async def run() -> None:
        stage = Stage()
        await stage.start()
        stage.open("firm-1")
        stage.tick()
        await stage.settle()
        before, outbox = dict(stage.table("valuations")), len(stage.database.outbox)
        number = partition_of("firm-1", SHARDS)
        told = len(stage.log.partitions[Partition("portfolio.valuations", number)])
        for _ in range(5):
            stage.tick()
            await stage.settle()
        assert stage.table("valuations") == before
        assert len(stage.database.outbox) <= outbox
        after = len(stage.log.partitions[Partition("portfolio.valuations", number)])
        assert after == told + 5

    asyncio.run(run())
