"""An open-loop load of orders over HTTP, and every answer that came."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import httpx

SYMBOLS = ("AIG", "MSFT", "SPY", "IBM", "AAPL")


class Load:
    """Posts orders at a steady rate, in a thread of its own, whatever the answers are.

    accounts: keys to post with, in turn. `answers` holds (order id, status) of every answered
    post; `unanswered`
    counts posts whose connection broke.
    """

    def __init__(self, url: str, accounts: list[dict[str, str]], per_second: float) -> None:
        self._url, self._accounts, self._pause_s = url, accounts, 1 / per_second
        self.answers: list[tuple[str, int]] = []
        self.statuses: dict[int, int] = {}
        self.unanswered = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)

    async def _run(self) -> None:
        limits = httpx.Limits(max_connections=50, max_keepalive_connections=50)
        async with httpx.AsyncClient(base_url=self._url, timeout=5, limits=limits) as client:
            posts: set[asyncio.Task[None]] = set()
            number, due = 0, time.monotonic()
            while not self._stop.is_set():
                posts.add(asyncio.create_task(self._post(client, number)))
                posts = {post for post in posts if not post.done()}
                number, due = number + 1, due + self._pause_s
                await asyncio.sleep(max(0, due - time.monotonic()))
            await asyncio.gather(*posts)

    async def _post(self, client: httpx.AsyncClient, number: int) -> None:
        key = self._accounts[number % len(self._accounts)]
        headers = {"APCA-API-KEY-ID": key["key"], "APCA-API-SECRET-KEY": key["secret"]}
        try:
            answer = await client.post("/v2/orders", json=self._body(number), headers=headers)
        except httpx.HTTPError:
            self.unanswered += 1
            return
        self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
        said: dict[str, Any] = answer.json()
        order_id = said.get("id") or said.get("order_id")
        if order_id:
            self.answers.append((order_id, answer.status_code))

    def _body(self, number: int) -> dict[str, str]:
        """Buys and sells by turns of each account, so that positions open and close."""
        turn = number // len(self._accounts)
        return {
            "symbol": SYMBOLS[(turn // 2) % len(SYMBOLS)],
            "qty": "2" if turn % 2 == 0 else "1",
            "side": "buy" if turn % 2 == 0 else "sell",
            "type": "market",
            "time_in_force": "day",
        }
