"""Portfolio's real shard on a real PostgreSQL, without Kafka: what is said to it is committed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal as D
from typing import Any

from services.portfolio.core.state import PortfolioState
from services.portfolio.handlers import ROOM
from shared import codec
from shared.bus.ports import Record
from shared.commands import OpenAccount
from shared.events.market import ClockAdvanced, QuoteUpdated
from shared.events.oms import OrderFilled
from shared.instruments import Instrument
from shared.kill import KillPoint
from shared.messages import Message
from shared.rows import ShardRow
from shared.shard import Shard
from shared.statements import Harvest
from shared.store import PostgresStore
from shared.table import Latest
from shared.topics import MARKET_CLOCK, OMS_ORDERS, PORTFOLIO_INBOX
from shared.types import Execution, OrderState, OrderStatus, Side
from tests.builders import ACCOUNT, FIRM, NOON, order

INSTRUMENTS = {name: Instrument(symbol=name) for name in ("AIG", "IBM")}
Said = tuple[str, Message]


def keep(url: str, said: Sequence[Said], quotes: Sequence[QuoteUpdated] = ()) -> Shard:
    """Load shard 0, show it the quotes, say all of it in one commit; the shard as it is then."""
    return asyncio.run(_keep(url, said, quotes))


async def _keep(url: str, said: Sequence[Said], quotes: Sequence[QuoteUpdated]) -> Shard:
    store = await PostgresStore.connect(url, ROOM, KillPoint("portfolio"))
    try:
        shard = await _owned(store)
        for quote in quotes:
            shard.latest.set(quote.symbol, quote)
        for topic, message in said:
            record = Record(topic, 0, shard.next.get(topic, 0), codec.encode(message))
            shard.handle(record, shard.take(record))
        assert shard.errors == []
        if said:
            row, outputs = shard.harvest()
            await store.commit([Harvest(shard, row, outputs)], {})
            shard.settle(row)
        return shard
    finally:
        await store.close()


async def _owned(store: PostgresStore) -> Shard:
    await store.own([0])
    row = await store.shard_row(0)
    if row is None:
        row = ShardRow(shard=0, release="1")
        await store.create_shard(row)
    latest = Latest()
    shard = Shard(ROOM, row, PortfolioState(latest, INSTRUMENTS), latest, "1")
    await store.load(shard)
    return shard


def opening(cash: str = "100000", account_id: str = ACCOUNT, **fields: Any) -> Said:
    """An account is opened."""
    return PORTFOLIO_INBOX, OpenAccount(
        at=NOON, market_at=NOON, command_id=f"open-{account_id}", actor="ada", firm_id=FIRM,
        account_id=account_id, name="test", cash=D(cash), **fields,
    )  # fmt: skip


def fill(number: int, side: str, quantity: str, price: str, **fields: Any) -> Said:
    """Execution `number` of the account, which costs 35 cents, is the event of that number."""
    values: dict[str, Any] = {"account_id": ACCOUNT, "symbol": "AIG", "fee": D("0.35"), **fields}
    execution = Execution(
        execution_id=f"execution-{number}", order_id=f"order-{number}", side=Side(side),
        quantity=D(quantity), price=D(price), transact_at=NOON, **values,
    )  # fmt: skip
    state = OrderState(
        order=order(execution.order_id), status=OrderStatus.FILLED, created_at=NOON,
        submitted_at=NOON, updated_at=NOON,
    )  # fmt: skip
    return OMS_ORDERS, OrderFilled(
        at=NOON, market_at=NOON, seq=number, firm_id=FIRM, account_id=execution.account_id,
        state=state, execution=execution,
    )  # fmt: skip


def clock(number: int, session: str = "2013-10-09") -> Said:
    """The clock's message of that number, as many seconds after noon."""
    at = NOON.plus(number * 1_000_000)
    return MARKET_CLOCK, ClockAdvanced(
        at=at, market_at=at, seq=number, market_time=at, wall_time=at, is_open=True,
        session=session, next_open=at, next_close=at,
    )  # fmt: skip


def quote(symbol: str, bid: float, ask: float) -> QuoteUpdated:
    """A quote of noon."""
    return QuoteUpdated(
        at=NOON, market_at=NOON, symbol=symbol, bid=bid, bid_size=1, ask=ask, ask_size=1, row=0,
        source="test",
    )  # fmt: skip
