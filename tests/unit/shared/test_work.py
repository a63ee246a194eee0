"""What a poll needs from the store: a release needs what the messages name that it feeds again."""

from __future__ import annotations

import asyncio

import msgspec

from shared import codec
from shared.bus.ports import Record
from shared.commands import ReleaseAccount
from shared.events.risk import OrderApproved
from shared.quarantine import HELD
from shared.rows import ShardRow
from shared.shard import Shard
from shared.table import Latest
from shared.topics import OMS_INBOX, RISK_DECISIONS
from shared.work import Wanted, followed_rows, prefetch, wanted_rows
from tests.builders import ACCOUNT, NOON, approved
from tests.fakes.toy import TOY, ToyState

ROOM = msgspec.structs.replace(
    TOY, names={OrderApproved: lambda message: (("counts", (message.order.symbol,)),)}
)


def test_a_release_wants_the_rows_that_the_messages_name_which_it_feeds_again() -> None:
    latest = Latest()
    shard = Shard(ROOM, ShardRow(shard=0), ToyState(latest), latest, "1")
    held = Record(RISK_DECISIONS, 0, 4, codec.encode(approved(5, symbol="IBM")))
    shard.quarantine.put(held, ACCOUNT, HELD)
    release = ReleaseAccount(
        at=NOON, market_at=NOON, command_id="r", actor="ada", account_id=ACCOUNT, room="oms"
    )
    record = Record(OMS_INBOX, 0, 0, codec.encode(release))
    wanted = wanted_rows(ROOM, [(shard, record, release)])
    names = {table.name: keys for table, keys in wanted[shard].items()}
    assert names == {"commands": {("r",)}, "counts": {("IBM",)}}


def test_rows_that_lead_to_others_are_followed_and_none_is_asked_for_twice() -> None:
    room = msgspec.structs.replace(
        ROOM,
        follows={OrderApproved: lambda _, state: [("counts", ("NEXT",)), ("counts", ("AIG",))]},
    )
    latest = Latest()
    shard = Shard(room, ShardRow(shard=0), ToyState(latest), latest, "1")
    message = approved(1)
    work = [(shard, Record(RISK_DECISIONS, 0, 0, codec.encode(message)), message)]
    counts = shard.state.counts  # type: ignore[attr-defined]
    asked = {shard: {counts: {("AIG",)}}}
    assert followed_rows(room, work, asked) == {shard: {counts: {("NEXT",)}}}
    assert followed_rows(room, work, {shard: {counts: {("AIG",), ("NEXT",)}}}) == {}
    assert followed_rows(ROOM, work, {}) == {}


def test_prefetching_goes_on_until_nothing_new_is_named_and_tells_all_that_was_asked() -> None:
    latest = Latest()
    room = msgspec.structs.replace(
        ROOM, follows={OrderApproved: lambda _, state: [("counts", ("NEXT",))]}
    )
    shard = Shard(room, ShardRow(shard=0), ToyState(latest), latest, "1")
    message = approved(1)
    work = [(shard, Record(RISK_DECISIONS, 0, 0, codec.encode(message)), message)]
    counts = shard.state.counts  # type: ignore[attr-defined]
    rounds: list[Wanted] = []

    async def ask(wanted: Wanted) -> None:
        rounds.append(wanted)

    asked = asyncio.run(prefetch(room, work, ask))
    assert rounds == [{shard: {counts: {("AIG",)}}}, {shard: {counts: {("NEXT",)}}}]
    assert asked == {shard: {counts: {("AIG",), ("NEXT",)}}}
