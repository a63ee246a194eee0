"""Which loopback ports a stack uses: the last ones, else the usual ones, else free ones."""

import random
import socket

from plimsoll.embedded.errors import EmbeddedError

LOOPBACK = "127.0.0.1"
USUAL = {"postgres": 5432, "kafka": 9092, "kafka-controller": 9093, "redis": 6379, "influx": 8086}
USUAL |= {"gateway": 8000}
# Below the range that the kernel hands to outgoing connections, which could take a port from us
# between our look and the server's bind.
FREE_FIRST, FREE_LAST = 20_000, 31_999


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


def any_free() -> int:
    """A free loopback port, chosen at random so that two choosers seldom meet."""
    for _ in range(1000):
        port = random.randint(FREE_FIRST, FREE_LAST)
        if is_free(port):
            return port
    raise EmbeddedError(f"no free loopback port between {FREE_FIRST} and {FREE_LAST}")


def choose(*preferred: int | None) -> int:
    """The first of `preferred` that is free, else any free port."""
    return next((port for port in preferred if port and is_free(port)), None) or any_free()
