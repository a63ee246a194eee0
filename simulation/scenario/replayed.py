"""What a log makes in an empty database: decided again in the order that the journal recorded, it
must give the same messages, byte for byte, and the same rows.
"""

from __future__ import annotations

from services.oms.handlers import ROOM
from shared.bus.ports import Partition, Record
from shared.replay import Replay
from shared.start import inputs, written
from simulation.scenario.living import Living, make_state


def differences(oms: Living) -> list[str]:
    """Each message that is said otherwise, each table with other rows; nothing where all agree."""
    names = [Partition(topic, oms.number) for topic in (*inputs(ROOM), *written(ROOM))]
    log = {name: _records(oms, name) for name in names}
    again = Replay(ROOM, make_state(oms.instrument), oms.number, log)
    found = list(again.run())
    if again.entries == 0 and any(log[name] for name in names):
        found.append("the journal has no entry")
    for table in again.shard.tables:
        stored = oms.database.rows[(oms.number, table.name)]
        made = {table.key_of(row): row for row in table.rows()}
        if repr(sorted(made.items(), key=_key)) != repr(sorted(stored.items(), key=_key)):
            found.append(f"table {table.name} has other rows")
    return found


def _records(oms: Living, name: Partition) -> list[Record]:
    return [Record(*name, at, raw) for at, raw in enumerate(oms.log.partitions[name])]


def _key(item: tuple[tuple[object, ...], object]) -> tuple[str, ...]:
    return tuple(map(str, item[0]))
