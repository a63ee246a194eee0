"""The four real servers, from package registries: PostgreSQL, Kafka, Redis and InfluxDB.

They need no root and no Docker, listen on loopback only and keep everything under one state
directory. `Servers` starts them for tests and tools; `supervisor` runs them with the rooms.
"""

from typing import TYPE_CHECKING, Any

from plimsoll.embedded.errors import EmbeddedError

if TYPE_CHECKING:
    from plimsoll.embedded.servers import Servers

__all__ = ["EmbeddedError", "Servers"]


def __getattr__(name: str) -> Any:
    """`Servers` is imported when it is asked for: modules in here are programs, too."""
    if name == "Servers":
        from plimsoll.embedded.servers import Servers

        return Servers
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
