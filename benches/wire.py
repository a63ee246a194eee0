"""Orders over HTTP/1.1, at little cost to the machine that is being measured."""

from __future__ import annotations

import asyncio
import json
from typing import NamedTuple
from urllib.parse import urlsplit

from benches.stack import Account

SYMBOLS = ("AIG", "MSFT", "SPY", "IBM", "AAPL")


class Answer(NamedTuple):
    """What the gateway said."""

    status: int
    body: bytes


class Connection:
    """One kept-open connection; one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def open(cls, url: str) -> Connection:
        """Connect to a gateway."""
        where = urlsplit(url)
        return cls(*await asyncio.open_connection(where.hostname, where.port))

    async def ask(self, request: bytes) -> Answer:
        """Send a request and wait for its answer."""
        self._writer.write(request)
        try:
            head = await self._reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            raise RuntimeError("the gateway closed a connection instead of answering") from error
        lines = head.lower().split(b"\r\n")
        length = next(
            int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")
        )
        return Answer(int(lines[0].split()[1]), await self._reader.readexactly(length))

    @property
    def is_open(self) -> bool:
        """False once the gateway has let go of it, as it does after some seconds of silence."""
        return not self._reader.at_eof() and not self._writer.is_closing()

    def close(self) -> None:
        """Let go of it."""
        self._writer.close()


def order_request(account: Account, number: int) -> bytes:
    """A market buy of one share, as a client would post it."""
    body = json.dumps(
        {
            "symbol": SYMBOLS[number % len(SYMBOLS)],
            "qty": "1",
            "side": "buy",
            "type": "market",
            "time_in_force": "day",
        }
    ).encode()
    head = (
        "POST /v2/orders HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"APCA-API-KEY-ID: {account.key}\r\nAPCA-API-SECRET-KEY: {account.secret}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
