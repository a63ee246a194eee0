"""The loop over a log and a store in memory: what is seen twice counts once, and every death is
survived.
"""

from __future__ import annotations

import msgspec
import pytest

from shared import codec
from shared.bus.memory import MemoryLog
from shared.bus.ports import Partition, Record
from shared.events.risk import CommandRefused
from shared.events.runtime import Consumed
from shared.shard import ReaderStopped
from shared.start import StartRefused
from shared.topics import MARKET_CLOCK, OMS_INBOX, OMS_JOURNAL, OMS_ORDERS, RISK_DECISIONS
from tests.builders import approved
from tests.fakes.store import MemoryDatabase, StaleOwner
from tests.fakes.toy import TOY, started
from tests.unit.shared.loop import cancel, clock, count, play, put, told


def test_an_event_delivered_twice_is_handled_once() -> None:
    async def body(log: MemoryLog, database: MemoryDatabase) -> None:
        service = await started(log, database)
        for seq in (1, 1, 2, 1, 2):
            put(log, approved(seq, f"order-{seq}"))
        await service.turn(0)
        assert count(database) == 2
        assert [m.seq for m in told(log)] == [1, 2]  # type: ignore[attr-defined]

    play(body)


def test_an_event_behind_a_gap_waits_for_the_missing_one_to_come_again() -> None:
    async def body(log: MemoryLog, database: MemoryDatabase) -> None:
        service = await started(log, database)
        for seq in (1, 3, 2, 3):
            put(log, approved(seq, f"order-{seq}"))
        await service.turn(0)
        orders = [m.state.order.order_id for m in told(log)]  # type: ignore[attr-defined]
        assert orders == ["order-1", "order-2", "order-3"]

    play(body)


def test_a_command_is_decided_once_for_ever_across_restarts() -> None:
    async def body(log: MemoryLog, database: MemoryDatabase) -> None:
        service = await started(log, database)
        put(log, cancel("c-1"))
        put(log, cancel("c-1"))
        await service.turn(0)
        again = await started(log, database)
        put(log, cancel("c-1"))
        put(log, cancel("c-2"))
        await again.turn(0)
        assert [m.request_id for m in told(log)] == ["c-1", "c-2"]  # type: ignore[attr-defined]

    play(body)


def test_a_death_after_the_commit_before_the_relay_sends_the_outbox_again() -> None:
    async def body(log: MemoryLog, database: MemoryDatabase) -> None:
        service = await started(log, database)
        put(log, approved(1))

        async def die(*_: object) -> None:
            raise ConnectionError

        service._relay.send = die  # type: ignore[method-assign]
        with pytest.raises(ConnectionError):
            await service.turn(0)
        assert told(log) == [] and count(database) == 1
        await started(log, database)
        assert [m.cause for m in told(log)] == ["order-1"]  # type: ignore[attr-defined]

    play(body)


def test_a_death_before_the_commit_decides_again() -> None:
    async def body(log: MemoryLog, database: MemoryDatabase) -> None:
        service = await started(log, database)
        put(log, approved(1))

        async def die(*_: object) -> None:
            raise ConnectionError

        service._store.commit = die  # type: ignore[method-assign]
        with pytest.raises(ConnectionError):
            await service.turn(0)
        assert count(database) == 0
        again = await started(log, database)
        await again.turn(0)
        assert count(database) == 1
        assert len(told(log)) == 1

    play(body)


def test_a_stale_owner_commits_nothing() -> None:
    async def body(log: MemoryLog, database: MemoryDatabase) -> None:
        stale = await started(log, database)
        owner = await started(log, database)
        put(log, approved(1))
        await owner.turn(0)
        with pytest.raises(StaleOwner):
            await stale.turn(0)
        assert count(database) == 1
        assert len(told(log)) == 1

    play(body)


def test_the_journal_names_what_was_handled_duplicates_included() -> None:
    async def body(log: MemoryLog, database: MemoryDatabase) -> None:
        service = await started(log, database)
        for seq in (1, 1, 2):
            put(log, approved(seq, f"order-{seq}"))
        await service.turn(0)
        (entry,) = told(log, OMS_JOURNAL)
        assert isinstance(entry, Consumed)
        assert [(run.topic, run.first, run.last) for run in entry.runs] == [(RISK_DECISIONS, 0, 2)]

    play(body)


