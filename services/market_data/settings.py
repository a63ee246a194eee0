"""Settings of the market data room."""

from __future__ import annotations

from pydantic import Field, field_validator

from shared.settings import Settings
from shared.types import Time


class MarketDataSettings(Settings):
    """feed: `synthetic` or `replay:PATH`; from_: market time to begin at (RFC 3339); speed: market
    seconds a wall second, 0 for as fast as it goes; seed: of the synthetic market; flush_ms: how
    often
    ticks are published; quotes_per_second_max: per symbol on market.quotes; spread_bps: between bid
    and ask where bars are played; stale_ms: silence of a feed after which its quotes are stale;
    backlog_lines_max: points kept for InfluxDB while it is not there.
    """

    feed: str = "synthetic"
    from_: str = Field(default="", validation_alias="PLIMSOLL_FROM")
    speed: float = Field(default=1.0, ge=0)
    seed: int = 1
    flush_ms: int = Field(default=25, ge=1, le=1000)
    quotes_per_second_max: int = Field(default=10, ge=1)
    spread_bps: float = Field(default=2.0, ge=0)
    stale_ms: int = Field(default=5000, ge=1)
    backlog_lines_max: int = Field(default=1_000_000, ge=1000)

    @field_validator("from_")
    @classmethod
    def _is_time(cls, text: str) -> str:
        if text:
            Time.parse(text)
        return text

    @property
    def begin(self) -> Time | None:
        """The market time to begin at, if one is given."""
        return Time.parse(self.from_) if self.from_ else None
