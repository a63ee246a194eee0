"""Messages set aside because a handler raised: those of one account, in the order in which they
came, until a person releases them.
"""

from __future__ import annotations

from shared import codec
from shared.bus.ports import Record
from shared.commands import ReleaseAccount
from shared.events.runtime import AccountReleased, Quarantined
from shared.messages import Message
from shared.rows import QuarantineRow
from shared.table import Table

HELD = "account in quarantine"
"""Why a message is set aside whose own handler has not raised."""


class Quarantine:
    """The quarantine of one shard. What it holds are the rows of `table`."""

    def __init__(self, shard: int) -> None:
        self._shard = shard
        self.table = Table(
            "quarantine",
            QuarantineRow,
            ("topic", "number"),
            indexes=("account",),
            found_under=lambda row: (row.account_id,),
        )

    def holds(self, account_id: str) -> bool:
        """Whether messages of this account wait here."""
        return bool(self.table.by("account", account_id))

    def waiting(self, account_id: str) -> list[Message]:
        """The messages of an account that wait here."""
        rows = self.table.by("account", account_id)
        return [codec.decode(row.topic, row.body.encode()) for row in rows]

    def answer(self, command: ReleaseAccount, room: str, fed: int) -> AccountReleased:
        """The answer to a release that fed so many messages."""
        return AccountReleased(
            firm_id=command.firm_id,
            account_id=command.account_id,
            room=room,
            fed=fed,
            held=len(self.table.by("account", command.account_id)),
        )

    def put(self, record: Record, account_id: str, error: str) -> None:
        """Set a message aside, behind those of its account that are here."""
        waiting = self.table.by("account", account_id)
        self.table.put(
            QuarantineRow(
                account_id=account_id,
                topic=record.topic,
                number=f"{record.offset:020d}",
                place=max((row.place for row in waiting), default=0) + 1,
                body=record.raw.decode(),
                error=error,
            )
        )

    def release(self, account_id: str) -> list[Record]:
        """Everything of an account, in the order in which it came; it is not here any more."""
        waiting = sorted(self.table.by("account", account_id), key=lambda row: row.place)
        for row in waiting:
            self.table.delete(row.topic, row.number)
        return [
            Record(row.topic, self._shard, int(row.number), row.body.encode()) for row in waiting
        ]


def told(record: Record, account_id: str, error: str) -> Quarantined:
    """The event that says whose message was set aside because its handler raised."""
    return Quarantined(
        account_id=account_id,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        error=error,
    )
