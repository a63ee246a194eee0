"""What the start checks make of a voice: old numbers behind newer ones, and one that ends early."""

from __future__ import annotations

import pytest

from shared.bus.memory import MemoryLog
from shared.bus.ports import Partition
from shared.start import StartRefused
from shared.topics import OMS_ORDERS
from tests.builders import approved
from tests.fakes.store import MemoryDatabase
from tests.fakes.toy import started
from tests.unit.shared.loop import play, put

VOICE = Partition(OMS_ORDERS, 0)


async def say_three(log: MemoryLog, database: MemoryDatabase) -> list[bytes]:
    """A room says the numbers 1 to 3; the log has them, and nothing waits to be sent."""
    service = await started(log, database)
    for number in (1, 2, 3):
        put(log, approved(number, f"order-{number}"))
    await service.turn(0)
    await service._relay.settle()
    await service._mark(service._relay.acknowledged())
    return log.partitions[VOICE]


def test_what_a_woken_owner_sent_once_more_behind_newer_numbers_is_no_reason_to_refuse() -> None:
    async def body(log: MemoryLog, database: MemoryDatabase) -> None:
        said = await say_three(log, database)
        assert len(said) == 3
        said += said[:2]
        await started(log, database)

    play(body)


def test_a_voice_that_lost_its_end_is_refused_whatever_lies_behind() -> None:
    async def body(log: MemoryLog, database: MemoryDatabase) -> None:
        said = await say_three(log, database)
        said[2] = said[0]
        with pytest.raises(StartRefused, match="ends at number 2, the outbox begins at 4"):
            await started(log, database)

    play(body)
