"""Commands to Kafka: an idempotent producer with acks=all, and never a second try of our own.

A producer retries inside itself, without duplicates, for as long as the log is away. So a command
that was handed over may still arrive later; what is too old by then, risk denies. While one that
was handed over has not been acknowledged for a while, nothing more is: that is a plain 503.
"""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections import deque
from typing import Any

from aiokafka.errors import KafkaError

from services.gateway.ports import NotHandedOver
from shared import codec
from shared.bus.kafka import KafkaWriter
from shared.clock import monotonic_s
from shared.logs import log
from shared.messages import Command

SEND_S_MAX = 0.4
STALLED_S = 1.0
RETRY_S = 0.3
REQUEST_TIMEOUT_MS = 5000


class KafkaBus:
    """The bus on one producer, connected again when it ends."""

    def __init__(self, servers: str, partitions: int) -> None:
        self._servers, self.partitions = servers, partitions
        self._writer: KafkaWriter | None = None
        self._unacked: deque[tuple[float, Future[Any]]] = deque()
        self._lost = asyncio.Event()

    async def run(self) -> None:
        """Keep a producer until cancelled."""
        try:
            while True:
                await self._connect()
                self._lost.clear()
                await self._lost.wait()
                await self._drop()
        finally:
            await self._drop()

    async def _connect(self) -> None:
        while self._writer is None:
            try:
                self._writer = await KafkaWriter.connect(self._servers, REQUEST_TIMEOUT_MS)
            except (KafkaError, OSError) as error:
                log().warning("no log to write to", error=repr(error))
                await asyncio.sleep(RETRY_S)

    async def _drop(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            try:
                await writer.close()
            except (KafkaError, OSError, TimeoutError) as error:
                log().warning("the producer ended badly", error=repr(error))

    async def hand_over(self, topic: str, partition: int, command: Command) -> Future[Any]:
        """Give a command to the producer. Raises NotHandedOver."""
        writer = self._writer
        if writer is None:
            raise NotHandedOver("the log cannot be reached")
        if self._is_stalled():
            raise NotHandedOver("the log does not acknowledge")
        raw = codec.encode(command)
        try:
            async with asyncio.timeout(SEND_S_MAX):
                sent = await writer.send(topic, partition, command.firm_id, raw)
        except TimeoutError:
            raise NotHandedOver("the log does not take anything") from None
        except (KafkaError, AssertionError) as error:
            self._lost.set()
            raise NotHandedOver(f"the producer has ended: {error!r}") from None
        sent.add_done_callback(_note)
        self._unacked.append((monotonic_s(), sent))
        return sent

    def _is_stalled(self) -> bool:
        while self._unacked and self._unacked[0][1].done():
            self._unacked.popleft()
        return bool(self._unacked) and monotonic_s() - self._unacked[0][0] > STALLED_S


def _note(sent: Future[Any]) -> None:
    if not sent.cancelled() and sent.exception() is not None:
        log().error("a command was not acknowledged", error=repr(sent.exception()))
