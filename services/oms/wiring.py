"""Connects OMS: instruments, its state on PostgreSQL, its voice on Kafka, its telemetry."""

from __future__ import annotations

from services.oms.adapters.influx import points
from services.oms.core.state import OmsState
from services.oms.handlers import ROOM
from shared.instruments import load
from shared.runner import run_room
from shared.settings import Settings


def main() -> None:
    """Run one OMS process until SIGTERM."""
    settings = Settings()
    instruments = load(settings.instruments)
    run_room(ROOM, lambda latest, _: OmsState(latest, instruments), settings, points=points)
