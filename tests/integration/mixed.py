"""A mixed load over HTTP, at a steady rate. What was asked and answered is kept, for a check
that knows nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import Counter

import httpx

from tests.integration.mixed_plan import SYMBOLS, Answer, Asked, Plan

UNANSWERED = 0
LOOK_S, CALM_TRIES = 1.0, 20
UNDER_WAY_MAX = 60


def headers_of(key: dict[str, str]) -> dict[str, str]:
    """Who asks."""
    return {"APCA-API-KEY-ID": key["key"], "APCA-API-SECRET-KEY": key["secret"]}


class Mixed:
    """Asks at a steady rate in a thread of its own, whatever the answers are."""

    def __init__(
        self,
        url: str,
        accounts: list[dict[str, str]],
        admin: dict[str, str],
        plan: Plan,
        per_second: float,
    ) -> None:
        self._url, self._plan, self._pause_s = url, plan, 1 / per_second
        self._keys = {one["account_id"]: one for one in accounts}
        self._admin = admin
        self.answers: list[Answer] = []
        self.sent = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self) -> Mixed:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)

    def statuses(self) -> dict[str, int]:
        """How often each turn was answered in which way."""
        counted = Counter(f"{one.asked.name} {one.status}" for one in self.answers)
        return dict(sorted(counted.items()))

    async def _run(self) -> None:
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
        async with httpx.AsyncClient(base_url=self._url, timeout=6, limits=limits) as client:
            while not self._plan.prices:
                await self._look(client)
            looking = asyncio.create_task(self._keep_looking(client))
            await self._ask_all(client)
            looking.cancel()
            await self._calm(client)

    async def _ask_all(self, client: httpx.AsyncClient) -> None:
        asking: set[asyncio.Task[int]] = set()
        due = time.monotonic()
        while not self._stop.is_set():
            for asked in self._plan.turn():
                asking.add(asyncio.create_task(self._ask(client, asked)))
                self.sent, due = self.sent + 1, due + self._pause_s
            asking = {one for one in asking if not one.done()}
            if len(asking) > UNDER_WAY_MAX:
                await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(max(0, due - time.monotonic()))
        await asyncio.gather(*asking)

    async def _calm(self, client: httpx.AsyncClient) -> None:
        """End everything that is open; asked again where nobody could say what became of it."""
        for _ in range(CALM_TRIES):
            left = [await self._ask(client, asked) for asked in self._plan.calm()]
            if all(status < 500 and status != UNANSWERED for status in left):
                return
            await asyncio.sleep(LOOK_S)

    async def _keep_looking(self, client: httpx.AsyncClient) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            await self._look(client)

    async def _look(self, client: httpx.AsyncClient) -> None:
        """The market moves, and an order at the touch must be at the touch."""
        path = f"/v2/stocks/quotes/latest?symbols={','.join(SYMBOLS)}"
        with contextlib.suppress(httpx.HTTPError):
            came = await client.get(path, headers=headers_of(self._admin))
            for symbol, quote in came.json().get("quotes", {}).items():
                self._plan.prices[symbol] = (quote["bp"], quote["ap"])

    async def _ask(self, client: httpx.AsyncClient, asked: Asked) -> int:
        headers = headers_of(self._admin if asked.by_admin else self._keys[asked.account])
        if asked.key:
            headers["Idempotency-Key"] = asked.key
        status, said = UNANSWERED, None
        with contextlib.suppress(httpx.HTTPError, ValueError):
            came = await client.request(asked.method, asked.path, json=asked.body, headers=headers)
            status, said = came.status_code, came.json() if came.content else None
        answer = Answer(asked=asked, status=status, said=said if isinstance(said, dict) else {})
        self.answers.append(answer)
        self._plan.note(answer)
        return status
