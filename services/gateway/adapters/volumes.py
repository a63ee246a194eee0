"""Past volume from InfluxDB: the one-minute bars that market_data wrote, read by InfluxQL."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import urllib3

from services.gateway.core.curves import Bar, Window
from services.gateway.ports import Unavailable
from shared.times import Time

DATABASE = "plimsoll"
ANSWER_S_MAX = 0.5
PER_US = 1000


class InfluxVolumes:
    """Reads bars; without an address there are none."""

    def __init__(self, url: str) -> None:
        self._url = url
        timeout = urllib3.Timeout(ANSWER_S_MAX)
        self._pool = urllib3.PoolManager(num_pools=1, timeout=timeout, retries=False)

    async def minutes(self, symbol: str, windows: Sequence[Window]) -> dict[date, list[Bar]]:
        """The one-minute bars in each window that has any. Raises Unavailable."""
        if not self._url or not windows:
            return {}
        return await asyncio.to_thread(self._read, symbol, windows)

    def _read(self, symbol: str, windows: Sequence[Window]) -> dict[date, list[Bar]]:
        query = "; ".join(statement(symbol, window) for window in windows)
        fields = {"db": DATABASE, "epoch": "ns", "q": query}
        try:
            answer = self._pool.request(
                "POST", f"{self._url}/query", fields=fields, encode_multipart=False
            )
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable("the history of volumes does not answer") from error
        if answer.status != 200:
            raise Unavailable(f"the history of volumes answers {answer.status}")
        found = json.loads(answer.data, parse_float=Decimal, parse_int=int)
        return {
            window.day: bars
            for window, result in zip(windows, found["results"], strict=True)
            if (bars := bars_in(result))
        }


def statement(symbol: str, window: Window) -> str:
    """Asks for the volumes of one window, of all runs."""
    named = symbol.replace("\\", "\\\\").replace("'", "\\'")
    span = f"time >= {window.starts_at * PER_US} AND time < {window.ends_at * PER_US}"
    return f'SELECT "volume" FROM "bars_1m" WHERE "symbol" = \'{named}\' AND {span}'


def bars_in(result: dict[str, Any]) -> list[Bar]:
    """The bars in the answer to one statement."""
    rows = [row for series in result.get("series", ()) for row in series["values"]]
    return [(Time(time // PER_US), Decimal(volume)) for time, volume in rows]
