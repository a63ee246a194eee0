"""Settings of every process: PLIMSOLL_* in the environment. What is unknown there is refused."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "PLIMSOLL_"


class Settings(BaseSettings):
    """What every room process needs. A room's own settings subclass this.

    shards: which shards this process owns ("all" or numbers with commas); market_partitions and
    partitions are
    frozen when a stack is created.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    state: Path = Path("~/.local/share/plimsoll")
    kafka: str = "127.0.0.1:9092"
    postgres: str = "postgresql://127.0.0.1:5432/plimsoll"
    redis: str = "redis://127.0.0.1:6379/0"
    influx: str = ""
    process: str = "room"
    metrics_port: int = 0
    partitions: int = Field(default=8, ge=1, le=1024)
    shards: str = "all"
    kill_at: str = ""
    log_level: str = "INFO"
    instruments: Path = Path(__file__).parent.parent / "deploy" / "config" / "instruments.toml"

    def owned(self) -> list[int]:
        """The shards this process owns."""
        if self.shards == "all":
            return list(range(self.partitions))
        return sorted({int(part) for part in self.shards.split(",")})


def unknown_names(known: set[str]) -> list[str]:
    """PLIMSOLL_* names of the environment that no setting has."""
    given = {name for name in os.environ if name.startswith(PREFIX)}
    return sorted(given - {PREFIX + name.upper() for name in known})
