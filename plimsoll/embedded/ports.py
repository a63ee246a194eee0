"""Which loopback ports a stack uses: the last ones, else the usual ones, else free ones.

A port is free when nobody listens on it *and* no other stack of this user is about to: stacks that
start at the same time reserve their ports by locks on files, which the kernel lets go of.
"""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path
from typing import IO

from plimsoll.embedded.errors import EmbeddedError

LOOPBACK = "127.0.0.1"
USUAL = {
    "postgres": 5432,
    "kafka": 9092,
    "kafka-controller": 9093,
    "redis": 6379,
    "influx": 8086,
    "gateway": 8000,
}
# Below the range that the kernel hands to outgoing connections, which could take a port from us
# between our look and the server's bind.
FREE_FIRST, FREE_LAST = 20_000, 31_999
TRIES_MAX = 1000

_reserved: dict[int, IO[str]] = {}


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def reserve(port: int) -> bool:
    """Take a free port for this process and its servers, for as long as the process lives."""
    if port not in _reserved:
        folder = Path(tempfile.gettempdir()) / f"plimsoll-ports-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        handle = open(folder / str(port), "w")  # noqa: SIM115 - held for life
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.close()
            return False
        _reserved[port] = handle
    return is_free(port)


def any_free() -> int:
    """A free loopback port, chosen at random so that two choosers seldom meet."""
    for _ in range(TRIES_MAX):
        port = random.randint(FREE_FIRST, FREE_LAST)
        if port not in _reserved and reserve(port):
            return port
    raise EmbeddedError(f"no free loopback port between {FREE_FIRST} and {FREE_LAST}")


def choose(*preferred: int | None) -> int:
    """The first of `preferred` that is free, else any free port."""
    return next((port for port in preferred if port and reserve(port)), None) or any_free()
