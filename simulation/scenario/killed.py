"""OMS as processes that are killed: at every step one is started on PostgreSQL, killed (SIGKILL) at
one of the points of its loop, and another one ends the step and is killed when it is at rest.

The log is the parent's memory: a child has it from its birth, and hands over what it says through a
pipe, record by record, as it would to Kafka.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio import Future
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psycopg

from plimsoll.embedded import Servers
from plimsoll.embedded.bootstrap import create_database
from plimsoll.embedded.postgres import Postgres
from services.oms.handlers import ROOM
from shared import codec
from shared.instruments import Instrument
from shared.kill import KillPoint
from shared.store import PostgresStore
from shared.types import OrderState
from simulation.scenario.living import Living, Reader, service, settle

POINTS = ("K1", "K2", "K3", "K4", "K5", "K6", "K7")
AT_REST = "at rest"


class PipeWriter:
    """Hands records to the parent."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    async def send(self, topic: str, partition: int, key: str, raw: bytes) -> Future[object]:
        self._pipe.send((topic, partition, bytes(raw)))
        done: Future[object] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    async def close(self) -> None:
        return None


class Killed(Living):
    """OMS of one scenario, whose processes do not live longer than a step."""

    def __init__(self, number: int, instrument: Instrument, url: str) -> None:
        super().__init__(number, instrument)
        self._url, self._steps = url, count(number)

    def run(self) -> None:
        point = POINTS[next(self._steps) % len(POINTS)]
        if not self._live(f"oms:{point}:1"):
            self._live("")

    def _live(self, plan: str) -> bool:
        """One process; whether it came to rest before it was killed."""
        ours, theirs = Pipe(duplex=False)
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if child == 0:
            ours.close()
            self._be(theirs, plan)
        theirs.close()
        is_at_rest = self._listen(ours)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if not is_at_rest and os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            raise RuntimeError("OMS died of something else than the kill")
        return is_at_rest

    def _listen(self, pipe: Connection) -> bool:
        try:
            while (told := pipe.recv()) != AT_REST:
                if isinstance(told, str):
                    raise RuntimeError(f"OMS died: {told}")
                self.log.append(*told)
        except EOFError:
            return False
        finally:
            pipe.close()
        return True

    def _be(self, pipe: Connection, plan: str) -> None:
        """The child: never returns."""
        try:
            asyncio.run(self._handle(pipe, plan))
        except BaseException as error:  # noqa: BLE001 - it is told, and the process ends
            pipe.send(repr(error))
        os._exit(1)

    async def _handle(self, pipe: Connection, plan: str) -> None:
        kill = KillPoint("oms", plan)
        store = await PostgresStore.connect(self._url, ROOM, kill)
        reader: Reader = self._reader
        process = service(self, store, reader, PipeWriter(pipe), kill)
        await process.begin()
        await settle(process)
        pipe.send(AT_REST)
        signal.pause()

    def restart(self) -> None:
        """Nothing lives between two steps."""

    def again(self, name: Any, offset: int) -> None:
        self._reader = Reader(self.log)
        super().again(name, offset)

    def state_of(self, order_id: str) -> OrderState | None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            row = connection.execute(
                "SELECT state::text FROM oms.orders WHERE order_id = %s AND shard = %s",
                (order_id, self.number),
            ).fetchone()
        return None if row is None else codec.decoder(OrderState).decode(row[0])


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """A PostgreSQL of one's own with the tables; the URL of OMS's role."""
    with Servers(folder, ("postgres",)) as servers:
        server = servers.servers["postgres"]
        assert isinstance(server, Postgres)
        create_database(server)
        yield servers.postgres_url("oms")
