"""The four real servers, from package registries: PostgreSQL, Kafka, Redis and InfluxDB.

They need no root and no Docker, listen on loopback only and keep everything under one state
directory. `Servers` starts them for tests and tools; `supervisor` runs them with the rooms.
"""

from plimsoll.embedded.errors import EmbeddedError
from plimsoll.embedded.servers import Servers

__all__ = ["EmbeddedError", "Servers"]
