"""What a shard said is said again, byte for byte, when its journal is replayed; what was changed
is found.
"""

from __future__ import annotations

import asyncio

from shared import codec
from shared.bus.memory import MemoryLog, MemoryReader
from shared.bus.ports import Partition
from shared.replay import Verified, verify
from shared.topics import OMS_INBOX, OMS_JOURNAL, OMS_ORDERS, RISK_DECISIONS
from tests.builders import approved
from tests.fakes.store import MemoryDatabase
from tests.fakes.toy import MENDED, TOY, ToyState, started


async def _lived() -> MemoryLog:
    """A log with duplicates, a poisoned order, a restart in the middle and an outbox sent twice."""
    log, database = MemoryLog(), MemoryDatabase()
    service = await started(log, database)
    for seq in (1, 1, 2):
        log.append(RISK_DECISIONS, 0, codec.encode(approved(seq, f"order-{seq}")))
    await service.turn(0)
    poison = approved(3, "order-3", account_id="a-2", symbol="POISON")
    log.append(RISK_DECISIONS, 0, codec.encode(poison))
    await service.turn(0)
    again = await started(log, database)
    log.append(RISK_DECISIONS, 0, codec.encode(approved(4, "order-4", account_id="a-2")))
    log.append(OMS_INBOX, 0, b'{"type":"CancelOrder","command_id":"bad"}')
    log.append(RISK_DECISIONS, 0, codec.encode(approved(5, "order-5")))
    await again.turn(0)
    return log


def _verified(log: MemoryLog) -> Verified:
    async def first() -> Verified:
        reader = MemoryReader(log)
        return await anext(verify(TOY, lambda latest, _: ToyState(latest), [0], reader))

    return asyncio.run(first())


def test_a_log_replayed_says_the_same_bytes() -> None:
    log = asyncio.run(_lived())
    outputs = {(topic, raw) for (topic, _), said in log.partitions.items() for raw in said}
    outputs = {(topic, raw) for topic, raw in outputs if topic in (OMS_ORDERS, OMS_JOURNAL)}
    assert _verified(log) == (0, 3, len(outputs), [])


def test_what_was_set_aside_is_set_aside_again_by_a_room_that_was_mended() -> None:
    log = asyncio.run(_lived())

    async def mended() -> Verified:
        reader = MemoryReader(log)
        return await anext(verify(MENDED, lambda latest, _: ToyState(latest), [0], reader))

    assert asyncio.run(mended()) == _verified(log)


def test_what_the_last_commit_has_not_yet_relayed_is_no_difference() -> None:
    log = asyncio.run(_lived())
    whole = _verified(log)
    log.partitions[Partition(OMS_ORDERS, 0)].pop()
    assert _verified(log) == whole._replace(messages=whole.messages - 1)


def test_a_message_that_is_missing_before_the_last_commit_is_a_difference() -> None:
    log = asyncio.run(_lived())
    said = log.partitions[Partition(OMS_ORDERS, 0)]
    first = said[0]
    said[:] = [raw for raw in said if raw != first]
    (told,) = _verified(log).differences
    assert told.startswith(f"{OMS_ORDERS}/0 number 1: said None")


def test_a_changed_record_is_a_difference_that_is_told() -> None:
    log = asyncio.run(_lived())
    records = log.partitions[Partition(RISK_DECISIONS, 0)]
    records[0] = codec.encode(approved(1, "order-1", symbol="IBM"))
    (told,) = _verified(log).differences
    assert told.startswith(f"{OMS_ORDERS}/0 number 1")