def test_a_poll_that_changes_nothing_is_not_committed_and_its_range_goes_into_the_next_entry() -> (
    None
):
    async def body(log: MemoryLog, database: MemoryDatabase) -> None:
        service = await started(log, database)
        put(log, approved(1))
        await service.turn(0)
        put(log, approved(1))
        await service.turn(0)
        assert len(told(log, OMS_JOURNAL)) == 1
        put(log, approved(2, "order-2"))
        await service.turn(0)
        second = told(log, OMS_JOURNAL)[1]
        assert [(r.first, r.last) for r in second.runs] == [(1, 2)]  # type: ignore[attr-defined]

    play(body)


def test_what_changed_nothing_is_told_in_the_shard_row_after_two_seconds_of_the_clock() -> None:
    async def body(log: MemoryLog, database: MemoryDatabase) -> None:
        service = await started(log, database)
        put(log, approved(1))
        await service.turn(0)
        put(log, approved(1))
        for second in range(1, 5):
            log.append(MARKET_CLOCK, 0, codec.encode(clock(second)))
            await service.turn(0)
            read = database.shards[0].next[RISK_DECISIONS]
            assert read == (1 if second < 4 else 2), second

    play(body)


def test_an_unreadable_command_is_refused_in_its_turn() -> None:
    async def body(log: MemoryLog, database: MemoryDatabase) -> None:
        service = await started(log, database)
        put(log, cancel("c-1"))
        log.append(OMS_INBOX, 0, b'{"type":"CancelOrder","command_id":"bad"}')
        put(log, cancel("c-2"))
        await service.turn(0)
        assert [m.cause for m in told(log)] == ["c-1", "bad", "c-2"]  # type: ignore[attr-defined]

    play(body)


def test_an_unreadable_command_is_refused_and_an_unreadable_event_stops_the_reader() -> None:
    async def body(log: MemoryLog, database: MemoryDatabase) -> None:
        service = await started(log, database)
        log.append(OMS_INBOX, 0, b'{"type":"CancelOrder","command_id":"bad"}')
        await service.turn(0)
        (refused,) = told(log)
        assert isinstance(refused, CommandRefused)
        assert (refused.command_id, refused.code) == ("bad", "COMMAND_UNREADABLE")
        log.append(RISK_DECISIONS, 0, b"{")
        with pytest.raises(ReaderStopped):
            await service.turn(0)

    play(body)


@pytest.mark.parametrize("fault", ["empty database", "log cut", "other record", "ahead"])
def test_a_log_that_does_not_fit_the_state_is_refused_with_the_remedy(fault: str) -> None:
    async def body(log: MemoryLog, database: MemoryDatabase) -> None:
        service = await started(log, database)
        put(log, approved(1))
        put(log, approved(2, "order-2"))
        await service.turn(0)
        await service._relay.settle()
        await service._mark(service._relay.acknowledged())
        if fault == "empty database":
            database.shards.clear()
        elif fault == "log cut":
            log.partitions[Partition(RISK_DECISIONS, 0)].pop()
        elif fault == "other record":
            log.partitions[Partition(RISK_DECISIONS, 0)][-1] = codec.encode(approved(2, "foreign"))
        else:
            log.append(
                OMS_ORDERS,
                0,
                log.partitions[Partition(OMS_ORDERS, 0)][-1].replace(b'"seq":2', b'"seq":9'),
            )
        with pytest.raises(StartRefused, match="plimsoll rebuild --replace"):
            await started(log, database)

    play(body)


LAST = msgspec.structs.replace(TOY, order=(OMS_INBOX,))
"""As in risk: the inbox is handled after everything else of its poll."""


def test_a_process_that_begins_reads_the_clock_before_it_decides_by_it() -> None:
    async def body(log: MemoryLog, database: MemoryDatabase) -> None:
        for seq in range(1, 4):
            log.append(MARKET_CLOCK, 0, codec.encode(clock(seq)))
        put(log, cancel("c-1"))
        service = await started(log, database, LAST)
        *clocks, asked = await service._reader.poll(0)
        batches = [[asked], clocks[:2], clocks[2:]]

        async def poll(timeout_s: float) -> list[Record]:
            return batches.pop(0)

        service._reader.poll = poll  # type: ignore[method-assign]
        await service.turn(0)
        (refused,) = told(log)
        assert refused.at == clock(3).at
        assert batches == []

    play(body)
