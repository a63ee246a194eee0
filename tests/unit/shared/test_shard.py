"""What a handler reads is in the journal also where it changed nothing: with an older observation
it might have.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from shared import codec
from shared.bus.ports import Record
from shared.events.market import QuoteUpdated
from shared.events.risk import OrderApproved
from shared.events.runtime import Consumed
from shared.messages import Event
from shared.rows import ShardRow
from shared.shard import Shard
from shared.table import At, Latest
from shared.topics import OMS_JOURNAL, RISK_DECISIONS
from tests.builders import NOON, approved
from tests.fakes.toy import TOY, ToyState, on_order_approved


def quote(bid: float) -> QuoteUpdated:
    return QuoteUpdated(
        at=NOON, market_at=NOON, symbol="AIG", bid=bid, bid_size=1, ask=bid + 1, ask_size=1, row=0,
        source="test",
    )  # fmt: skip


def counts_when_cheap(message: OrderApproved, state: ToyState, at: At) -> Sequence[Event]:
    """Does something only where the price is below 50."""
    seen = state.latest.read(QuoteUpdated, "AIG")
    return on_order_approved(message, state, at) if seen and seen.bid < 50 else []


ROOM = msgspec.structs.replace(TOY, handlers={OrderApproved: counts_when_cheap})


def test_evidence_of_a_handler_that_did_nothing_is_journalled() -> None:
    latest = Latest()
    shard = Shard(ROOM, ShardRow(shard=0), ToyState(latest), latest, "1")
    latest.set("AIG", quote(99.0))
    record = Record(RISK_DECISIONS, 0, 0, codec.encode(approved(1)))
    shard.handle(record, shard.take(record))
    assert not shard.has_news()
    latest.set("AIG", quote(40.0))
    record = Record(RISK_DECISIONS, 0, 1, codec.encode(approved(2)))
    shard.handle(record, shard.take(record))
    _, (first, _) = shard.harvest()
    entry = codec.decode(OMS_JOURNAL, bytes(first.value))
    assert isinstance(entry, Consumed)
    seen = [msgspec.json.decode(bytes(one.body))["bid"] for one in entry.observed]
    assert seen == [99.0, 40.0]
    assert [one.offset for one in entry.observed] == [0, 1]


def test_what_an_observation_leads_to_is_of_its_time_and_one_that_led_to_nothing_is_not() -> None:
    def says_when_cheap(seen: QuoteUpdated, state: ToyState, at: At) -> Sequence[Event]:
        return on_order_approved(approved(1), state, at) if seen.bid < 50 else []

    room = msgspec.structs.replace(TOY, handlers={QuoteUpdated: says_when_cheap})
    latest = Latest()
    shard = Shard(room, ShardRow(shard=0), ToyState(latest), latest, "1")
    record = Record("market.quotes", 0, 0, b"")
    shard.observe(record, quote(99.0))
    assert (shard.at.wall, shard.said) == (0, [])
    shard.observe(record, quote(40.0))
    assert [(one.at, one.market_at) for one in shard.said] == [(NOON, NOON)]
