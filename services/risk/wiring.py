"""Connects risk: instruments, its state on PostgreSQL, its voice on Kafka, its telemetry."""

from __future__ import annotations

from services.risk.adapters.influx import points
from services.risk.core.state import RiskState
from services.risk.handlers import ROOM
from shared.instruments import load
from shared.runner import run_room
from shared.settings import Settings


def main() -> None:
    """Run one risk process until SIGTERM."""
    settings = Settings()
    instruments = load(settings.instruments)
    run_room(
        ROOM,
        lambda latest, number: RiskState(latest, instruments, number),
        settings,
        points=points,
    )
