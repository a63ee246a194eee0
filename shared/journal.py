"""The journal entry of one commit while it grows: what was handled, in which order, and what was
seen meanwhile.
"""

from __future__ import annotations

import msgspec

from shared import codec
from shared.bus.ports import Record
from shared.events.runtime import Consumed, Observed, Run, SetAside
from shared.messages import Observation

RECORDS_MAX = 10_000
RUNS_MAX = 1_000


def observation_key(seen: Observation) -> str:
    """What an observation is about: a symbol, an account, a room's shard, a feed."""
    for field in ("symbol", "account_id"):
        if hasattr(seen, field):
            return str(getattr(seen, field))
    if hasattr(seen, "room"):
        return f"{seen.room}/{seen.partition}"  # type: ignore[attr-defined]
    if hasattr(seen, "partition"):
        return str(seen.partition)
    return str(getattr(seen, "source", ""))


class Journal:
    """Collects one `Consumed`."""

    def __init__(self) -> None:
        self.set_aside: list[SetAside] = []
        self.released: list[tuple[str, int, int]] = []
        self._runs: list[Run] = []
        self._observed: list[Observed] = []
        self._records = 0
        self._is_closed = True

    def note(self, record: Record) -> None:
        """A record was passed: handled, or dropped as a duplicate."""
        self._records += 1
        last = None if self._is_closed else self._runs[-1]
        if last is not None and last.topic == record.topic and last.last + 1 == record.offset:
            self._runs[-1] = Run(record.topic, record.partition, last.first, record.offset)
        else:
            self._runs.append(Run(record.topic, record.partition, record.offset, record.offset))
        self._is_closed = False

    def saw(self, record: Record | None, seen: Observation, *, handled: bool = False) -> None:
        """An observation was used while `record` was handled; None: between two runs."""
        self._is_closed = self._is_closed or record is None
        self._observed.append(
            Observed(
                len(self._runs) - 1,
                -1 if record is None else record.offset,
                observation_key(seen),
                msgspec.Raw(codec.encode(seen)),
                handled,
            )
        )

    def is_long(self) -> bool:
        """Whether it should be committed even though nothing changed."""
        is_full = len(self._runs) >= RUNS_MAX or len(self._observed) >= RUNS_MAX
        return is_full or self._records >= RECORDS_MAX

    def entry(self, release: str, *, begins: bool) -> Consumed:
        """The entry as it stands; begins: no other one was made by this process."""
        return Consumed(
            runs=tuple(self._runs),
            set_aside=tuple(self.set_aside),
            released=tuple(self.released),
            observed=tuple(self._observed),
            release=release,
            begins=begins,
        )
