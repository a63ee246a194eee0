"""Connects portfolio: instruments, its book on PostgreSQL, its voice on Kafka, its telemetry."""

from __future__ import annotations

from services.portfolio.adapters.influx import points
from services.portfolio.core.state import PortfolioState
from services.portfolio.handlers import ROOM
from shared.instruments import load
from shared.runner import run_room
from shared.settings import Settings


def main() -> None:
    """Run one portfolio process until SIGTERM."""
    settings = Settings()
    instruments = load(settings.instruments)
    run_room(ROOM, lambda latest, _: PortfolioState(latest, instruments), settings, points=points)
