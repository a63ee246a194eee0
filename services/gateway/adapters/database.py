"""A few connections to PostgreSQL and one rule: every question is answered or given up in time.

A question that takes too long is not cancelled (a cancelled one may leave its answer to the next
asker, and a stopped server does not hear of it): the asker goes, and its connection comes back when
its answer has come, or never.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.rows import dict_row

from services.gateway.ports import Unavailable
from shared.logs import log

ANSWER_S_MAX = 0.8
CONNECT_S_MAX = 2
STATEMENT_MS_MAX = 3000
WAITING_MAX = 256
PING_S = 0.5

Row = dict[str, Any]


class Database:
    """Connections of the gateway's role, opened when they are needed."""

    def __init__(self, url: str, connections: int) -> None:
        self._url, self._most = url, connections
        self._room, self._open = asyncio.Semaphore(connections), 0
        self._idle: list[psycopg.AsyncConnection[Row]] = []
        self.is_alive = True
        self._tasks: set[asyncio.Task[list[Row]]] = set()

    async def rows(self, sql: str, values: Sequence[Any] = (), is_probe: bool = False) -> list[Row]:
        """The rows of one statement, in a transaction of its own. Raises Unavailable, at once where
        the last probe was not answered.
        """
        if not self.is_alive and not is_probe:
            raise Unavailable("the database does not answer")
        if len(self._tasks) >= WAITING_MAX:
            raise Unavailable("the database is behind")
        task = asyncio.create_task(self._run(sql, values))
        self._tasks.add(task)
        task.add_done_callback(self._done)
        await asyncio.wait([task], timeout=ANSWER_S_MAX)
        if not task.done():
            raise Unavailable("the database does not answer in time")
        try:
            return task.result()
        except psycopg.OperationalError as error:
            raise Unavailable(f"the database does not answer: {error}") from error

    def _done(self, task: asyncio.Task[list[Row]]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # whoever asked may be gone

    async def _run(self, sql: str, values: Sequence[Any]) -> list[Row]:
        async with self._room:
            connection = self._idle.pop() if self._idle else await self._connect()
            try:
                cursor = await connection.execute(sql, values, prepare=True)
                found = await cursor.fetchall() if cursor.description else []
            except psycopg.OperationalError:
                await self._forget(connection)
                raise
            except BaseException:
                self._keep(connection)
                raise
            self._keep(connection)
            return found

    async def warm(self) -> None:
        """Open what connections are missing, so that no question has to wait for that."""
        while self._open < self._most:
            self._keep(await self._connect())

    def _keep(self, connection: psycopg.AsyncConnection[Row]) -> None:
        if connection.closed:
            self._open -= 1
        else:
            self._idle.append(connection)

    async def _forget(self, connection: psycopg.AsyncConnection[Row]) -> None:
        idle, self._idle = [connection, *self._idle], []
        self._open -= len(idle)
        for other in idle:  # the server they talked to has gone
            await other.close()

    async def _connect(self) -> psycopg.AsyncConnection[Row]:
        connection = await psycopg.AsyncConnection.connect(
            self._url,
            autocommit=True,
            connect_timeout=CONNECT_S_MAX,
            application_name="plimsoll gateway",
            row_factory=dict_row,
            options=f"-c timezone=UTC -c statement_timeout={STATEMENT_MS_MAX}",
        )
        self._open += 1
        return connection

    async def close(self) -> None:
        """Let go of all connections."""
        for task in list(self._tasks):
            task.cancel()
        idle, self._idle = self._idle, []
        for connection in idle:
            await connection.close()


async def watch(database: Database, tell: Any) -> None:
    """Ask for a sign of life twice a second; `tell(alive)` until cancelled."""
    was = True
    while True:
        try:
            await database.rows("SELECT 1", is_probe=True)
            alive = True
            tell(alive)
            await database.warm()
        except (Unavailable, psycopg.Error) as error:
            alive = False
            if was:
                log().warning("the database does not answer", error=str(error))
        was = alive
        tell(alive)
        await asyncio.sleep(PING_S)
