"""What was committed goes to the log, in order; any failure ends the process (go-back-N).

The relay always starts again at the first message that was not acknowledged: at start the whole
outbox is sent
again, and readers drop what they have.
"""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections import deque
from typing import NamedTuple

from shared.bus.ports import Writer
from shared.kill import KillPoint
from shared.logs import log
from shared.rows import Output

WAITING_MAX = 200


class RelayFailed(Exception):
    """The log did not take a message; what follows it must not be marked."""


class _Sent(NamedTuple):
    shard: int
    version: int
    futures: list[Future[object]]


class Relay:
    """Sends outbox rows and knows up to which version of each shard the log has them."""

    def __init__(self, writer: Writer, kill: KillPoint) -> None:
        self._writer, self._kill = writer, kill
        self._waiting: deque[_Sent] = deque()
        self._acknowledged: dict[int, int] = {}

    async def send(self, shard: int, version: int, outputs: list[Output]) -> None:
        """Hand one outbox row to the log, in order."""
        futures = []
        for number, output in enumerate(outputs):
            raw = bytes(output.value)
            futures.append(await self._writer.send(output.topic, shard, output.key, raw))
            if number >= len(outputs) // 2:
                self._kill.reached("K5")
        self._waiting.append(_Sent(shard, version, futures))

    async def settle(self) -> None:
        """Note what has been acknowledged; waits only while too much is under way. Raises
        RelayFailed.
        """
        while self._waiting:
            first = self._waiting[0]
            if not all(future.done() for future in first.futures):
                if len(self._waiting) < WAITING_MAX:
                    return
                await asyncio.wait(first.futures, timeout=1)
                continue
            self._check(first)
            self._waiting.popleft()
            self._acknowledged[first.shard] = first.version

    def _check(self, sent: _Sent) -> None:
        for future in sent.futures:
            error = future.exception()
            if error is not None:
                raise RelayFailed(
                    f"shard {sent.shard} version {sent.version}: {error!r}"
                ) from error

    async def drain(self, timeout_s: float) -> None:
        """Wait for everything under way."""
        futures = [future for sent in self._waiting for future in sent.futures]
        if futures:
            await asyncio.wait(futures, timeout=timeout_s)
        await self.settle()

    def acknowledged(self) -> dict[int, int]:
        """Shard -> the version up to which the log has everything and which is not yet marked."""
        return dict(self._acknowledged)

    def marked(self, versions: dict[int, int]) -> None:
        """These versions are marked in the store."""
        for shard, version in versions.items():
            if self._acknowledged.get(shard) == version:
                del self._acknowledged[shard]

    def __len__(self) -> int:
        return len(self._waiting)


def log_failure(future: Future[object]) -> None:
    """An observation that the log did not take is replaced by the next one; it is only logged."""
    error = None if future.cancelled() else future.exception()
    if error is not None:
        log().warning("observation not sent", error=repr(error))
