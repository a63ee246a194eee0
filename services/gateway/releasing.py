"""Quarantine: which accounts' messages a room has set aside, and feeding them to it again.

A room answers a release on its own voice; that of the paper link is not heard here, so its book of
decided commands is asked instead.
"""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

from services.gateway.asking import ADMIN_ANSWER_S, Asking
from services.gateway.core.keys import ApiKey
from services.gateway.core.problems import not_found, unknown_outcome
from services.gateway.hub import one_of
from shared.clock import monotonic_s
from shared.commands import ReleaseAccount
from shared.events.runtime import AccountReleased
from shared.topics import OMS_INBOX, PORTFOLIO_INBOX, RISK_INBOX, VENUE_INBOX
from shared.types import Account

# In the order of an order's way: what a room says when it is released is there for the next.
INBOXES = {
    "portfolio": PORTFOLIO_INBOX,
    "risk": RISK_INBOX,
    "oms": OMS_INBOX,
    "venue.paper": VENUE_INBOX,
}
HEARD = ("portfolio", "risk", "oms")
ASK_AGAIN_S = 0.05


class Releasing:
    """What is set aside, and how it comes back."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def held(self, account_id: str | None) -> list[dict[str, Any]]:
        """Each account in quarantine in a room: how many messages, and what the first died of."""
        return await self._asking.reads.quarantine(account_id)

    async def release(self, key: ApiKey, account: Account) -> dict[str, Any]:
        """Feed everything of an account to every room that holds it. Raises Problem (404)."""
        rows = {row["room"]: row for row in await self.held(account.account_id)}
        if not rows:
            raise not_found(f"account {account.account_id} is not in quarantine")
        rooms = [room for room in INBOXES if room in rows]
        return {
            "account": account.account_id,
            "rooms": [await self._in_room(key, account, room, rows[room]) for room in rooms],
        }

    async def _in_room(
        self, key: ApiKey, account: Account, room: str, row: dict[str, Any]
    ) -> dict[str, Any]:
        command = ReleaseAccount(
            **self._asking.whose(key, account.firm_id, account.account_id),
            command_id=str(uuid4()),
            room=room,
        )
        if room not in HEARD:
            return await self._unheard(command, row)
        event = await self._asking.ask(INBOXES[room], command, one_of(AccountReleased))
        assert isinstance(event, AccountReleased)
        return {"room": room, "fed": event.fed, "held": event.held}

    async def _unheard(self, command: ReleaseAccount, row: dict[str, Any]) -> dict[str, Any]:
        asking, room = self._asking, command.room
        partition = asking.partition(command.firm_id)
        await asking.hand_over(INBOXES[room], partition, command)
        until = monotonic_s() + ADMIN_ANSWER_S
        while await asking.reads.decided(room, command.command_id) is None:
            if monotonic_s() > until:
                raise unknown_outcome(command.command_id)
            await asyncio.sleep(ASK_AGAIN_S)
        left = {one["room"]: one["messages"] for one in await self.held(command.account_id)}
        return {"room": room, "fed": row["messages"], "held": left.get(room, 0)}
