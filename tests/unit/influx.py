"""A small HTTP server that answers writes as a test tells it, for what a real InfluxDB does not do
on command.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Taker:
    """What was written, and the statuses to answer with (the last one for ever). It answers only
    while `answers` is set.
    """

    def __init__(self) -> None:
        self.answers = threading.Event()
        self.answers.set()
        self.url, self.statuses = "", [204]
        self.asked: list[tuple[str, bytes]] = []

    def lines(self) -> list[str]:
        """Every line of the bodies that came."""
        return [line for _, body in self.asked for line in body.decode().split("\n")]


@contextmanager
def taker() -> Iterator[Taker]:
    """A server on a free port until the block ends."""
    told = Taker()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            told.answers.wait(10)
            told.asked.append((self.path, body))
            status = told.statuses.pop(0) if len(told.statuses) > 1 else told.statuses[0]
            said = b"" if status == 204 else b'{"error":"cannot parse"}'
            self.send_response(status)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
