"""Settings of the gateway, PLIMSOLL_* like those of every process."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from shared.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy" / "config"


class GatewaySettings(Settings):
    """What only the gateway needs.

    rate_per_minute: requests a key may make each minute; answer_ms: how long a POST waits for its
    verdict; database_connections: how many connections read.
    """

    process: str = "gateway"
    host: str = "127.0.0.1"
    port: int = 8000
    admin_key_file: Path | None = None
    rate_per_minute: int = Field(default=6000, ge=1)
    answer_ms: int = Field(default=500, ge=1, le=900)
    database_connections: int = Field(default=6, ge=1, le=64)
    limits_file: Path = DEPLOY / "limits.toml"
