"""Settings of every process: PLIMSOLL_* in the environment. What is unknown there is refused."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "PLIMSOLL_"


class Settings(BaseSettings):
    """What every room process needs. A room's own settings subclass this.

    shards: which shards the processes of the room share ("all" or numbers with commas): they are
    dealt out in `slices` parts, of which this process owns number `slice_own` (from 1) and waits
    for the others; partitions is frozen when a stack is created.
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
    slices: int = Field(default=1, ge=1)
    slice_own: int = Field(default=1, ge=1)
    kill_at: str = ""
    log_level: str = "INFO"
    instruments: Path = Path(__file__).parent.parent / "deploy" / "config" / "instruments.toml"

    @model_validator(mode="after")
    def _check_slices(self) -> Self:
        if not self.slice_own <= self.slices <= len(self._numbers()):
            raise ValueError(
                f"slice {self.slice_own} of {self.slices} of {len(self._numbers())} shards"
            )
        return self

    def owned(self) -> list[int]:
        """The shards that this process owns where nobody has taken them over."""
        return self.dealt()[0]

    def dealt(self) -> list[list[int]]:
        """Every slice of the room's shards: this process's own first, then those it waits for."""
        numbers, count = self._numbers(), self.slices
        ends = [number * len(numbers) // count for number in range(count + 1)]
        parts = [numbers[first:end] for first, end in pairwise(ends)]
        return [parts.pop(self.slice_own - 1), *parts]

    def _numbers(self) -> list[int]:
        if self.shards == "all":
            return list(range(self.partitions))
        return sorted({int(part) for part in self.shards.split(",")})


def unknown_names(known: set[str]) -> list[str]:
    """PLIMSOLL_* names of the environment that no setting has."""
    given = {name for name in os.environ if name.startswith(PREFIX)}
    return sorted(given - {PREFIX + name.upper() for name in known})
