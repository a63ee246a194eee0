"""Handing a command over and waiting for its answer: what every change has in common."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

from services.gateway.core.keys import ApiKey
from services.gateway.core.problems import (
    Problem,
    conflict,
    forbidden,
    invalid,
    unavailable,
    unknown_outcome,
)
from services.gateway.hub import Hub, Wants
from services.gateway.ports import Bus, NotHandedOver, Own, Reads
from shared.clock import monotonic_s, wall_now
from shared.events.risk import CommandRefused
from shared.ids import derived_id
from shared.messages import Command, Event
from shared.topics import partition_of

ANSWER_S = 0.5
ADMIN_ANSWER_S = 3.0
ACK_S = 0.8
KEY_MAX = 255


class Asking:
    """The log, what is heard, and the book, for everybody who changes something."""

    def __init__(
        self, bus: Bus, hub: Hub, reads: Reads, own: Own, answer_s: float = ANSWER_S
    ) -> None:
        self.bus, self.hub, self.reads, self.own = bus, hub, reads, own
        self.answer_s = answer_s
        self.database_alive = True

    def whose(self, key: ApiKey, firm_id: str, account_id: str) -> dict[str, Any]:
        """The fields that every command begins with."""
        return {
            "at": wall_now(),
            "market_at": self.hub.market_at,
            "actor": key.owner,
            "firm_id": firm_id,
            "account_id": account_id,
        }

    def partition(self, firm_id: str) -> int:
        """Where a firm's commands go."""
        return partition_of(firm_id, self.bus.partitions)

    async def hand_over(self, topic: str, partition: int, command: Command) -> asyncio.Future[Any]:
        """Give a command to the log. Raises Problem (503) where nothing was handed over."""
        if not self.hub.listening:
            raise unavailable("the log is not being heard yet; nothing was handed over")
        if not self.database_alive:
            raise unavailable("the database does not answer; nothing was handed over")
        try:
            return await self.bus.hand_over(topic, partition, command)
        except NotHandedOver as error:
            raise unavailable(f"{error}; nothing was handed over") from None

    async def ask(
        self,
        topic: str,
        command: Command,
        wants: Wants,
        partition: int | None = None,
        wait_s: float = ADMIN_ANSWER_S,
    ) -> Event:
        """The event that answers a command. Raises Problem: refused, or unanswered."""
        where = self.partition(command.firm_id) if partition is None else partition
        with self.hub.expect(command.command_id, wants) as answer:
            acked = await self.hand_over(topic, where, command)
            if not await is_done(answer, min(wait_s, ACK_S)) and acked.done():
                await is_done(answer, wait_s - ACK_S)
            if not answer.done():
                raise unknown_outcome(command.command_id)
        event = answer.result()
        if isinstance(event, CommandRefused):
            raise refused(event)
        return event

    async def is_repeated(self, room: str, command_id: str, body_hash: str | None) -> bool:
        """Whether it was decided before. Raises Problem (409) where it had another body."""
        decided = await self.reads.decided(room, command_id)
        if decided is None:
            return False
        if decided.body_hash is not None and decided.body_hash != body_hash:
            raise conflict("this Idempotency-Key was used with another body")
        return True


async def is_done(future: asyncio.Future[Any], wait_s: float) -> bool:
    """Wait, without ever cancelling what is waited for."""
    if not future.done() and wait_s > 0:
        await asyncio.wait([future], timeout=wait_s)
    return future.done()


def command_id_of(whose: str, idempotency_key: str | None) -> str:
    """The id of a command: the same for the same key of the same asker, else a new one."""
    if not idempotency_key:
        return str(uuid4())
    if len(idempotency_key) > KEY_MAX or not idempotency_key.isprintable():
        raise invalid(f"Idempotency-Key must be at most {KEY_MAX} printable characters")
    return derived_id("command", whose, idempotency_key)


def refused(event: CommandRefused) -> Problem:
    """A command that a room did not carry out."""
    return forbidden(f"{event.code}: {event.text}", reason=event.code)


def elapsed_since(began: float) -> float:
    """Seconds since a monotonic time."""
    return monotonic_s() - began
