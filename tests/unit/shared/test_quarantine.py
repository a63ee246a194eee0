"""What is set aside comes back in the order in which it came, whatever topics it came from."""

from __future__ import annotations

from shared import codec
from shared.bus.memory import MemoryLog
from shared.bus.ports import Partition, Record
from shared.commands import ReleaseAccount
from shared.events.runtime import AccountReleased, Consumed, Quarantined
from shared.quarantine import HELD, Quarantine
from shared.topics import OMS_JOURNAL
from tests.builders import ACCOUNT, NOON, approved
from tests.fakes.store import MemoryDatabase
from tests.fakes.toy import MENDED, started
from tests.unit.shared.loop import OTHER, cancel, count, play, put, told


def test_an_account_is_released_in_the_order_in_which_its_messages_came() -> None:
    quarantine = Quarantine(3)
    records = [
        Record("risk.decisions", 3, 90, b"first"),
        Record("venue.paper.reports", 3, 7, b"second"),
        Record("risk.decisions", 3, 91, b"third"),
    ]
    quarantine.put(records[0], "account-a", "ValueError('x')")
    quarantine.put(Record("risk.decisions", 3, 5, b"another's"), "account-b", HELD)
    quarantine.put(records[1], "account-a", HELD)
    quarantine.put(records[2], "account-a", HELD)
    assert quarantine.holds("account-a")
    assert quarantine.release("account-a") == records
    assert not quarantine.holds("account-a")
    assert quarantine.holds("account-b")


def test_a_message_whose_handler_raises_sets_aside_its_account_only() -> None:
    async def body(log: MemoryLog, database: MemoryDatabase) -> None:
        service = await started(log, database)
        put(log, approved(1, "order-1"))
        put(log, approved(2, "order-2", symbol="POISON"))
        put(log, approved(3, "order-3"))
        put(log, approved(4, "order-4", account_id=OTHER))
        await service.turn(0)
        assert count(database) == 1 and count(database, OTHER) == 1
        assert len(database.rows[(0, "quarantine")]) == 2
        marks = [m for m in told(log, OMS_JOURNAL) if isinstance(m, Quarantined)]
        assert [(m.account_id, m.offset) for m in marks] == [(ACCOUNT, 1)]

    play(body)


def test_a_released_account_gets_its_messages_again_in_order() -> None:
    async def body(log: MemoryLog, database: MemoryDatabase) -> None:
        service = await started(log, database)
        put(log, approved(1, "order-1", symbol="POISON"))
        put(log, approved(2, "order-2"))
        await service.turn(0)
        mended = await started(log, database, MENDED)
        release = ReleaseAccount(
            at=NOON, market_at=NOON, command_id="r", actor="ada", account_id=ACCOUNT, room="oms"
        )
        put(log, release)
        await mended.turn(0)
        assert not database.rows[(0, "quarantine")]
        *orders, answer = told(log)
        named = [m.state.order.order_id for m in orders]  # type: ignore[attr-defined]
        assert named == ["order-1", "order-2"]
        assert isinstance(answer, AccountReleased)
        assert (answer.cause, answer.room, answer.fed, answer.held) == ("r", "oms", 2, 0)

    play(body)


def test_a_release_that_meets_the_same_bug_holds_everything_again() -> None:
    async def body(log: MemoryLog, database: MemoryDatabase) -> None:
        service = await started(log, database)
        put(log, approved(1, "order-1", symbol="POISON"))
        put(log, approved(2, "order-2"))
        await service.turn(0)
        release = ReleaseAccount(
            at=NOON, market_at=NOON, command_id="r", actor="ada", account_id=ACCOUNT, room="oms"
        )
        put(log, release)
        await service.turn(0)
        (answer,) = told(log)
        assert isinstance(answer, AccountReleased)
        assert (answer.fed, answer.held) == (2, 2)
        assert len(database.rows[(0, "quarantine")]) == 2

    play(body)


def test_a_journal_entry_is_numbered_before_the_quarantines_of_its_commit() -> None:
    async def body(log: MemoryLog, database: MemoryDatabase) -> None:
        service = await started(log, database)
        put(log, approved(1, "order-1"))
        put(log, approved(2, "order-2", symbol="POISON"))
        await service.turn(0)
        raws = log.partitions[Partition(OMS_JOURNAL, 0)]
        entries = [codec.decode(OMS_JOURNAL, raw) for raw in raws]
        numbered = {m.seq: type(m) for m in entries}  # type: ignore[attr-defined]
        assert list(numbered.items()) == [(1, Consumed), (2, Quarantined)]

    play(body)


def test_a_cancel_passes_while_its_account_is_set_aside() -> None:
    async def body(log: MemoryLog, database: MemoryDatabase) -> None:
        service = await started(log, database)
        put(log, approved(1, "order-1", symbol="POISON"))
        await service.turn(0)
        put(log, cancel("c-1"))
        await service.turn(0)
        assert [m.request_id for m in told(log)] == ["c-1"]  # type: ignore[attr-defined]

    play(body)
