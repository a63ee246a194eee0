"""A shard folded from its log: how far, what of it the log still lacks, and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from shared import codec
from shared.bus.memory import MemoryLog, MemoryReader
from shared.bus.ports import Partition
from shared.rebuild import RebuildRefused, Stored, fold
from shared.replay import Replay
from shared.rows import OutboxRow
from shared.topics import OMS_JOURNAL, OMS_ORDERS, RISK_DECISIONS
from tests.builders import ACCOUNT, approved
from tests.fakes.store import MemoryDatabase
from tests.fakes.toy import TOY, ToyState, started

JOURNAL, ORDERS = Partition(OMS_JOURNAL, 0), Partition(OMS_ORDERS, 0)
DECISIONS = Partition(RISK_DECISIONS, 0)


class World:
    """Three commits of one order each: entry n of the journal, number n on oms.orders."""

    def __init__(self) -> None:
        self.log, self.database = MemoryLog(), MemoryDatabase()
        asyncio.run(self._live())
        self.outbox = [
            codec.decoder(OutboxRow).decode(raw) for raw in self.database.outbox.values()
        ]

    async def _live(self) -> None:
        service = await started(self.log, self.database)
        for seq in (1, 2, 3):
            self.log.append(RISK_DECISIONS, 0, codec.encode(approved(seq, f"order-{seq}")))
            await service.turn(0)

    def fold(
        self, whole: bool = True, lost: bool = False, outbox: list[OutboxRow] | None = None
    ) -> Replay:
        """`lost`: the database is; `outbox`: what it still holds."""
        rows = {} if lost else self.database.shards
        return asyncio.run(
            fold(
                TOY,
                lambda latest, _: ToyState(latest),
                0,
                MemoryReader(self.log),
                Stored(rows, {0: outbox or []}),
                whole,
            )
        )


def orders_of(again: Replay) -> int:
    state = again.shard.state
    assert isinstance(state, ToyState)
    (row,) = state.counts.rows()
    assert row.account_id == ACCOUNT
    return row.orders


def test_the_whole_log_makes_the_row_and_nothing_waits() -> None:
    world = World()
    for again in (world.fold(), world.fold(lost=True)):
        assert orders_of(again) == 3
        assert again.shard.row == world.database.shards[0]
        assert again.shard.row.seq_out == {OMS_JOURNAL: 3, OMS_ORDERS: 3}
        assert again.waiting == []


def test_the_fold_goes_no_further_than_the_row() -> None:
    world = World()
    before = world.database.shards[0]
    world.log.append(RISK_DECISIONS, 0, codec.encode(approved(4, "order-4")))

    async def go_on() -> None:
        service = await started(world.log, world.database)
        await service.turn(0)

    asyncio.run(go_on())
    world.database.shards[0] = before
    assert orders_of(world.fold(whole=False)) == 3
    assert orders_of(world.fold(whole=True)) == 4


def test_what_is_in_the_outbox_only_is_part_of_the_log_and_waits_still() -> None:
    world = World()
    for name in (JOURNAL, ORDERS):
        world.log.partitions[name].pop()
    for whole in (False, True):
        again = world.fold(whole, outbox=world.outbox[-1:])
        assert orders_of(again) == 3
        assert codec.encode(again.waiting) == codec.encode(world.outbox[-1:])


def test_outputs_that_were_lost_with_the_database_are_decided_again_and_wait() -> None:
    world = World()
    orders, entries = world.log.partitions[ORDERS], world.log.partitions[JOURNAL]
    wanted = [(1, [entries[1], orders[1]]), (2, [entries[2], orders[2]])]
    del orders[1:]
    waiting = world.fold(lost=True).waiting
    assert [(row.version, [bytes(o.value) for o in row.body]) for row in waiting] == wanted


def test_commits_that_were_lost_with_the_database_are_forgotten_and_their_inputs_read_again() -> (
    None
):
    world = World()
    for name in (JOURNAL, ORDERS):
        world.log.partitions[name].pop()
    again = world.fold(lost=True)
    assert (orders_of(again), again.waiting) == (2, [])
    assert again.shard.row.next == {RISK_DECISIONS: 2}


def _cut_the_journal(world: World) -> None:
    world.log.partitions[JOURNAL].pop()


def _lose_an_entry(world: World) -> None:
    del world.log.partitions[JOURNAL][1]


def _change_an_input(world: World) -> None:
    world.log.partitions[DECISIONS][0] = codec.encode(approved(1, "foreign"))


def _cut_the_inputs(world: World) -> None:
    world.log.partitions[DECISIONS].pop()


@pytest.mark.parametrize(
    "harm, lost, words",
    [
        (_cut_the_journal, False, "oms.journal/0 ends at number 2, but .* committed 3"),
        (_cut_the_journal, True, "oms.orders/0 holds number 3, which no entry of oms.journal"),
        (_lose_an_entry, True, "oms.journal/0 has lost number 2"),
        (_change_an_input, True, "not said by this release, or is another one: oms.orders/0 num"),
        (_cut_the_inputs, True, "risk.decisions/0 lacks records that oms has handled: 2 to 2"),
    ],
)
def test_a_log_that_does_not_make_the_tables_is_refused(
    harm: Callable[[World], None], lost: bool, words: str
) -> None:
    world = World()
    harm(world)
    with pytest.raises(RebuildRefused, match=words):
        world.fold(lost=lost)
